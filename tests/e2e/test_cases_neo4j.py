"""The cases that ask of the graph, with the graph read from a Neo4j server that follows the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_cases import CHECKS, GRAPH, NAMES, Case, Store, expectation
from tools.neo4j.server import Neo4jServer

OF_THE_GRAPH = {
    *("linked", "not_linked", "scores", "associates", "events_counted", "own_events", "graph"),
    *("same_address", "different_address"),
}
"""Keys of expect.json that are answered from it."""


def asks_of_the_graph(name: str) -> bool:
    """Whether the case or a step of it does; one that goes back to an earlier workspace is none for one server."""
    steps = expectation(name).get("steps", [])
    asked = set(expectation(name)).union(*(set(step) for step in steps))
    return bool(asked & OF_THE_GRAPH) and "fresh_store" not in asked


def counts_there(store: Store) -> dict[str, int]:
    """What the server holds, by the names of the cases."""
    verified = store.cli.json("graph", "verify")
    return {name: verified[side].get(kind, 0) for name, (side, kind) in GRAPH.items()}


@pytest.mark.parametrize("name", [name for name in NAMES if asks_of_the_graph(name)])
def test_case_on_a_server(
    name: str,
    cli: Any,
    client_of: Any,
    tmp_path: Path,
    empty_neo4j: Neo4jServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CROSSLANE_STORE", empty_neo4j.uri)
    monkeypatch.setenv("CROSSLANE_NEO4J_USER", empty_neo4j.user)
    monkeypatch.setenv("CROSSLANE_NEO4J_PASSWORD", empty_neo4j.password)
    monkeypatch.setattr(Store, "counts", counts_there)
    monkeypatch.setitem(CHECKS, "limits", lambda store, value: None)  # seconds are of the store that is the default
    followed = [cli]
    make = type(cli).at

    def at(self: Any, folder: Path) -> Any:
        """Another workspace of the case, which the server follows from now on."""
        followed.append(make(self, folder))
        followed[-1].json("graph", "rebuild", "--replace")
        return followed[-1]

    monkeypatch.setattr(type(cli), "at", at)
    cli.json("graph", "push")
    Case(name, cli, client_of, tmp_path).check()
    verified = followed[-1].json("graph", "verify")
    assert verified["nodes"], "the server was asked"
    assert (verified["missing"], verified["extra"], verified["different"]) == (0, 0, 0)


def test_some_cases_ask_of_the_graph() -> None:
    assert len([name for name in NAMES if asks_of_the_graph(name)]) >= 5
