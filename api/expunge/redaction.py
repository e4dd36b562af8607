"""Texts of a person replaced by marks in what others wrote or were shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from api.expunge.work import Work

EMPTIED = "(expunged)"


class Redaction:
    """Replaces what names a person; each text by a mark of its own, so that two things remain two.

    A text that other people share is replaced only where something else in the same place names the person.

    Args:
        number: of the expunging; part of each mark.
    """

    def __init__(self, number: int, work: Work) -> None:
        self._marks = {
            text.casefold(): f"expunged-{number}.{place}"
            for place, text in enumerate((*work.everywhere, *work.beside, *work.alone))
        }
        self._unknown = f"expunged-{number}"  # another spelling in capitals: "STRASSE" of "straße"
        self._naming = _any_of((*work.everywhere, *work.identities))
        self._own = _any_of(work.everywhere)
        self._all = _any_of((*work.everywhere, *work.beside, *work.alone))
        self._written = _any_of((*work.everywhere, *work.alone))

    def of(self, text: str | None) -> str | None:
        """The text, or JSON document, without the person; the very same where it does not name them."""
        if text is None:
            return None
        document = _document(text)
        if document is None:
            return (self._all if self._names(text) else self._written).sub(self._mark, text)
        is_named = self.is_in(_strings(document))
        redacted = self._within(document, is_named=is_named)
        return text if redacted == document else json.dumps(redacted)

    def within(self, document: Any) -> Any:
        """The JSON values without the person."""
        return self._within(document, is_named=self.is_in(_strings(document)))

    def is_in(self, values: Iterable[str]) -> bool:
        """Whether any of the texts names the person."""
        return any(map(self._names, values))

    def _names(self, text: str) -> bool:
        return self._naming.search(text) is not None

    def _plain(self, text: str, *, is_named: bool) -> str:
        return (self._all if is_named else self._own).sub(self._mark, text)

    def _mark(self, found: re.Match[str]) -> str:
        return self._marks.get(found[0].casefold(), self._unknown)

    def _within(self, value: Any, *, is_named: bool) -> Any:
        if isinstance(value, str):
            return self._plain(value, is_named=is_named)
        if isinstance(value, list):
            return [self._within(item, is_named=is_named) for item in value]
        if isinstance(value, dict):
            return {
                self._own.sub(self._mark, name): self._within(item, is_named=is_named) for name, item in value.items()
            }
        return value


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the texts as whole words, the longest first; nothing where there are none."""
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    alternatives = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)" if alternatives else r"(?!)", re.IGNORECASE)


def _document(text: str) -> Any:
    """The JSON array or object that the text is, None where it is another text."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _strings(document: Any) -> Iterable[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, list):
        for item in document:
            yield from _strings(item)
    elif isinstance(document, dict):
        for name, item in document.items():
            yield name
            yield from _strings(item)
