"""Printed documents: a page of ours as a tagged PDF, with the same words in the same order."""

from api.report.pdf.press import NotPrinted, Press, Running

__all__ = ["NotPrinted", "Press", "Running"]
