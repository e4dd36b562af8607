"""A person who is expunged is gone from a server that follows the ledger, too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from neo4j import GraphDatabase

from api.bootstrap import open_workspace
from api.doctor import doctor
from api.expunge.expungings import Order
from api.expunge.run import expunge
from api.graph_store import GraphStoreChoice
from api.progress import Silent
from api.projection import push_graph, rebuild_graph, verify_graph
from graph.neo4j import Server
from linkage.ledger import Workspace
from tests.e2e.copies import copies, spelled
from tests.e2e.http_world import a_world
from tests.once import made_once
from tools.neo4j.server import Neo4jServer

TEXTS = ("Zabulondo", "US/1", "CA/1", "31552208", "US/I1")
OTHER = "Befanoska"
EVERYTHING = "MATCH (n) RETURN properties(n) AS p UNION ALL MATCH ()-[r]->() RETURN properties(r) AS p"
ORDER = Order("registrar", "court order 26-118")


@pytest.fixture
def workspace(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Workspace:
    world = made_once(tmp_path_factory, "world", a_world) / "workspace"
    return open_workspace(Path(shutil.copytree(world, tmp_path / "workspace")))


@pytest.fixture
def store(neo4j_server: Neo4jServer) -> GraphStoreChoice:
    return GraphStoreChoice(Server(neo4j_server.uri, neo4j_server.user, neo4j_server.password))


def told(server: Neo4jServer) -> set[str]:
    """Which of the texts stand in any property of anything that the server holds."""
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver, driver.session() as session:
        held = "\n".join(str(row["p"]) for row in session.run(EVERYTHING)).encode()
    return {text for text in (*TEXTS, OTHER) if spelled(text).search(held)}


def test_a_server_that_was_down_meanwhile_holds_nothing_of_the_person_once_it_is_pushed_to(
    workspace: Workspace, neo4j_server: Neo4jServer, store: GraphStoreChoice
) -> None:
    assert store.server is not None
    rebuild_graph(workspace, store, Silent(), replaces=True)
    assert told(neo4j_server) == {*TEXTS, OTHER} - {"31552208"}, "an identifier is never pushed"
    neo4j_server.stop()
    try:
        document = expunge(workspace, "US/1", ORDER, store)
        assert document["projection"]["is_pending"] is True
        assert copies(workspace.path, TEXTS) == {}, "the ledger waits for no server"
    finally:
        neo4j_server.start()
    push_graph(workspace, store.server, Silent())
    assert told(neo4j_server) == {OTHER}
    compared = verify_graph(workspace, store, Silent())
    assert (compared["missing"], compared["extra"], compared["different"]) == (0, 0, 0)
    assert [check for check in doctor(workspace.path, store)["checks"] if not check["ok"]] == []
    # What a server's own files keep of what was deleted goes when its data are made anew, as docs/expunge.md says.
    neo4j_server.wipe()
    rebuild_graph(workspace, store, Silent())
    assert copies(neo4j_server.home, TEXTS) == {}
    assert copies(neo4j_server.home, (OTHER,)), "the files are read as they lie"
