"""What exploring asks of the graph: nodes that everybody may see, people on things, bands of the enrolled."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw
import polars as pl

from api.cleared import for_everybody
from api.explore.picture import Picture, drawn_edges, drawn_nodes, places
from api.explore.strength import TieStrength
from graph.holds import TIE_EDGES
from graph.policy import RiskPolicy
from graph.schema import EDGE, NODE, EdgeKind, NodeKind
from graph.store import GraphReader

SHOWN_KINDS = frozenset(EdgeKind) - {EdgeKind.RECORD_OF, EdgeKind.ENROLLED}
THINGS = frozenset(node for _, node in TIE_EDGES.values())
COUNTED_EDGES = 2_000
"""Edges at a thing up to which its people are counted one by one; above it is a hub whatever they are."""


@dataclass(frozen=True, slots=True)
class Near:
    """One state of the graph being looked at.

    Args:
        connection: a reading transaction on the ledger.
        as_of: only what was known by that day.
    """

    reader: GraphReader
    connection: apsw.Connection
    policy: RiskPolicy
    as_of: date | None

    def nodes(self, wanted: Mapping[str, Collection[str]]) -> pl.DataFrame:
        """Frame NODE of these keys by kind, without events that only cleared reviewers may see."""
        frames = [self.reader.nodes(NodeKind(kind), keys) for kind, keys in wanted.items() if keys]
        found = pl.concat(frames) if frames else NODE.empty()
        return seen_by_everybody(found)

    def people_on(self, things: Mapping[str, Collection[str]]) -> dict[tuple[str, str], int]:
        """How many people each of these things had, of any time; a thing of too many edges counts those."""
        counted: dict[tuple[str, str], int] = {}
        for kind, keys in things.items():
            if NodeKind(kind) not in THINGS or not keys:
                continue
            ties = {edge for edge, (_, node) in TIE_EDGES.items() if node == kind}
            degrees = dict(self.reader.degrees(NodeKind(kind), keys, ties, self.as_of).iter_rows())
            few = [key for key, degree in degrees.items() if degree <= COUNTED_EDGES]
            edges = self.reader.edges_of(NodeKind(kind), few, ties, self.as_of)
            people = edges.group_by("dst").agg(pl.col("src").n_unique())
            counted |= {(kind, key): degree for key, degree in degrees.items()}
            counted |= {(kind, key): count for key, count in people.iter_rows()}
        return counted

    def edges_among(self, keys: Mapping[str, Collection[str]]) -> pl.DataFrame:
        """Frame EDGE: at least every edge that joins two of these nodes, given as keys by kind.

        Each has a person, an event or a carrier at one end. A carrier is not asked for its people: those may be many.
        """
        asked = (
            (NodeKind.IDENTITY, SHOWN_KINDS),
            (NodeKind.EVENT, SHOWN_KINDS),
            (NodeKind.CARRIER, frozenset({EdgeKind.OPERATES, EdgeKind.SUCCEEDS})),
        )
        found = [
            self.reader.edges_of(kind, sorted(keys[kind]), kinds, self.as_of) for kind, kinds in asked if kind in keys
        ]
        return pl.concat([EDGE.empty(), *found]).unique()

    def picture(self, nodes: pl.DataFrame, edges: pl.DataFrame) -> Picture:
        """The nodes as drawn, and those of the edges that join two of them."""
        things = places({"kind": kind, "key": key} for kind, key in nodes.select("kind", "key").iter_rows())
        people = self.people_on(things)
        drawn = drawn_nodes(nodes, people, self.policy.limits.hub_degree)
        there = nodes.select("kind", "key")
        for end in ("src", "dst"):
            edges = edges.join(there, left_on=[f"{end}_kind", end], right_on=["kind", "key"], how="semi")
        self._band(drawn.values())
        return Picture(drawn, drawn_edges(edges, TieStrength(self.policy, people)))

    def _band(self, nodes: Iterable[dict[str, Any]]) -> None:
        """Enrolled drivers get their linked band: a link and an event make no dossier of anybody else."""
        people = {node["key"]: node for node in nodes if node["kind"] == NodeKind.IDENTITY}
        enrolled = self.reader.edges_of(NodeKind.IDENTITY, list(people), {EdgeKind.ENROLLED}, self.as_of)[
            "src"
        ].unique()
        rows = self.connection.execute(
            "SELECT identity_id, linked_band FROM score WHERE identity_id IN (SELECT value FROM json_each(?))",
            (json.dumps(enrolled.sort().to_list()),),
        )
        for identity, band in rows:
            people[identity]["band"] = band


def seen_by_everybody(nodes: pl.DataFrame) -> pl.DataFrame:
    """Nodes (NODE) without events that only cleared reviewers may see."""
    events = nodes.filter(pl.col("kind") == NodeKind.EVENT.value)
    told = [{**json.loads(props or "{}"), "key": key} for key, props in events.select("key", "props").iter_rows()]
    hidden = set(events["key"]) - {event["key"] for event in for_everybody(told)}
    if not hidden:
        return nodes
    return nodes.filter((pl.col("kind") != NodeKind.EVENT.value) | ~pl.col("key").is_in(sorted(hidden)))
