"""The middle of a page as a tree of what is to be printed, so that paper says what the screen says.

Only text leaves this reading: it is data to the typesetter and never markup. What belongs to a screen alone, such as
forms and what is marked `no-print`, stays there; an element without a meaning of its own gives its content.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from api.report.pdf.drawing import closed, opened
from api.report.pdf.wording import Wording

Node = dict[str, Any]
Part = str | Node

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_LEFT = frozenset({"form", "button", "select", "input", "script", "style", "template", "nav", "textarea"})
_SCREEN = frozenset({"no-print", "no-paper", "running"})
_BLOCKS = frozenset({"heading", "par", "block", "items", "item", "table", "row", "cell", "caption", "picture", "term"})
_NAMES = {
    **dict.fromkeys(("h1", "h2", "h3"), "heading"),
    **dict.fromkeys(("div", "section", "dl"), "block"),
    **dict.fromkeys(("ul", "ol"), "items"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("p", "figcaption"), "par"),
    **dict.fromkeys(("strong", "b"), "strong"),
    **{"li": "item", "dd": "item", "dt": "term", "tr": "row", "table": "table", "caption": "caption", "a": "link"},
}
_CLASSED = {"control-code": "code", "band": "band", "tag": "tag", "mono": "mono", "conflict": "mark"}
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
    parts = _tidied(reader.open[0].parts, is_block=True)
    return _linked(parts, frozenset(_places(parts)))


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
            self.open.append(_Open(tag, {"is": "picture", **_told(given)} if given.get("role") else {"is": "icon"}))
            self.drawing.append(opened(tag, given))
        elif tag == "br":
            self.open[-1].parts.append({"is": "break"})
        elif tag not in _VOID:
            self.open.append(_Open(tag, _node(tag, given, classes)))

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
        if done.tag == "bdi" and any(_runs_from_right(part) for part in done.parts):
            done.parts = ["\u2068", *done.parts, "\u2069"]
        self.open[-1].parts.extend(_finished(done, more, self.wording))


def _finished(done: _Open, more: Node, wording: Wording) -> list[Part]:
    name = done.node.get("is")
    if name is None:
        return done.parts
    if name == "letter":
        return [{"is": "letter", "c": wording.letter("".join(part for part in done.parts if isinstance(part, str)))}]
    if name == "table":
        return [_table(done)]
    return [done.node | more | {"c": _tidied(done.parts, is_block=name in _BLOCKS)}]


def _node(tag: str, given: dict[str, str | None], classes: set[str]) -> Node:
    name = "letter" if "letter" in classes else _NAMES.get(tag)
    name = name or next((_CLASSED[one] for one in sorted(classes) if one in _CLASSED), None)
    if name is None and classes & {"small", "second"}:
        name = "aside"
    if name is None:
        return {}
    node: Node = {"is": name, "id": given.get("id") or "", "of": sorted(classes)}
    if name == "heading":
        node["level"] = int(tag[1])
    if name == "items":
        node["ordered"] = tag == "ol" and "timeline" not in classes
    if name == "cell":
        node |= {"head": tag == "th", "number": bool(classes & {"number", "n"})}
    if name == "link":
        node["to"] = (given.get("href") or "").removeprefix("#") if (given.get("href") or "").startswith("#") else ""
    return node


def _told(given: dict[str, str | None]) -> Node:
    return {
        "says": given.get("aria-label") or "",
        "width": float(given.get("width") or 0),
        "height": float(given.get("height") or 0),
    }


def _table(done: _Open) -> Node:
    """Rows by whether they are heads; all as long as the longest."""
    parts = [part for part in done.parts if isinstance(part, dict)]
    caption: list[Part] = next((part["c"] for part in parts if part["is"] == "caption"), [])
    rows = [[cell for cell in part["c"] if isinstance(cell, dict)] for part in parts if part["is"] == "row"]
    columns = max(map(len, rows), default=1)
    empty = {"is": "cell", "head": False, "number": False, "c": []}
    rows = [row + [empty] * (columns - len(row)) for row in rows]
    heads = [row for row in rows if all(cell["head"] for cell in row)]
    return {
        "is": "table",
        "of": done.node["of"],
        "caption": caption,
        "columns": columns,
        "heads": heads,
        "rows": [row for row in rows if row not in heads],
    }


def _tidied(parts: list[Part], *, is_block: bool) -> list[Part]:
    """Without the blanks that only lay the page's source out."""
    kept: list[Part] = []
    for at, part in enumerate(parts):
        if isinstance(part, str):
            before = kept[-1] if kept else None
            starts = before is None if is_block else False
            if starts or _is_block(before) or (isinstance(before, str) and before.endswith(" ")):
                part = part.lstrip(" ")  # noqa: PLW2901
            following = parts[at + 1] if at + 1 < len(parts) else None
            if (following is None and is_block) or _is_block(following):
                part = part.rstrip(" ")  # noqa: PLW2901
        if part != "":
            kept.append(part)
    return kept


def _is_block(part: Part | None) -> bool:
    return isinstance(part, dict) and (part["is"] in _BLOCKS or part["is"] == "break")


def _runs_from_right(part: Part) -> bool:
    return isinstance(part, str) and any(unicodedata.bidirectional(sign) in _FROM_RIGHT for sign in part)


def _places(parts: list[Part]) -> list[str]:
    """Ids that something on the page has, to be pointed at."""
    found: list[str] = []
    for part in parts:
        if isinstance(part, dict):
            found += [part["id"]] if part.get("id") else []
            found += _places(part.get("c", []))
    return found


def _linked(parts: list[Part], there: frozenset[str]) -> list[Part]:
    """The same, each id once, and no way to where nothing is."""
    left = set(there)

    def over(part: Part) -> Part:
        if isinstance(part, str):
            return part
        if part.get("id"):
            if part["id"] not in left:
                part["id"] = ""
            left.discard(part["id"])
        if part.get("to") and part["to"] not in there:
            part["to"] = ""
        for name in ("c", "caption"):
            part[name] = [over(one) for one in part.get(name, [])]
        for name in ("heads", "rows"):
            part[name] = [[over(cell) for cell in row] for row in part.get(name, [])]
        return part

    return [over(part) for part in parts]
