"""How to call things, events and carriers in a sentence: enough to tell them apart, no more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson

from graph.schema import NodeKind
from graph.store import GraphReader

TIE_NODE = {
    "truck": NodeKind.VEHICLE,
    "carrier": NodeKind.CARRIER,
    "successor": NodeKind.CARRIER,
    "phone": NodeKind.PHONE,
    "home": NodeKind.ADDRESS,
}


@dataclass(frozen=True, slots=True)
class Labels:
    """What the nodes of some routes say of themselves.

    Args:
        props: properties by node kind and key.
    """

    props: dict[tuple[str, str], dict[str, Any]]

    @classmethod
    def read(cls, reader: GraphReader, wanted: dict[NodeKind, Collection[str]]) -> Labels:
        """The labels of these nodes."""
        props: dict[tuple[str, str], dict[str, Any]] = {}
        for kind, keys in wanted.items():
            for key, text in reader.nodes(kind, keys).select("key", "props").iter_rows():
                props[kind.value, key] = orjson.loads(text) if text else {}
        return cls(props)

    def extended(self, reader: GraphReader, wanted: dict[NodeKind, Collection[str]]) -> Labels:
        """These labels and those of further nodes."""
        more = {kind: keys for kind, keys in wanted.items() if keys}
        return Labels(self.props | Labels.read(reader, more).props) if more else self

    def thing(self, tie: str, key: str) -> str:
        """The thing as a sentence calls it."""
        said = self.props.get((TIE_NODE[tie].value, key), {})
        if tie == "truck":
            name = str(said.get("vin") or key)
            return f"the truck \u2026{name[-4:]}"
        if tie == "phone":
            return f"the phone that ends in {key[-4:]}"
        if tie == "home":
            return f"the address {said.get('address') or 'on file'}"
        return str(said.get("name") or f"the carrier {key}")

    def event(self, key: str) -> str:
        """The event as a sentence calls it: what, code, status."""
        said = self.props.get((NodeKind.EVENT.value, key), {})
        what = str(said.get("description") or said.get("event_type") or "an event")
        code = f" ({said['code']})" if said.get("code") else ""
        status = f", {str(said['status']).replace('_', ' ')}" if said.get("status") else ""
        return f"{what}{code}{status}"
