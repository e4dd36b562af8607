"""The graph as everybody may see it: without the events that are for cleared reviewers, nor a trace of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import apsw
import polars as pl

from api.cleared import is_for_everybody
from eligibility.policy import EligibilityPolicy
from eligibility.policy_file import load_eligibility_policy
from graph.neighbours import Steps, described, edges_at, with_degree
from graph.patterns import PatternGraph
from graph.schema import ENDS, EdgeKind, NodeKind
from graph.store import ALL_EDGE_KINDS, Reach
from linkage.ledger import LoadTables, Workspace
from linkage.schema import Kind

_OF_EVENTS = frozenset(kind for kind, ends in ENDS.items() if NodeKind.EVENT in ends)


def cleared_events(
    workspace: Workspace, connection: apsw.Connection, policy: EligibilityPolicy | None = None
) -> frozenset[str]:
    """Keys of the events that only cleared reviewers may see.

    Args:
        policy: says which; the shipped one by default.

    Complexity: linear in the number of events.
    """
    grounds = policy or load_eligibility_policy()
    columns = ("key", "code", "event_type")
    events = workspace.fact_store.current(Kind.EVENT, LoadTables(connection).ids(), columns)
    kinds = events.select("code", "event_type").unique()
    hidden = [(code, kind) for code, kind in kinds.iter_rows() if not is_for_everybody(code, kind, grounds)]
    told = pl.DataFrame(hidden, schema=kinds.schema, orient="row")
    return frozenset(events.join(told, on=["code", "event_type"], how="semi", nulls_equal=True)["key"])


class GeneralSteps:
    """A store seen without some events: no node, no edge, no degree that counts them, and no way through them.

    Args:
        store: what is read.
        hidden: keys of the events.
    """

    def __init__(self, store: Steps, hidden: frozenset[str]) -> None:
        self._store = store
        self._hidden = pl.Series(sorted(hidden), dtype=pl.String).implode()
        self._at_hidden = store.edges_of(NodeKind.EVENT, hidden, _OF_EVENTS) if hidden else None

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE of the keys that exist."""
        return self._seen(self._store.nodes(kind, keys))

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame EDGE at the nodes."""
        return self._open(self._store.edges_of(kind, keys, kinds, as_of))

    def degrees(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame key, degree of the nodes that exist."""
        found = self._store.degrees(kind, keys, kinds, as_of).with_columns(kind=pl.lit(kind.value))
        return self._counted(found, kinds, as_of).drop("kind")

    def nodes_at(self, places: pl.DataFrame) -> pl.DataFrame:
        """Frame NODE of the places that exist, by kind and key."""
        return self._seen(described(self._store, places))

    def edges_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame EDGE at the places."""
        return self._open(edges_at(self._store, places, Reach(kinds=frozenset(kinds), as_of=as_of)))

    def degrees_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame kind, key, degree of the places that exist, by kind and key."""
        found = with_degree(self._store, places, Reach(kinds=frozenset(kinds), as_of=as_of))
        return self._counted(found, kinds, as_of)

    def _seen(self, nodes: pl.DataFrame) -> pl.DataFrame:
        return nodes.filter(~self._is_hidden("kind", "key"))

    def _open(self, edges: pl.DataFrame) -> pl.DataFrame:
        return edges.filter(~(self._is_hidden("src_kind", "src") | self._is_hidden("dst_kind", "dst")))

    def _is_hidden(self, kind: str, key: str) -> pl.Expr:
        return (pl.col(kind) == NodeKind.EVENT.value) & pl.col(key).is_in(self._hidden)

    def _counted(self, degrees: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Degrees without the edges to hidden events, and without these events."""
        if self._at_hidden is None:
            return degrees
        edges = self._at_hidden.filter(pl.col("kind").is_in([kind.value for kind in kinds]))
        if as_of is not None:
            edges = edges.filter(pl.col("known_on").is_null() | (pl.col("known_on") <= as_of))
        ends = [edges.select(kind=f"{end}_kind", key=end) for end in ("src", "dst")]
        gone = pl.concat(ends).group_by("kind", "key").agg(gone=pl.len().cast(pl.Int64))
        counted = self._seen(degrees).join(gone, on=["kind", "key"], how="left", maintain_order="left")
        left = counted.with_columns(degree=pl.col("degree") - pl.col("gone").fill_null(0))
        return left.select(degrees.columns)


def general_steps(workspace: Workspace, connection: apsw.Connection, store: Steps) -> Steps:
    """The store as everybody may walk it; the store itself where nothing of it is hidden."""
    hidden = cleared_events(workspace, connection)
    return GeneralSteps(store, hidden) if hidden else store


class GeneralGraph(GeneralSteps):
    """The same, read whole kinds at a time.

    Args:
        graph: what is read.
        hidden: keys of the events.
    """

    def __init__(self, graph: PatternGraph, hidden: frozenset[str]) -> None:
        super().__init__(graph, hidden)
        self._graph = graph

    def edges(self, kinds: Collection[EdgeKind]) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds."""
        return self._open(self._graph.edges(kinds))
