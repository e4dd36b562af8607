"""Text as the fonts can draw it: letters that none of them has as codes, and long words with places to break."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import Any

Node = dict[str, Any]
Part = str | Node

_LONG = re.compile(r"[^\s\u200b]{21,}")
_PIECE = 10
"""Letters of a word of more than twenty after which a line may end: as many as a narrow column has room for."""
_UNSEEN = frozenset("\u200b\u2068\u2069 \n\u00a0\u202f")
_BREAK = "\u200b"
_JOINED = frozenset({"R", "AL", "AN", "NSM"})


@dataclass(frozen=True, slots=True)
class Wording:
    """What becomes of text on paper.

    Args:
        drawable: code points that the fonts can draw.
    """

    drawable: frozenset[int]

    def parts(self, text: str) -> list[Part]:
        """The text, each letter that cannot be drawn as its code in a box."""
        found: list[Part] = []
        run = ""
        for sign in text:
            if self._can(sign):
                run += sign
                continue
            found += [_breakable(run)] if run else []
            found.append({"is": "code", "c": [_code(sign)]})
            run = ""
        return found + ([_breakable(run)] if run else [])

    def drawn(self, text: str) -> str:
        """The text of a drawing, escaped; a letter that cannot be drawn is its code."""
        return escape("".join(sign if self._can(sign) else _code(sign) for sign in text), quote=False)

    def letter(self, text: str) -> list[Part]:
        """A letter's paragraphs: its heading first, and lines that begin with a dash as a list."""
        heading, *paragraphs = [one.strip("\n") for one in text.strip().split("\n\n")]
        made: list[Part] = [{"is": "heading", "level": 1, "id": "", "of": [], "c": self.parts(heading)}]
        for paragraph in paragraphs:
            lines = paragraph.splitlines()
            said = [line for line in lines if not line.startswith("  - ")]
            listed = [line.removeprefix("  - ") for line in lines if line.startswith("  - ")]
            made += [{"is": "par", "of": [], "c": self.parts(" ".join(said))}] if said else []
            items = [{"is": "item", "c": self.parts(line)} for line in listed]
            made += [{"is": "items", "of": [], "ordered": False, "c": items}] if items else []
        return made

    def _can(self, sign: str) -> bool:
        return ord(sign) in self.drawable or sign in _UNSEEN


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def _breakable(text: str) -> str:
    return _LONG.sub(lambda found: _broken(found.group()), text)


def _broken(word: str) -> str:
    """The word with places where a line may end, none of them before a mark or within letters that join."""
    made, since = "", 0
    for sign in word:
        if since >= _PIECE and unicodedata.bidirectional(sign) not in _JOINED and not unicodedata.combining(sign):
            made, since = made + _BREAK, 0
        made, since = made + sign, since + 1
    return made
