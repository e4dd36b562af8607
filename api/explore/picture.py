"""A part of the graph as it is drawn and listed: each thing once, each tie once, with what its records say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import polars as pl

from api.explore.labels import label_of
from api.explore.strength import TieStrength
from graph.schema import EdgeKind, NodeKind

CERTAINTY = {EdgeKind.POSSIBLY_SAME: "possible", EdgeKind.ASSOCIATED_WITH: "declared"}
"""How sure a tie is: one that is not named here is confirmed."""

HIDDEN_KINDS = frozenset({NodeKind.RECORD, NodeKind.SOURCE})
"""Records stand on the page of an identity; a source that enrolled thousands ties nobody."""
PICTURED_KINDS = frozenset(NodeKind) - HIDDEN_KINDS


def node_id(kind: str, key: str) -> str:
    """How the picture names a node."""
    return f"{kind}:{key}"


def edge_id(kind: str, source: str, target: str) -> str:
    """How the picture names a tie between two of its nodes."""
    return f"{kind}|{source}|{target}"


@dataclass(frozen=True, slots=True)
class Picture:
    """Things and ties to be shown.

    Args:
        nodes: by id: id, kind, key, label, detail, degree, is_hub, band, event_date...
        edges: by id: id, source, target, kind, certainty, strength, first, last, days, records, sightings.
    """

    nodes: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    edges: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def joined(self, other: Picture) -> Picture:
        """Both, each thing and tie once."""
        return Picture({**self.nodes, **other.nodes}, {**self.edges, **other.edges})

    def without(self, shown: Collection[str]) -> Picture:
        """What it adds to nodes that are shown already: the others, and all ties."""
        return Picture({name: node for name, node in self.nodes.items() if name not in shown}, self.edges)

    def document(self) -> dict[str, Any]:
        """The picture as JSON values, people first, then by kind and label; the strongest ties first."""
        nodes = sorted(
            self.nodes.values(), key=lambda n: (n["kind"] != NodeKind.IDENTITY, n["kind"], n["label"], n["id"])
        )
        edges = sorted(self.edges.values(), key=lambda e: (-(e["strength"] or 0.0), e["id"]))
        return {"nodes": nodes, "edges": edges}


def drawn_nodes(
    nodes: pl.DataFrame, degrees: Mapping[tuple[str, str], int], hub_degree: int
) -> dict[str, dict[str, Any]]:
    """Nodes of frame NODE as the picture holds them.

    Args:
        degrees: ties at each node, by kind and key, where they were counted.
        hub_degree: a thing that more people share says nothing of any two of them.
    """
    found = {}
    for row in nodes.iter_rows(named=True):
        props = orjson.loads(row["props"]) if row["props"] else {}
        degree = degrees.get((row["kind"], row["key"]))
        name = node_id(row["kind"], row["key"])
        found[name] = {
            "id": name,
            "kind": row["kind"],
            "key": row["key"],
            **label_of(NodeKind(row["kind"]), row["key"], props),
            "degree": degree,
            "is_hub": row["kind"] != NodeKind.IDENTITY and (degree or 0) > hub_degree,
        }
    return found


def drawn_edges(edges: pl.DataFrame, strengths: TieStrength) -> dict[str, dict[str, Any]]:
    """Edges of frame EDGE, those of one kind between the same two things as one tie."""
    found: dict[str, dict[str, Any]] = {}
    for row in edges.iter_rows(named=True):
        source, target = node_id(row["src_kind"], row["src"]), node_id(row["dst_kind"], row["dst"])
        name = edge_id(row["kind"], source, target)
        tie = found.get(name)
        if tie is None:
            tie = found[name] = {
                "id": name,
                "source": source,
                "target": target,
                "kind": row["kind"],
                "certainty": CERTAINTY.get(EdgeKind(row["kind"]), "confirmed"),
                "strength": strengths.of(row),
                "confidence": row["confidence"],
                "first": None,
                "last": None,
                "lasts": False,
                "days": 0,
                "records": set(),
            }
        _add(tie, row, strengths)
    return {name: tie | {"records": sorted(tie["records"])} for name, tie in found.items()}


def _add(tie: dict[str, Any], row: Mapping[str, Any], strengths: TieStrength) -> None:
    """One more sighting of a tie."""
    first, last = (row[name].isoformat() if row[name] else None for name in ("first_seen", "last_seen"))
    tie["first"] = min(filter(None, (tie["first"], first)), default=None)
    tie["last"] = max(filter(None, (tie["last"], last)), default=None)
    tie["lasts"] = tie["lasts"] or (first is not None and last is None)
    tie["days"] += row["days"] or 0
    tie["confidence"] = max(tie["confidence"], row["confidence"])
    known = [strength for strength in (tie["strength"], strengths.of(row)) if strength is not None]
    tie["strength"] = max(known, default=None)  # 0 is a strength: that of a tie to a hub
    if row["record"]:
        tie["records"].add(row["record"])


def people_of(document: Mapping[str, Any]) -> list[str]:
    """Identity ids that a picture's document shows, for the audit."""
    return [node["key"] for node in document["nodes"] if node["kind"] == NodeKind.IDENTITY]


def keys_of(ids: Iterable[str]) -> dict[str, list[str]]:
    """Keys by kind of the nodes of these ids; what is no id of a picture is passed over."""
    parts = (name.partition(":") for name in ids)
    return places({"kind": kind, "key": key} for kind, _, key in parts if kind in PICTURED_KINDS)


def places(document: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Keys of nodes by kind."""
    found: dict[str, list[str]] = {}
    for node in document:
        found.setdefault(node["kind"], []).append(node["key"])
    return found
