"""A real server that follows a real ledger, while either of them is killed, put back, or written by two at once."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import graph.push as pushing
from api.around import around
from api.bootstrap import create_workspace, open_workspace
from api.doctor import doctor
from api.graph_store import GraphStoreChoice
from api.load import LoadRequest, load
from api.progress import Silent
from api.projection import pending, push_graph, rebuild_graph, verify_graph
from api.risk import risk
from faults import desk, follower
from faults.child import Ended
from faults.follower import Following, Way
from faults.plan import STORY, repeated
from faults.twin import Step, acts, told
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import loads as world_loads
from graph.batches import split
from graph.errors import ForeignGraph, GraphError, StoreUnavailable
from graph.neo4j import Server, connect
from graph.store import Reach
from linkage.ledger import Workspace
from tools.neo4j.server import Neo4jServer

TODAY = date(2026, 6, 30)
TRIALS = int(os.environ.get("CROSSLANE_KILLS", "1"))
"""How often a server, and how often a client, is killed; CROSSLANE_KILLS=10 takes some minutes."""
COMPARED = int(os.environ.get("CROSSLANE_COMPARED", "15"))
"""Drivers whose documents are compared on both stores; CROSSLANE_COMPARED=200 takes two minutes."""

STEP = 60  # rows a transaction, so that a small world takes many of them

PUSH_SLOWLY = f"""
import sys
import graph.push
from graph.batches import split
from api.cli import main
graph.push.split = lambda whole: split(whole, {STEP})
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("world")
    generate(WorldSettings(210, 5), folder)
    return list(world_loads(folder))


@pytest.fixture(scope="module")
def whole(files: list[tuple[Path, str]], tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = create_workspace(tmp_path_factory.mktemp("whole") / "w")
    for file in files:
        take_in(workspace, *file)
    return workspace


@pytest.fixture
def choice(neo4j_server: Neo4jServer) -> GraphStoreChoice:
    """The server, empty; a push gives up soon when it is away."""
    server = Server(neo4j_server.uri, neo4j_server.user, neo4j_server.password, retry_seconds=1.0)
    with connect(server) as store:
        store.clear()
    return GraphStoreChoice(server)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "split", lambda whole: split(whole, STEP))


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """Three loads."""
    return list(told(tmp_path_factory.mktemp("twin"), acts(STORY)[:3]))


def take_in(workspace: Workspace, path: Path, source: str) -> None:
    load(workspace, LoadRequest((path,), source, TODAY))


def is_equal(workspace: Workspace, choice: GraphStoreChoice) -> bool:
    document = verify_graph(workspace, choice, Silent())
    return document["equal"] and (document["missing"], document["extra"], document["different"]) == (0, 0, 0)


def push(workspace: Workspace, choice: GraphStoreChoice, progress: Silent | None = None) -> dict:
    assert choice.server is not None
    return push_graph(workspace, choice.server, progress or Silent())


@pytest.mark.timeout(900)
def test_a_server_killed_in_the_middle_of_pushes_ends_equal(steps, tmp_path, neo4j_server) -> None:
    rng, following = random.Random(11), Following(steps, neo4j_server, tmp_path)
    done = repeated(lambda one: follower.server_killed(one, rng), [following], TRIALS)
    assert [one for trial in done for one in trial.lost] == []


@pytest.mark.timeout(900)
def test_a_client_killed_in_the_middle_of_pushes_ends_equal(steps, tmp_path, neo4j_server) -> None:
    rng, following = random.Random(12), Following(steps, neo4j_server, tmp_path)
    done = repeated(lambda one: follower.push_killed(one, rng), [following], TRIALS)
    assert [one for trial in done for one in trial.lost] == []


def test_a_push_that_is_half_there_is_seen(steps, tmp_path, neo4j_server) -> None:
    """The trials themselves: a push that was acknowledged and is not there does not pass."""
    following = Following(steps, neo4j_server, tmp_path)
    lag = follower.lagging(following, Way.MENDED, steps[1])
    found = follower.wrong(following, lag, Ended(0))
    assert len(found) == 1
    assert "a push was acknowledged and is not there" in found[0]


@pytest.mark.timeout(900)
def test_a_service_whose_server_goes_and_comes_back_loses_nothing(steps, tmp_path, neo4j_server, choice) -> None:
    whole = steps[-1].before.parent / "twin"
    with desk.a_desk(whole, tmp_path, choice) as opened:
        assert desk.server_gone(opened, neo4j_server, random.Random(13)).lost == ()


@pytest.mark.usefixtures("small_steps")
def test_an_older_copy_of_the_data_put_back_catches_up(files, tmp_path, neo4j_server, choice) -> None:
    workspace = create_workspace(tmp_path / "w")
    for file in files[:2]:
        take_in(workspace, *file)
        push(workspace, choice)
    neo4j_server.put_aside(tmp_path / "copy")
    for file in files[2:4]:
        take_in(workspace, *file)
        push(workspace, choice)
    neo4j_server.put_back(tmp_path / "copy")
    with pytest.raises(StoreUnavailable, match="change 2 of 4"):
        pending(workspace, choice.server)
    assert push(workspace, choice)["how"] == "changes"
    assert is_equal(workspace, choice)
    assert "up to date" in pending(workspace, choice.server)


