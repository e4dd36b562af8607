"""From facts and identities to the graph that should be there, and from one graph to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from graph.days import known_by
from graph.edges import build_edges
from graph.mentions import Mentions
from graph.nodes import build_nodes
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, GraphChange, NodeKind, Projection
from graph.store import ALL_EDGE_KINDS, GraphReader
from linkage.schema import Kind


def desired(
    facts: Mapping[Kind, pl.DataFrame],
    memberships: pl.DataFrame,
    possible: pl.DataFrame,
    rulings: pl.DataFrame | None = None,
) -> Projection:
    """The graph that these facts make: a pure function, whatever order they came in.

    Args:
        facts: current facts by kind; kinds that are absent have none.
        memberships: frame MEMBERSHIP.
        possible: frame SCORED_PAIR, pairs that are possibly one person.
        rulings: frame RULING, what people decided about successions of carriers; None where nobody did.

    Complexity: linear in the facts, but for sorting; the graph is held in memory.
    """
    mentions = Mentions.resolve(facts, memberships, possible, rulings)
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

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame EDGE of these kinds, known by the day, at the nodes, ordered by EDGE_KEY."""
        named = pl.DataFrame({"key": pl.Series(sorted(set(keys)), dtype=pl.String)})
        parts = [EDGE.empty()]
        for edge in sorted(kinds):
            ends = [end for end, found in zip(("src", "dst"), ENDS[edge], strict=True) if found is kind]
            if ends:
                rows = self.edges([edge])
                parts += [rows.join(named, left_on=end, right_on="key", how="semi") for end in ends]
        found = pl.concat(parts).unique(EDGE_KEY).sort(EDGE_KEY)
        return found.filter(known_by(as_of))


def change(before: Projection, after: Projection) -> GraphChange:
    """What turns `before` into `after`, each frame sorted by its key."""
    return GraphChange(
        nodes_removed=gone(before.nodes, after.nodes, NODE_KEY),
        nodes_set=new(before.nodes, after.nodes),
        edges_removed=gone(before.edges, after.edges, EDGE_KEY),
        edges_set=new(before.edges, after.edges),
    )


def gone(before: pl.DataFrame, after: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Rows of `before` whose key is not in `after`."""
    if before.is_empty() or after.is_empty():
        return before
    return before.join(after.select(key), on=list(key), how="anti", nulls_equal=True, maintain_order="left")


def new(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Rows of `after` that are not in `before` as they are."""
    if before.is_empty() or after.is_empty():
        return after
    return after.join(before, on=after.columns, how="anti", nulls_equal=True, maintain_order="left")
