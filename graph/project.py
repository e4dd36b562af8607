"""From facts and identities to the graph that should be there, and from one graph to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from graph.edges import build_edges
from graph.mentions import Mentions
from graph.nodes import build_nodes
from graph.schema import EDGE_KEY, NODE, NODE_KEY, EdgeKind, GraphChange, NodeKind, Projection
from graph.store import GraphReader
from linkage.schema import Kind


def desired(facts: Mapping[Kind, pl.DataFrame], memberships: pl.DataFrame, possible: pl.DataFrame) -> Projection:
    """The graph that these facts make: a pure function, whatever order they came in.

    Args:
        facts: current facts by kind; kinds that are absent have none.
        memberships: frame MEMBERSHIP.
        possible: frame SCORED_PAIR, pairs that are possibly one person.

    Complexity: linear in the facts, but for sorting; the graph is held in memory.
    """
    mentions = Mentions.resolve(facts, memberships, possible)
    edges = build_edges(mentions)
    return Projection(build_nodes(mentions, edges), edges)


def snapshot(reader: GraphReader) -> Projection:
    """The whole graph that a store holds now."""
    held = pl.concat([NODE.empty(), *(reader.nodes(kind) for kind in NodeKind)]).sort(NODE_KEY)
    return Projection(held, reader.edges(frozenset(EdgeKind)).sort(EDGE_KEY))


@dataclass(frozen=True, slots=True)
class ProjectedGraph:
    """A projection read like a store, before it is in one.

    Args:
        held: the graph, each frame sorted by its key.
    """

    held: Projection

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE of one kind, all or those of the keys that exist, ordered by key."""
        found = self.held.nodes.filter(pl.col("kind") == kind.value)
        return found if keys is None else found.filter(pl.col("key").is_in(sorted(keys)))

    def edges(self, kinds: Collection[EdgeKind]) -> pl.DataFrame:
        """Frame EDGE of these kinds, ordered by EDGE_KEY."""
        return self.held.edges.filter(pl.col("kind").is_in(sorted(kind.value for kind in kinds)))


def change(before: Projection, after: Projection) -> GraphChange:
    """What turns `before` into `after`, each frame sorted by its key."""
    return GraphChange(
        nodes_removed=_gone(before.nodes, after.nodes, NODE_KEY),
        nodes_set=_new(before.nodes, after.nodes),
        edges_removed=_gone(before.edges, after.edges, EDGE_KEY),
        edges_set=_new(before.edges, after.edges),
    )


@dataclass(frozen=True, slots=True)
class Verification:
    """How a store compares with the graph it should hold.

    Args:
        store: name of the store.
        nodes: node kind to count, as held.
        edges: edge kind to count, as held.
        missing: nodes and edges that should be there and are not.
        extra: nodes and edges that should not be there.
        different: nodes and edges that are there with other content.
    """

    store: str
    nodes: dict[str, int]
    edges: dict[str, int]
    missing: int
    extra: int
    different: int

    @property
    def is_equal(self) -> bool:
        """True when the store holds exactly the graph it should."""
        return not (self.missing or self.extra or self.different)

    def to_document(self) -> dict[str, object]:
        """The JSON document of `graph verify`."""
        return {
            "store": self.store,
            "nodes": self.nodes,
            "edges": self.edges,
            "missing": self.missing,
            "extra": self.extra,
            "different": self.different,
        }


def verify(reader: GraphReader, wanted: Projection) -> Verification:
    """Every node and edge of the store compared with the graph it should hold."""
    held = snapshot(reader)
    towards = change(held, wanted)
    counts = reader.counts()
    missing = different = 0
    for new, old, key in (
        (towards.nodes_set, held.nodes, NODE_KEY),
        (towards.edges_set, held.edges, EDGE_KEY),
    ):
        absent = _gone(new, old, key).height
        missing += absent
        different += new.height - absent
    extra = towards.nodes_removed.height + towards.edges_removed.height
    return Verification(reader.name, counts.nodes, counts.edges, missing, extra, different)


def _gone(before: pl.DataFrame, after: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    return before.join(after.select(key), on=list(key), how="anti", nulls_equal=True, maintain_order="left")


def _new(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    return after.join(before, on=after.columns, how="anti", nulls_equal=True, maintain_order="left")
