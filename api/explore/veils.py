"""Ids of a picture that hold an identifier of a person, hidden on the way to a browser and known again on the way back.

A phone is known to the graph by its number. The picture of a page, the views that are saved of it and what a page asks
for name it by a cipher of the number instead: always the same one for the same number, and of no use elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from api.explore.picture import edge_id, node_id
from graph.schema import NodeKind

VEILED_KINDS = frozenset({NodeKind.PHONE.value})
_SIGN = "~"
_USE = b"ids of things on a picture"


@dataclass(frozen=True, slots=True)
class Veils:
    """Hides ids of things and knows them again.

    Args:
        cipher: AES-SIV (RFC 5297): equal numbers have equal ciphers, and one that was made up is refused.
    """

    cipher: AESSIV = field(repr=False)

    @classmethod
    def of_key(cls, key: bytes) -> Veils:
        """The veils of the workspace whose key of masks this is."""
        return cls(AESSIV(hmac.digest(key, _USE, hashlib.sha512)))

    def hidden(self, kind: str, key: str) -> str:
        """The key as a browser gets it."""
        if kind not in VEILED_KINDS:
            return key
        sealed = self.cipher.encrypt(key.encode(), None)
        return _SIGN + base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def known(self, kind: str, key: str) -> str:
        """The key that is meant; one that we never gave stays as it is and names nothing."""
        if kind not in VEILED_KINDS or not key.startswith(_SIGN):
            return key
        text = key.removeprefix(_SIGN)
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return self.cipher.decrypt(sealed, None).decode()
        except (binascii.Error, ValueError, InvalidTag):
            return key

    def things(self, ids: Iterable[str]) -> list[str]:
        """Ids of nodes that a browser sent, as the graph knows them."""
        return [node_id(kind, self.known(kind, key)) for kind, _, key in (one.partition(":") for one in ids)]

    def over(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A picture's document as a browser gets it."""
        nodes = [node | self._hidden_node(node) for node in document["nodes"]]
        edges = []
        for edge in document["edges"]:
            ends = {end: self._hidden_id(edge[end]) for end in ("source", "target")}
            edges.append(edge | ends | {"id": edge_id(edge["kind"], ends["source"], ends["target"])})
        found = {**document, "nodes": nodes, "edges": edges}
        if "focus" in document:
            found["focus"] = self._hidden_id(document["focus"])
        if "gone" in document:
            found["gone"] = [self._hidden_id(one) for one in document["gone"]]
        if "rows" in document:
            found["rows"] = [[self._hidden_id(one) for one in row] for row in document["rows"]]
            found["hubs"] = [node | self._hidden_node(node) for node in document["hubs"]]
        return found

    def _hidden_node(self, node: Mapping[str, Any]) -> dict[str, str]:
        key = self.hidden(node["kind"], node["key"])
        return {"key": key, "id": node_id(node["kind"], key)}

    def _hidden_id(self, name: str) -> str:
        kind, _, key = name.partition(":")
        return node_id(kind, self.hidden(kind, key))
