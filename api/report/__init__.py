"""The report on how well a workspace's records are linked: one document, and one page that shows it."""

from api.report.document import report_document
from api.report.page import render

__all__ = ["render", "report_document"]
