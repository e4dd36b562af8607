"""A drawing within a page as a picture of its own: its classes become attributes, its text what fonts can draw."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from api.report.pdf.tokens import DRAWN, LIGHT

SPACE = "http://www.w3.org/2000/svg"
_CASED = {"viewbox": "viewBox"}
"""Attributes that a reader of pages writes small, and a reader of pictures wants as they were."""
_FONTS = "Source Sans 3, Noto Sans, Noto Sans Arabic, Noto Sans Hebrew"


def opened(tag: str, attributes: Mapping[str, str | None]) -> str:
    """The start of an element of a drawing."""
    given = {_CASED.get(name, name): value or "" for name, value in attributes.items()}
    drawn: dict[str, str] = {}
    for name in given.pop("class", "").split():
        drawn |= DRAWN.get(name, {})
    if tag == "svg":
        drawn |= {"xmlns": SPACE, "color": LIGHT["text"], "font-family": _FONTS}
    told = "".join(f' {name}="{escape(value)}"' for name, value in (drawn | given).items())
    return f"<{tag}{told}>"


def closed(tag: str) -> str:
    """Its end."""
    return f"</{tag}>"
