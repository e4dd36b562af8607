"""The report as one page of HTML that needs nothing else: style and charts inside, no script, no outside resource."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from api.report.markup import Html, el
from api.report.sections import SECTIONS


def render(document: dict[str, Any]) -> str:
    """The page of a report.

    Args:
        document: as `report_document` gives it.
    """
    style = Html((files("api.report") / "report.css").read_text("utf-8"))
    title = f"Linkage report: {document['workspace']}"
    sections = [made for section in SECTIONS if (made := section(document)) is not None]
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        el("style", style),
    )
    body = el(
        "body",
        el("header", el("h1", title), el("p", f"Made {document['made_at']} by crosslane report.")),
        el("main", *sections),
    )
    return f"<!DOCTYPE html>\n{el('html', head, body, lang='en')}\n"
