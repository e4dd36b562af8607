"""What a page says in the words of whoever made it: its texts without names, codes, days and data."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_DATA = frozenset({"bdi", "code", "time", "kbd", "script", "style", "textarea"})
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "line"})
_SPOKEN = ("aria-label", "title", "placeholder", "alt")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{3,}")
_ID = re.compile(r"[^\s,]*[/\d][^\s,]*|\b[A-Z]{2,}(?:-[A-Z]+)*\b")
"""Record numbers, ids, figures and abbreviations."""


def said(page: str) -> set[str]:
    """Texts and spoken attributes of a page that hold a word, without what is marked as data or as another language."""
    listener = _Listener()
    listener.feed(page)
    return {text for text in listener.texts if _WORD.search(_ID.sub("", text))}


class _Listener(HTMLParser):
    """Collects what is said outside of elements that hold data."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._within: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Goes into an element."""
        given = dict(attrs)
        is_data = tag in _DATA or given.get("translate") == "no" or ("lang" in given and tag != "html")
        is_data = is_data or (bool(self._within) and self._within[-1][1])
        if not is_data:
            self.texts |= {" ".join((given.get(name) or "").split()) for name in _SPOKEN}
        if tag not in _VOID:
            self._within.append((tag, is_data))

    def handle_endtag(self, tag: str) -> None:
        """Comes out of it."""
        while any(name == tag for name, _ in self._within):
            if self._within.pop()[0] == tag:
                return

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Passes an element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        """A text."""
        if self._within and not self._within[-1][1]:
            self.texts.add(" ".join(data.split()))
