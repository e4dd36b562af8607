"""A plain page of headings, sentences and tables that prints well: style inside, no script, no outside resource."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from api.report.markup import Html, el

_WIDE = "main td, main th { overflow-wrap: break-word; } main tbody th { white-space: nowrap; }"
"""Tables of words and dates: a column is as wide as its longest word, and what a row is about stays on one line."""


def printable(title: str, told: str, sections: Sequence[Html]) -> str:
    """The page.

    Args:
        title: heading of the page.
        told: one sentence on what it is and as of when.
        sections: as `section` makes them.
    """
    style = Html((files("api.report") / "report.css").read_text("utf-8"))
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        el("style", Html(style + _WIDE)),
    )
    body = el("body", el("header", el("h1", title), el("p", told)), el("main", *sections))
    return f"<!DOCTYPE html>\n{el('html', head, body, lang='en')}\n"


def section(title: str, *parts: object) -> Html:
    """A heading, sentences as paragraphs, and tables as they are."""
    name = title.lower().replace(" ", "-")
    body = [part if isinstance(part, Html) else el("p", part) for part in parts]
    return el("section", el("h2", title, id=name), *body, aria_labelledby=name)
