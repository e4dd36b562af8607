from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import neo4j
import polars as pl
import pytest

from graph.days import UNDATED
from graph.neo4j import Server, connect
from graph.neo4j.store import Neo4jStore
from graph.schema import EDGE, NODE, Projection
from graph.testing.conformance import GraphStoreConformance


@pytest.fixture(scope="module")
def server(neo4j_server) -> Server:
    return Server(neo4j_server.uri, neo4j_server.user, neo4j_server.password)


@pytest.fixture(scope="module")
def driver(server: Server) -> Iterator[neo4j.Driver]:
    with neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        yield driver


class TestNeo4jStore(GraphStoreConformance):
    examples, steps = 4, 6  # each asks a server hundreds of questions

    @pytest.fixture
    def store(self, server: Server, driver: neo4j.Driver) -> Iterator[Neo4jStore]:
        self.driver = driver
        with connect(server) as store:
            store.clear()
            yield store

    def raw_put(self, store, held: Projection) -> None:
        for row in held.nodes.iter_rows(named=True):
            kind = row.pop("kind")
            self.driver.execute_query(f"CREATE (n:{kind}) SET n = $row", row=row | _fields(row))
        for row in held.edges.iter_rows(named=True):
            kind, src_kind, src, dst_kind, dst = (row.pop(c) for c in ("kind", "src_kind", "src", "dst_kind", "dst"))
            first = row["first_seen"]
            row["first_day"] = UNDATED if first is None else (first - dt.date(1970, 1, 1)).days
            self.driver.execute_query(
                f"MATCH (s:{src_kind} {{key: $src}}), (d:{dst_kind} {{key: $dst}})"
                f" CREATE (s)-[r:{kind}]->(d) SET r = $row",
                src=src,
                dst=dst,
                row=row | _fields(row),
            )

    def raw_get(self, store) -> Projection:
        nodes = self.driver.execute_query(
            "MATCH (n) WHERE NOT n:CrosslaneState RETURN labels(n)[0] AS kind, n.key AS key, n.known_on AS known_on,"
            " n.props AS props"
        )
        edges = self.driver.execute_query(
            "MATCH (s)-[r]->(d) RETURN type(r) AS kind, labels(s)[0] AS src_kind, s.key AS src,"
            " labels(d)[0] AS dst_kind, d.key AS dst, r.record AS record, r.first_seen AS first_seen,"
            " r.last_seen AS last_seen, r.confidence AS confidence, r.known_on AS known_on, r.days AS days,"
            " r.props AS props"
        )
        return Projection(_frame(NODE, nodes.records), _frame(EDGE, edges.records))


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    """Fields of plain JSON as the properties they become: what the suite puts past a store is plain."""
    return json.loads(row["props"] or "{}")


def _frame(schema, records) -> pl.DataFrame:
    rows = [{name: _native(value) for name, value in record.items()} for record in records]
    return schema.conform(pl.DataFrame(rows, schema=dict(schema.columns)) if rows else schema.empty())


def _native(value: Any) -> Any:
    return value.to_native() if hasattr(value, "to_native") else value
