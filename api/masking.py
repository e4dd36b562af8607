"""Identifiers of people in documents, masked so that two can be compared and neither be read.

A masked value is `ISSUER:…TAIL#TAG`. The tail is at most four characters and never more than half of the value, and
there is none of what is short or telling as it is. The tag is a keyed hash of the whole value, written alike however it
was written ("915-555-6057" and "+19155556057" have one tag): equal tags are equal values, different tags different
ones. Without the workspace's key nobody can compute it from a guess.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import apsw

from api.search_terms import NATIONAL_DIGITS, compact
from graph.schema import NodeKind
from linkage.schema import IDENTIFIERS

MIGRATION = """
    CREATE TABLE mask_key (key BLOB NOT NULL);
    INSERT INTO mask_key VALUES (randomblob(32));
    """
FIELDS = frozenset({*IDENTIFIERS, "licence_number", "passport_number", "ssn", "phone", "email"})
"""Names under which documents hold an identifier of a person, as received or in standard form."""

TAIL = 4
_WITHOUT_TAIL = frozenset({"ssn", "ssn4", "email"})
_TAG_BYTES = 6  # among a million different values some two share a tag with probability 0.002
_SEPARATORS = re.compile(r"[^0-9A-Z]+")
_ISSUED = re.compile(r"([A-Z]{2,12}):(.+)", re.DOTALL)
_PHONE = re.compile(r"\+\d{7,15}\b")
_PHONE_NODE = NodeKind.PHONE.value
_SIDES = ("value", "left", "right")


@dataclass(frozen=True, slots=True)
class Masker:
    """Masks the identifiers in documents of one workspace.

    Args:
        key: the workspace's own; whoever has it can tell from a guess whether it is right.
    """

    key: bytes = field(repr=False)

    def value(self, name: str, text: str) -> str:
        """One identifier, masked.

        Args:
            name: what it is, such as `curp` or `phone`.
        """
        issued = _ISSUED.fullmatch(text) if ":" in text else None
        issuer, bare = issued.groups() if issued else ("", text)
        plain = _plain(bare)
        if name == "phone" and plain.isdigit():
            plain = plain[-NATIONAL_DIGITS:]
        digest = hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), key=self.key, digest_size=_TAG_BYTES)
        tag = digest.hexdigest()
        shown = 0 if name in _WITHOUT_TAIL else min(TAIL, len(plain) // 2)
        return f"{issuer}{':' if issuer else ''}…{plain[len(plain) - shown :]}#{tag}"

    def document(self, document: Any) -> Any:
        """The document with every identifier masked; names, ids and keys of records stay as they are."""
        if isinstance(document, Mapping):
            return self._mapping(document)
        if isinstance(document, list | tuple):
            return [self.document(item) for item in document]
        return document

    def _mapping(self, document: Mapping[str, Any]) -> dict[str, Any]:
        hidden = self._hidden(document)
        return {
            name: self._each(hidden[name], value) if name in hidden else self.document(value)
            for name, value in document.items()
        }

    def _hidden(self, document: Mapping[str, Any]) -> dict[str, Callable[[str], str]]:
        """Which entries hold an identifier as text, and how each is masked."""
        hidden: dict[str, Callable[[str], str]] = {}
        for name in FIELDS & document.keys():
            hidden[name] = self._as(name)
        kind, attribute = document.get("kind"), document.get("attribute")
        if kind == _PHONE_NODE:
            hidden["key"] = self._as("phone")
        elif isinstance(kind, str) and kind in FIELDS:
            hidden["value"] = self._as(kind)
        for end in ("src", "dst"):
            if document.get(f"{end}_kind") == _PHONE_NODE:
                hidden[end] = self._as("phone")
        how = self._of_attribute(attribute) if isinstance(attribute, str) else None
        if how is not None:
            hidden |= dict.fromkeys((*_SIDES, "values"), how)
        return hidden

    def _of_attribute(self, attribute: str) -> Callable[[str], str] | None:
        """How the values of a compared attribute are masked; several columns stand in one text with blanks between."""
        if attribute == "licence":
            return self._licence
        if attribute == "tax":
            return lambda text: " ".join(self.value("tax_id", part) for part in text.split())
        if attribute == "contact":
            return lambda text: _PHONE.sub(lambda found: self.value("phone", found[0]), text)
        return self._as(attribute) if attribute in FIELDS else None

    def _licence(self, text: str) -> str:
        """A licence as `TX:3188` or as `TX 3188`: who issued it may be read."""
        issuer, _, number = text.partition(" ")
        if number and issuer.isalpha() and len(issuer) <= len("FEDERAL"):
            return f"{issuer} {self.value('licence', number)}"
        return self.value("licence", text)

    def _as(self, name: str) -> Callable[[str], str]:
        return lambda text: self.value(name, text)

    def _each(self, how: Callable[[str], str], value: Any) -> Any:
        """A text masked, likewise each of a list and each `value` of a list's mappings."""
        if isinstance(value, str):
            return how(value)
        if isinstance(value, list | tuple):
            return [self._each(how, item) for item in value]
        if isinstance(value, Mapping):
            return {
                name: self._each(how, item) if name in _SIDES else self.document(item) for name, item in value.items()
            }
        return value


def _plain(text: str) -> str:
    """The letters and digits of the text, as a search looks for it; text without any as it is."""
    letters = _SEPARATORS.sub("", text.upper()) if text.isascii() else compact(text)
    return letters or text


def masker_of(connection: apsw.Connection) -> Masker:
    """The masker of a workspace."""
    return Masker(bytes(connection.execute("SELECT key FROM mask_key").get))
