"""The server script: what a test server keeps and loses when it is ended, copied and wiped."""

from __future__ import annotations

from pathlib import Path

import pytest
from neo4j import GraphDatabase

from tools.neo4j.server import Neo4jServer, ServerFault


def ask(server: Neo4jServer, text: str) -> list[object]:
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        return [record[0] for record in driver.execute_query(text).records]


def test_what_was_committed_survives_every_end(empty_neo4j: Neo4jServer, tmp_path: Path) -> None:
    server = empty_neo4j
    ask(server, "CREATE (:Phone {key: 'a'})")
    server.put_aside(tmp_path / "data")
    ask(server, "CREATE (:Phone {key: 'b'})")
    server.kill()
    server.start()
    keys = "MATCH (n:Phone) RETURN n.key ORDER BY n.key"
    assert ask(server, keys) == ["a", "b"]
    server.put_back(tmp_path / "data")
    assert ask(server, keys) == ["a"]
    server.empty()
    assert ask(server, keys) == []


def test_an_old_process_number_does_not_hinder_a_start(empty_neo4j: Neo4jServer) -> None:
    empty_neo4j.kill()
    (empty_neo4j.home / "run" / "crosslane.pid").write_text("1\n")
    empty_neo4j.start()
    assert ask(empty_neo4j, "RETURN 1") == [1]


def test_a_wiped_server_knows_nothing(empty_neo4j: Neo4jServer) -> None:
    ask(empty_neo4j, "CREATE CONSTRAINT wiped IF NOT EXISTS FOR (n:Phone) REQUIRE n.key IS UNIQUE")
    empty_neo4j.wipe()
    assert ask(empty_neo4j, "SHOW CONSTRAINTS YIELD name RETURN name") == []


def test_the_port_of_something_else_is_refused(neo4j_server: Neo4jServer, tmp_path: Path) -> None:
    other = Neo4jServer(tmp_path / "other", neo4j_server.port)
    with pytest.raises(ServerFault, match="is taken by something else"):
        other.start()
