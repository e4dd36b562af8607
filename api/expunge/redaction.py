"""Texts of a person replaced by marks in what others wrote or were shown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from api.expunge.spotting import Spotted, replaced
from api.expunge.work import Work


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
        self._naming = Spotted((*work.everywhere, *work.identities), work.others)
        self._own = Spotted(work.everywhere, work.others)
        self._all = Spotted((*work.everywhere, *work.beside, *work.alone), work.others)
        self._written = Spotted((*work.everywhere, *work.alone), work.others)

    def of(self, text: str | None) -> str | None:
        """The text, or JSON document, without the person; the very same where it does not name them."""
        if text is None or not ("\\" in text or self._all.may_be_in(text)):
            return text  # most rows are about others; only what JSON escapes has to be read to be seen
        document = _document(text)
        if document is None:
            return self._marked(text, self._all if self._naming.is_in(text) else self._written)
        is_named = self.is_in(_strings(document))
        redacted = self._within(document, is_named=is_named)
        return text if redacted == document else json.dumps(redacted)

    def within(self, document: Any) -> Any:
        """The JSON values without the person."""
        return self._within(document, is_named=self.is_in(_strings(document)))

    def is_in(self, values: Iterable[str]) -> bool:
        """Whether any of the texts names the person."""
        return any(map(self._naming.is_in, values))

    def is_about(self, text: str) -> bool:
        """Whether something that somebody wrote names the person, be it by a single name that nobody else has."""
        return self._naming.is_in(text) or self._written.is_in(text)

    def _marked(self, text: str, spotted: Spotted) -> str:
        places = ((place, self._marks.get(place[0].casefold(), self._unknown)) for place in spotted.found(text))
        return replaced(text, places)

    def _within(self, value: Any, *, is_named: bool) -> Any:
        if isinstance(value, str):
            return self._marked(value, self._all if is_named else self._own)
        if isinstance(value, list):
            return [self._within(item, is_named=is_named) for item in value]
        if isinstance(value, dict):
            return {
                self._marked(name, self._own): self._within(item, is_named=is_named) for name, item in value.items()
            }
        return value


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
