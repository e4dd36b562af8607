"""Frames out of the server. It sends columns, a page each: one record a row was measured to be five times slower."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl
from neo4j import ManagedTransaction

from graph.neighbours import look_around
from graph.neo4j.properties import UNDATED
from graph.neo4j.statements import Statements
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, EdgeKind, NodeKind
from graph.store import ALL_EDGE_KINDS, Neighbourhood, Reach

PAGE_NODES = 5_000
"""Nodes a page, or nodes whose edges make a page: some megabytes on both sides."""

_NODE_BODY: dict[str, Any] = {"key": pl.String, "known_on": pl.String, "props": pl.String}
_EDGE_BODY: dict[str, Any] = {
    "src": pl.String,
    "dst": pl.String,
    "record": pl.String,
    "first_day": pl.Int32,
    "last_seen": pl.String,
    "confidence": pl.Float64,
    "known_on": pl.String,
    "days": pl.Int32,
    "props": pl.String,
}
_DEGREE: dict[str, Any] = {"key": pl.String, "degree": pl.Int64}


class Reads:
    """What one transaction sees.

    Args:
        tx: the transaction.
        cypher: the statements.
    """

    def __init__(self, tx: ManagedTransaction, cypher: Statements) -> None:
        self._tx = tx
        self._cypher = cypher

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE: the nodes of one kind, all or those of the keys that exist, ordered by key."""
        if keys is None:
            pages = self.pages(self._cypher.all_nodes[kind])
        else:
            pages = self._records(self._cypher.nodes_by_key[kind], keys=sorted(set(keys)))
        return pl.concat([NODE.empty(), *(node_frame(page, kind) for page in pages)]).sort("key")

    def edges(self, kinds: Collection[EdgeKind]) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds, ordered by EDGE_KEY."""
        parts = [EDGE.empty()]
        for kind in sorted(kinds):
            parts += [edge_frame(page, kind) for page in self.pages(self._cypher.all_edges[kind])]
        return pl.concat(parts).sort(EDGE_KEY)

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds, known by the day, at the nodes, ordered by EDGE_KEY."""
        values = {"keys": sorted(set(keys)), "kinds": sorted(kinds), "as_of": as_of}
        found = self._records(self._cypher.edges_at[kind], **values)
        # an edge between two of the nodes is found from both
        return (
            pl.concat([EDGE.empty(), *(edge_frame(page, EdgeKind(page["kind"])) for page in found)])
            .unique(EDGE_KEY)
            .sort(EDGE_KEY)
        )

    def degrees(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame key, degree: edges of these kinds at each of the nodes that exist, ordered by key."""
        values = {"keys": sorted(set(keys)), "kinds": sorted(kinds)}
        if as_of is None:
            pages = self._records(self._cypher.degrees[kind], **values)
        else:
            pages = self._records(self._cypher.degrees_as_of[kind], **values, as_of=as_of)
        return pl.concat([_frame(page, _DEGREE) for page in pages]).sort("key")

    def neighbours(self, kind: NodeKind, keys: Collection[str], reach: Reach) -> Neighbourhood:
        """What lies around the nodes; unknown keys are passed over."""
        return look_around(self, kind, keys, reach)

    def pages(self, statement: str) -> Iterator[Mapping[str, Any]]:
        """Pages of a whole kind, in the order of its keys; the last, empty one is left out."""
        start, first = "", True
        while True:
            (page,) = self._records(statement, **{"from": start, "first": first, "limit": PAGE_NODES})
            last = page["last"] if "last" in page else (page["key"] or [None])[-1]
            if last is None:
                return
            yield page
            start, first = last, False

    def _records(self, statement: str, **values: Any) -> Iterator[Mapping[str, Any]]:
        for record in self._tx.run(statement, values):
            yield dict(zip(record.keys(), record.values(), strict=True))


def _frame(page: Mapping[str, Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame({name: page[name] for name in schema}, schema=schema, strict=False)


def node_frame(page: Mapping[str, Any], kind: NodeKind) -> pl.DataFrame:
    """Frame NODE of a page of nodes."""
    return NODE.conform(
        _frame(page, _NODE_BODY).with_columns(pl.lit(kind.value).alias("kind"), _day("known_on")),
    )


def edge_frame(page: Mapping[str, Any], kind: EdgeKind) -> pl.DataFrame:
    """Frame EDGE of a page of edges."""
    src_kind, dst_kind = ENDS[kind]
    return EDGE.conform(
        _frame(page, _EDGE_BODY).with_columns(
            pl.lit(kind.value).alias("kind"),
            pl.lit(src_kind.value).alias("src_kind"),
            pl.lit(dst_kind.value).alias("dst_kind"),
            _first_seen(),
            _day("last_seen"),
            _day("known_on"),
        )
    )


def _day(name: str) -> pl.Expr:
    return pl.col(name).str.to_date("%Y-%m-%d", strict=False)


def _first_seen() -> pl.Expr:
    return pl.when(pl.col("first_day") != UNDATED).then(pl.col("first_day")).cast(pl.Date).alias("first_seen")
