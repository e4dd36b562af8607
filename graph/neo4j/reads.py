"""Frames out of the server. It sends columns, a page each: one record a row was measured to be five times slower."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl
from neo4j import ManagedTransaction

from graph.days import UNDATED
from graph.neighbours import look_around
from graph.neo4j.statements import Statements
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, NodeKind
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
_DEGREE: dict[str, Any] = {"kind": pl.String, "key": pl.String, "degree": pl.Int64}


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
        if keys is not None:
            return self.nodes_at(_places(kind, keys))
        pages = self.pages(self._cypher.all_nodes[kind])
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
        return self.edges_at(_places(kind, keys), kinds, as_of)

    def degrees(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame key, degree: edges of these kinds at each of the nodes that exist, ordered by key."""
        return self.degrees_at(_places(kind, keys), kinds, as_of).drop("kind")

    def nodes_at(self, places: pl.DataFrame) -> pl.DataFrame:
        """Frame NODE of the places that exist, by kind and key."""
        page = self._record(self._cypher.nodes_at, keys=_keys(places))
        return _nodes(_frame(page, {"kind": pl.String} | _NODE_BODY)).sort(NODE_KEY)

    def edges_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame EDGE at the places, ordered by EDGE_KEY."""
        page = self._record(self._cypher.edges_at, keys=_keys(places), kinds=sorted(kinds), as_of=as_of)
        ends = [ENDS[EdgeKind(kind)] for kind in page["kind"]]
        found = _frame(page, {"kind": pl.String} | _EDGE_BODY).with_columns(
            pl.Series("src_kind", [src.value for src, _ in ends], pl.String),
            pl.Series("dst_kind", [dst.value for _, dst in ends], pl.String),
        )
        return _edges(found).sort(EDGE_KEY)

    def degrees_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame kind, key, degree of the places that exist, by kind and key."""
        values = {"keys": _keys(places), "kinds": sorted(kinds)}
        if as_of is None:
            page = self._record(self._cypher.degrees_at, **values)
        else:
            page = self._record(self._cypher.degrees_at_by, **values, as_of=as_of)
        return _frame(page, _DEGREE).sort(NODE_KEY)

    def neighbours(self, kind: NodeKind, keys: Collection[str], reach: Reach) -> Neighbourhood:
        """What lies around the nodes; unknown keys are passed over."""
        return look_around(self, kind, keys, reach)

    def pages(self, statement: str) -> Iterator[Mapping[str, Any]]:
        """Pages of a whole kind, in the order of its keys; the last, empty one is left out."""
        start = ""
        first = True
        while True:
            page = self._record(statement, **{"from": start, "first": first, "limit": PAGE_NODES})
            last = page["last"] if "last" in page else (page["key"] or [None])[-1]
            if last is None:
                return
            yield page
            start, first = last, False

    def _record(self, statement: str, **values: Any) -> dict[str, Any]:
        """The only record of a statement: a list of values for each column."""
        record = self._tx.run(statement, values).single(strict=True)
        return dict(zip(record.keys(), record.values(), strict=True))


def node_frame(page: Mapping[str, Any], kind: NodeKind) -> pl.DataFrame:
    """Frame NODE of a page of nodes of one kind."""
    return _nodes(_frame(page, _NODE_BODY).with_columns(pl.lit(kind.value).alias("kind")))


def edge_frame(page: Mapping[str, Any], kind: EdgeKind) -> pl.DataFrame:
    """Frame EDGE of a page of edges of one kind."""
    src_kind, dst_kind = ENDS[kind]
    same = {"kind": kind.value, "src_kind": src_kind.value, "dst_kind": dst_kind.value}
    return _edges(_frame(page, _EDGE_BODY).with_columns(pl.lit(value).alias(name) for name, value in same.items()))


def _places(kind: NodeKind, keys: Collection[str]) -> pl.DataFrame:
    return pl.DataFrame({"key": sorted(set(keys))}, schema={"key": pl.String}).select(
        pl.lit(kind.value).alias("kind"), "key"
    )


def _keys(places: pl.DataFrame) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, key in places.select(NODE_KEY).unique(maintain_order=True).iter_rows():
        found.setdefault(kind, []).append(key)
    return found


def _frame(page: Mapping[str, Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame({name: page[name] for name in schema}, schema=schema, strict=False)


def _nodes(found: pl.DataFrame) -> pl.DataFrame:
    return found.select("kind", "key", _day("known_on"), "props")


def _edges(found: pl.DataFrame) -> pl.DataFrame:
    first_seen = pl.when(pl.col("first_day") != UNDATED).then(pl.col("first_day")).cast(pl.Date).alias("first_seen")
    return found.with_columns(first_seen, _day("last_seen"), _day("known_on")).select(list(EDGE.columns))


def _day(name: str) -> pl.Expr:
    return pl.col(name).str.to_date("%Y-%m-%d", strict=False)
