"""The middle of a page as a tree of what is to be printed, so that paper says what the screen says.

Only text leaves this reading: it is data to the typesetter and never markup. What belongs to a screen alone, such as
forms and what is marked `no-print`, stays there; an element without a meaning of its own gives its content.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

from api.report.pdf.drawing import closed, opened
from api.report.pdf.meaning import meaning, picture
from api.report.pdf.parts import BLOCKS, linked, table, tidied
from api.report.pdf.wording import Node, Part, Wording

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_LEFT = frozenset({"form", "button", "select", "input", "script", "style", "template", "nav", "textarea"})
_SCREEN = frozenset({"no-print", "no-paper", "running"})
_MASKED = re.compile(r"…\S{1,12}")
_FROM_RIGHT = frozenset({"R", "AL", "AN"})


@dataclass
class _Open:
    """An element that is being read; `tag` by which it is closed."""

    tag: str
    node: Node
    parts: list[Part] = field(default_factory=list)


def tree(page: str, wording: Wording) -> list[Part]:
    """What stands in the `main` of a page; all of it where there is none.

    Args:
        page: HTML of ours: whatever is data in it is escaped.
        wording: what becomes of letters that no font has, and of long words.
    """
    inner = re.search(r"<main\b[^>]*>(.*)</main>", page, re.DOTALL)
    reader = _Reader(wording)
    reader.feed(inner.group(1) if inner else page)
    reader.close()
    return linked(tidied(reader.open[0].parts, is_block=True))


class _Reader(HTMLParser):
    """Builds the tree; the first of what is open is the page."""

    def __init__(self, wording: Wording) -> None:
        super().__init__(convert_charrefs=True)
        self.wording = wording
        self.open = [_Open("", {"is": "block"})]
        self.left: list[str] = []  # elements, from outside in, of which nothing is printed
        self.drawing: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        given = dict(attrs)
        classes = set((given.get("class") or "").split())
        if self.drawing:
            self.drawing.append(opened(tag, given))
        elif self.left or tag in _LEFT or classes & _SCREEN:
            if tag not in _VOID:
                self.left.append(tag)
        elif tag == "svg":
            self.open.append(_Open(tag, picture(given)))
            self.drawing.append(opened(tag, given))
        elif tag == "br":
            self.open[-1].parts.append({"is": "break"})
        elif tag not in _VOID:
            self.open.append(_Open(tag, meaning(tag, given, classes)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that holds nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if self.drawing:
            self.drawing.append(closed(tag))
            if tag == "svg":
                made, self.drawing = "".join(self.drawing), []
                self._close({"svg": made})
        elif self.left:
            if self.left[-1] == tag:
                self.left.pop()
        elif tag == self.open[-1].tag:
            self._close({})

    def handle_data(self, data: str) -> None:
        """Text."""
        if self.drawing:
            self.drawing.append(self.wording.drawn(data))
        elif not self.left:
            if self.open[-1].node.get("is") == "letter":
                self.open[-1].parts.append(data)
            else:
                self.open[-1].parts.extend(self.wording.parts(re.sub(r"[ \t\r\n\f]+", " ", data)))

    def _close(self, more: Node) -> None:
        done = self.open.pop()
        if done.tag == "bdi" and _is_masked(done.parts):
            done.node = {"is": "whole"}
        elif done.tag == "bdi" and any(_runs_from_right(part) for part in done.parts):
            done.parts = ["\u2068", *done.parts, "\u2069"]
        self.open[-1].parts.extend(_finished(done, more, self.wording))


def _finished(done: _Open, more: Node, wording: Wording) -> list[Part]:
    name = done.node.get("is")
    if name is None:
        return done.parts
    if name == "letter":
        return [{"is": "letter", "c": wording.letter("".join(part for part in done.parts if isinstance(part, str)))}]
    if name == "table":
        return [table(done.parts, done.node["of"])]
    return [done.node | more | {"c": tidied(done.parts, is_block=name in BLOCKS)}]


def _is_masked(parts: list[Part]) -> bool:
    """Whether it is the end of an identifier, which no line may tear from its dots."""
    return len(parts) == 1 and isinstance(parts[0], str) and _MASKED.fullmatch(parts[0]) is not None


def _runs_from_right(part: Part) -> bool:
    return isinstance(part, str) and any(unicodedata.bidirectional(sign) in _FROM_RIGHT for sign in part)
