"""HTML and SVG put together from parts; text is escaped unless a part was made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_VOID = frozenset({"meta", "rect", "line", "polyline", "circle", "path"})


SHARES = frozenset({"precision", "recall", "F1", "stated", "observed", "lower", "upper", "probability"})
"""Columns of tables that hold shares of one."""


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def el(name: str, /, *children: object, **attributes: object) -> Html:
    """An element; `class_` and `text_anchor` are written `class` and `text-anchor`, None children are left out."""
    named = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{named}/>")
    return Html(f"<{name}{named}>{join(children)}</{name}>")


def join(children: Iterable[object]) -> Html:
    """Parts one behind the other."""
    return Html(
        "".join(child if isinstance(child, Html) else escape(str(child)) for child in children if child is not None)
    )


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """A table; numbers stand to the right, shares (SHARES) with three digits."""
    listed = [list(row) for row in rows]
    body = [
        el(
            "tr",
            *(
                _cell(value, name, is_first=not place)
                for place, (name, value) in enumerate(zip(columns, row, strict=True))
            ),
        )
        for row in listed
    ]
    is_number = [any(_is_number(row[place]) for row in listed) for place in range(len(columns))]
    pairs = zip(columns, is_number, strict=True)
    head = el("tr", *(el("th", name, scope="col", class_="n" if numeric else None) for name, numeric in pairs))
    return el("table", el("caption", caption), el("thead", head), el("tbody", *body))


def number(value: object, digits: int = 2) -> str:
    """A value as the report writes it: None as nothing, True as yes, and False as nothing."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, float):
        return f"{value:,.{digits}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _cell(value: object, column: str, *, is_first: bool) -> Html:
    text = number(value, 3 if column in SHARES else 2)
    if _is_number(value):
        return el("td", text, class_="n")
    return el("th", text, scope="row") if is_first else el("td", text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
