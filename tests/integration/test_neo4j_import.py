"""What the offline importer makes of our files: the graph to the last property, type and letter."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from neo4j import GraphDatabase
from neo4j.time import Date

from graph.neo4j import Server, connect
from graph.neo4j.flatten import flatten
from graph.neo4j_csv import write_import
from graph.project import ProjectedGraph, change, snapshot
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, Projection
from graph.store import Mark
from tools.neo4j.server import Neo4jServer, ServerFault

TEXTS = (
    "plain",
    "",
    " leading and trailing ",
    'q"uo"te',
    '"',
    "line\nbreak\r\nand\rreturn",
    "a,b;c|d\\e\\",
    '\\"',
    "Núñez é e\u0301 𝄞 \u2028",
    "\ttab",
    "null\x00character",
    "\x1c\x1d\x1e\x1f",
    "\ufeffmark",
    "null",
    "true",
    "12",
)
MARK = Mark("w", 7, "t", 2)
NUMBERS = (0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 1e-7, 0.97, 1.0)


def said(n: int, text: str) -> str | None:
    fields = {
        "name": text,
        "texts": [text or "x", "y;z"],
        "whole": (-1) ** n * (2**53 + n),
        "broken": -NUMBERS[n % len(NUMBERS)],
        "yes": n % 2 == 0,
        "none": None,
        "now_text_now_number": text if n % 3 else n,
        "key": "stays in the text",
    }
    return json.dumps(fields, ensure_ascii=n % 2 == 0) if n % 5 else None


@pytest.fixture(scope="module")
def held() -> Projection:
    """Sixteen people with hard names, each on one carrier twice, once dated and once not."""
    nodes, edges = [{"kind": "Carrier", "key": "c"}], []
    for n, text in enumerate(TEXTS):
        day = dt.date(1969, 12, 20) + dt.timedelta(days=n)
        who = {"kind": "Identity", "key": f"{n}{text}"}
        nodes.append(who | {"known_on": day if n % 3 else None, "props": said(n, text)})
        edge = {"kind": "EMPLOYED_BY", "src_kind": "Identity", "src": who["key"], "dst_kind": "Carrier", "dst": "c"}
        edge |= {"record": text, "confidence": NUMBERS[n % len(NUMBERS)], "props": said(n + 1, text)}
        edges += [edge, edge | {"first_seen": day, "last_seen": day, "known_on": day, "days": n}]
    return Projection(
        NODE.conform(pl.DataFrame(nodes)).sort(NODE_KEY), EDGE.conform(pl.DataFrame(edges)).sort(EDGE_KEY)
    )


@pytest.fixture(scope="module")
def imported(held: Projection, neo4j_server: Neo4jServer, tmp_path_factory: pytest.TempPathFactory) -> Neo4jServer:
    folder: Path = tmp_path_factory.mktemp("import") / "files"
    write_import(ProjectedGraph(held), MARK, folder)
    neo4j_server.load(folder)
    return neo4j_server


def ask(server: Neo4jServer, text: str) -> list[tuple[Any, ...]]:
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        return [record.values() for record in driver.execute_query(text).records]


def typed(properties: dict[str, Any]) -> list[tuple[str, type, Any]]:
    """Properties with their types, since 1, 1.0 and true are equal in Python."""
    plain = {name: value.to_native() if isinstance(value, Date) else value for name, value in properties.items()}
    return sorted((name, type(value), value) for name, value in plain.items())


def present(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if row[name] is not None} | flatten(row["props"])


def test_every_node_has_its_properties(held: Projection, imported: Neo4jServer) -> None:
    found = ask(imported, "MATCH (n) WHERE NOT n:CrosslaneState RETURN labels(n), properties(n)")
    wanted = [
        ([row["kind"]], typed(present(row, ("key", "known_on", "props")))) for row in held.nodes.iter_rows(named=True)
    ]
    assert sorted(((labels, typed(p)) for labels, p in found), key=repr) == sorted(wanted, key=repr)


def test_every_relationship_has_its_ends_and_properties(held: Projection, imported: Neo4jServer) -> None:
    found = ask(imported, "MATCH (s)-[r]->(d) RETURN s.key, type(r), d.key, properties(r)")
    fixed = ("record", "first_seen", "last_seen", "confidence", "known_on", "days", "props")
    epoch = dt.date(1970, 1, 1)
    wanted = []
    for row in held.edges.iter_rows(named=True):
        first_day = (row["first_seen"] - epoch).days if row["first_seen"] else -(2**31)
        wanted.append((row["src"], row["kind"], row["dst"], typed(present(row, fixed) | {"first_day": first_day})))
    assert sorted(((*ends, typed(p)) for *ends, p in found), key=repr) == sorted(wanted, key=repr)


def test_the_mark_is_there(imported: Neo4jServer) -> None:
    mark = {"name": "projection", "workspace": "w", "sequence": 7, "token": "t", "step": 2}
    assert ask(imported, "MATCH (n:CrosslaneState) RETURN properties(n)") == [[mark]]


def test_an_online_push_gives_the_same(held: Projection, imported: Neo4jServer) -> None:
    parts = (
        "MATCH (n) RETURN labels(n), properties(n)",
        "MATCH (s)-[r]->(d) RETURN labels(s), s.key, type(r), labels(d), d.key, properties(r)",
    )

    def everything() -> list[str]:
        rows = [[*row[:-1], typed(row[-1])] for part in parts for row in ask(imported, part)]
        return sorted(repr(row) for row in rows if row[0] != ["CrosslaneState"])

    by_import = everything()
    with connect(Server(imported.uri, imported.user, imported.password)) as store:
        assert store.mark() == MARK
        assert snapshot(store).nodes.equals(held.nodes)
        assert snapshot(store).edges.equals(held.edges)
        store.clear()
        store.apply(change(Projection.empty(), held))
    assert everything() == by_import
    assert len(by_import) == held.nodes.height + held.edges.height


def test_a_later_import_replaces_everything(imported: Neo4jServer, tmp_path: Path) -> None:
    write_import(ProjectedGraph(Projection.empty()), Mark(), tmp_path / "files")
    imported.load(tmp_path / "files")
    assert ask(imported, "MATCH (n) RETURN labels(n)") == [[["CrosslaneState"]]]


def test_files_without_arguments_are_refused_and_the_server_stays(neo4j_server: Neo4jServer, tmp_path: Path) -> None:
    with pytest.raises(ServerFault, match="no finished export"):
        neo4j_server.load(tmp_path)
    assert ask(neo4j_server, "RETURN 1") == [[1]]
