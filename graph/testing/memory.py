"""The plainest store there is: two frames. Tests compare other stores with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl

from graph.days import known_by
from graph.errors import ConstraintViolation
from graph.neighbours import look_around
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, EdgeKind, GraphChange, NodeKind, Projection, check_ends
from graph.store import ALL_EDGE_KINDS, Counts, Neighbourhood, Reach


class MemoryStore:
    """A graph held in two frames.

    Args:
        held: the graph to begin with.
    """

    name = "memory"

    def __init__(self, held: Projection | None = None) -> None:
        self.held = held or Projection.empty()
        self._applied = 0

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE of one kind, ordered by key."""
        found = self.held.nodes.filter(pl.col("kind") == kind.value)
        if keys is not None:
            found = found.filter(pl.col("key").is_in(list(keys)))
        return found.sort("key")

    def edges(self, kinds: Collection[EdgeKind]) -> pl.DataFrame:
        """Frame EDGE of these kinds, ordered by EDGE_KEY."""
        return self.held.edges.filter(pl.col("kind").is_in([kind.value for kind in kinds])).sort(EDGE_KEY)

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame EDGE with either end among the nodes, ordered by EDGE_KEY."""
        at_src, at_dst = (
            (pl.col(f"{end}_kind") == kind.value) & pl.col(end).is_in(list(keys)) for end in ("src", "dst")
        )
        return self.edges(kinds).filter(at_src | at_dst, known_by(as_of))

    def degrees(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame key, degree, ordered by key."""
        there = self.nodes(kind, keys).select("key")
        edges = self.edges_of(kind, keys, kinds, as_of)
        at_src = edges.filter(pl.col("src_kind") == kind.value).select(key="src")
        is_loop = (pl.col("src_kind") == pl.col("dst_kind")) & (pl.col("src") == pl.col("dst"))
        at_dst = edges.filter(pl.col("dst_kind") == kind.value, ~is_loop).select(key="dst")
        if at_src.height + at_dst.height == 0:
            return there.with_columns(pl.lit(0, pl.Int64).alias("degree"))
        counts = pl.concat([at_src, at_dst]).group_by("key").agg(pl.len().cast(pl.Int64).alias("degree"))
        return there.join(counts, on="key", how="left", maintain_order="left").with_columns(
            pl.col("degree").fill_null(0)
        )

    def neighbours(self, kind: NodeKind, keys: Collection[str], reach: Reach) -> Neighbourhood:
        """What lies around the nodes."""
        return look_around(self, kind, keys, reach)

    def counts(self) -> Counts:
        """Numbers of nodes and edges by kind."""
        nodes, edges = (
            dict(frame.group_by("kind").len().sort("kind").iter_rows()) for frame in (self.held.nodes, self.held.edges)
        )
        return Counts(nodes, edges)

    def applied(self) -> int:
        """Number of the newest change."""
        return self._applied

    def apply(self, change: GraphChange, sequence: int | None = None) -> bool:
        """The graph with the change in it.

        Raises:
            ConstraintViolation: an end is missing or of the wrong kind.
        """
        if sequence is not None and sequence <= self._applied:
            return False
        edges = _replaced(self.held.edges, change.edges_removed, change.edges_set, EDGE_KEY)
        nodes = _replaced(self.held.nodes, change.nodes_removed, change.nodes_set, NODE_KEY)
        _check(nodes, edges)
        self.held = Projection(NODE.check(nodes.sort(NODE_KEY)), EDGE.check(edges.sort(EDGE_KEY)))
        self._applied = sequence or self._applied
        return True

    def clear(self) -> None:
        """The graph without anything."""
        self.held = Projection.empty()
        self._applied = 0


def _replaced(held: pl.DataFrame, removed: pl.DataFrame, new: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    for gone in (removed, new):
        held = held.join(gone.select(key), on=list(key), how="anti", nulls_equal=True)
    return pl.concat([held, new])


def _check(nodes: pl.DataFrame, edges: pl.DataFrame) -> None:
    places = set(nodes.select(NODE_KEY).iter_rows())
    ends = check_ends(edges).select("kind", "src_kind", "src", "dst_kind", "dst")
    for kind, src_kind, src, dst_kind, dst in ends.iter_rows():
        if (src_kind, src) not in places or (dst_kind, dst) not in places:
            raise ConstraintViolation("edge-needs-both-ends", kind)