def test_two_pushes_at_once_both_end_well(whole, neo4j_server, choice) -> None:
    children = [pushing_child(whole, neo4j_server) for _ in range(2)]
    said = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    assert is_equal(whole, choice)


def test_two_machines_at_once_say_so_and_end_equal(whole, tmp_path, neo4j_server, choice) -> None:
    """Two copies of one workspace, which no lock joins."""
    shutil.copytree(whole.path, tmp_path / "copy")
    children = [pushing_child(w, neo4j_server) for w in (whole, open_workspace(tmp_path / "copy"))]
    for child in children:
        _, err = child.communicate(timeout=120)
        assert child.returncode == 0 or "another process writes" in err
        assert "eadlock" not in err
    push(whole, choice)
    assert is_equal(whole, choice)


def test_a_load_while_the_server_is_away_stands_and_follows_later(whole, files, tmp_path, neo4j_server, choice) -> None:
    workspace = create_workspace(tmp_path / "w")
    take_in(workspace, *files[0])
    push(workspace, choice)
    neo4j_server.stop()
    try:
        document = load(workspace, LoadRequest((files[1][0],), files[1][1], TODAY), store=choice)
        assert document["projection"]["is_pending"]
        checks = {check["name"]: check for check in doctor(workspace.path, choice)["checks"]}
        assert not checks["projection"]["ok"]
    finally:
        neo4j_server.start()
    document = load(workspace, LoadRequest((files[2][0],), files[2][1], TODAY), store=choice)
    assert document["projection"]["applied"] == document["projection"]["head"]
    assert not document["projection"]["is_pending"]
    assert is_equal(workspace, choice)


def test_drift_is_found_listed_and_mended(whole, neo4j_server, choice) -> None:
    push(whole, choice)
    with connect(choice.server) as store, store._driver.session() as session:
        session.run("MATCH (:Identity)-[r:DROVE]->() WITH r LIMIT 3 DELETE r").consume()
        session.run("MATCH (i:Identity) WITH i LIMIT 2 SET i.name = 'Somebody Else'").consume()
        session.run("MATCH (:Identity)-[r:EMPLOYED_BY]->() WITH r LIMIT 1 SET r.confidence = 0.25").consume()
        session.run("CREATE (:Phone {key: 'planted'}), (:Rumour {key: 'planted'})").consume()
    found = verify_graph(whole, choice, Silent())
    assert not found["equal"]
    assert (found["missing"], found["extra"], found["different"]) == (3, 2, 3)
    assert {(d["what"], d["kind"]) for d in found["differences"]} == {
        ("missing", "DROVE"),
        ("different", "Identity"),
        ("different", "EMPLOYED_BY"),
        ("extra", "Phone"),
        ("extra", "Rumour"),
    }
    with pytest.raises(StoreUnavailable, match="differ"):
        pending(whole, choice.server)
    assert push(whole, choice)["how"] == "mended"
    assert is_equal(whole, choice)


def test_another_workspace_s_graph_is_left_alone_until_it_may_be_replaced(whole, files, tmp_path, choice) -> None:
    push(whole, choice)
    other = create_workspace(tmp_path / "other")
    take_in(other, *files[0])
    with pytest.raises(ForeignGraph):
        push(other, choice)
    with pytest.raises(GraphError):
        risk(other, other.memberships()["record_key"][0], None, choice)
    with pytest.raises(ForeignGraph):
        rebuild_graph(other, choice, Silent())
    assert is_equal(whole, choice)
    assert rebuild_graph(other, choice, Silent(), replaces=True)["how"] == "filled"
    assert is_equal(other, choice)


def test_risk_and_what_lies_around_drivers_are_equal_to_the_byte(whole, choice) -> None:
    push(whole, choice)
    identities = whole.memberships()["identity_id"].unique().sort().to_list()[:COMPARED]
    assert len(identities) == COMPARED
    for identity in identities:
        assert as_bytes(risk(whole, identity, None, choice)) == as_bytes(risk(whole, identity))
        near = Reach(hops=2, max_nodes=80, hub_degree=20)
        assert as_bytes(around(whole, identity, near, choice)) == as_bytes(around(whole, identity, near))


def as_bytes(document: dict) -> bytes:
    return json.dumps(document).encode()


def pushing_child(workspace: Workspace, server: Neo4jServer) -> subprocess.Popen:
    arguments = ["graph", "push", "-w", str(workspace.path), "--store", server.uri]
    return subprocess.Popen(
        [sys.executable, "-c", PUSH_SLOWLY, *arguments],
        env=os.environ | {"CROSSLANE_NEO4J_PASSWORD": server.password, "CROSSLANE_ACTOR": "tester"},
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(autouse=True)
def running(neo4j_server: Neo4jServer) -> Iterator[None]:
    """Whatever a test leaves, the next finds a server that runs."""
    neo4j_server.start()
    yield
    neo4j_server.start()
