"""Drivers of the demo world: what an explanation lists adds up to the figures, on either store."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator

import pytest

from api import scores
from api.bootstrap import open_workspace
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from api.progress import Silent
from api.projection import push_graph
from graph import explain
from graph.explain import risk_of
from graph.neo4j import Server
from graph.policy_file import load_policy
from graph.report import Context, Part, RiskReport
from linkage.ledger import Workspace
from tests.once import copy_of_demo

DRIVERS, SOME = 1_900, 80
"""The demo's world holds more drivers than this, and more with reasons: so a test over few of them fails."""

EVERY = int(os.environ.get("CROSSLANE_EXPLAIN_EVERY", "24"))
"""Each so-manieth driver is explained, for all take three minutes, and six on a server: 1 asks for all."""

pytestmark = pytest.mark.timeout(1800)  # two thousand drivers, one at a time


NOTHING = Context(declared={}, carriers={}, second_person={})


@pytest.fixture(scope="module", autouse=True)
def without_context(demo: Workspace) -> Iterator[None]:
    """What stands beside a score and carries no points is left out, once the demo was told: a third of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explain, "context_of", lambda asked: NOTHING)
        yield


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which the demo was told."""
    return open_workspace(copy_of_demo(tmp_path_factory))


def explained(workspace: Workspace, choice: GraphStoreChoice) -> Iterator[tuple[RiskReport, dict[str, float]]]:
    """The explanation of each so-manieth driver, and their row of the table of scores."""
    policy = load_policy()
    with workspace.reading() as connection, open_graph(connection, choice) as reader:
        day = scores.as_of(connection)
        assert day is not None
        for row in scores.read_scores(connection).sort("identity_id")[::EVERY].iter_rows(named=True):
            yield risk_of(reader, policy, row["identity_id"], day), row


def assert_adds_up(part: Part, table: float) -> None:
    listed = math.fsum(item.points for item in part.contributions)
    assert listed == pytest.approx(part.points, abs=1e-9, rel=0)
    assert part.points == table
    assert len({item.incident for item in part.contributions}) == len(part.contributions)
    for item in part.contributions:
        assert item.points > 0
        assert item.points == pytest.approx(-math.log1p(-item.strength), abs=1e-12)


def check(workspace: Workspace, choice: GraphStoreChoice) -> dict[str, tuple[Part, Part]]:
    """Own and linked risk of each so-manieth driver, once it was found to add up."""
    found = {}
    for report, row in explained(workspace, choice):
        assert_adds_up(report.own, row["own_points"])
        assert_adds_up(report.linked, row["linked_points"])
        found[report.identity_id] = (report.own, report.linked)
    return found


@pytest.fixture(scope="module")
def told_by_the_ledger(demo: Workspace) -> dict[str, tuple[Part, Part]]:
    """What the ledger's own graph says of the drivers."""
    return check(demo, LEDGER)


def test_explanations_of_the_demo_add_up_in_the_ledger_s_own_graph(told_by_the_ledger) -> None:
    own, linked = zip(*told_by_the_ledger.values(), strict=True)
    assert len(own) > DRIVERS // EVERY
    assert sum(bool(part.contributions) for part in own) > SOME // EVERY
    assert sum(len(part.contributions) > 1 for part in linked) > SOME // EVERY


def test_explanations_of_the_demo_add_up_on_a_server_and_are_the_same(demo, told_by_the_ledger, empty_neo4j) -> None:
    server = Server(empty_neo4j.uri, empty_neo4j.user, empty_neo4j.password)
    push_graph(demo, server, Silent())
    found = check(demo, GraphStoreChoice(server))
    assert found == told_by_the_ledger
