"""What joins drivers: the same routes as networkx finds, hubs only when let in, and no event that only cleared see."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from api.bootstrap import create_workspace
from api.connect import Between, connect
from api.explore import restore, start_at
from api.explore.picture import node_id
from api.joined import ROWS, STEPS, Joining, Way, joined
from api.load import LoadRequest, load
from graph.schema import EdgeKind, NodeKind
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Workspace
from tests.integration.test_explore import STORY, TODAY, TRUCK, US, bring, made

__all__ = ["made"]

HUB = f"Vehicle:{TRUCK}"
PHONE = "Phone:+19565550199"
WALKED = frozenset(EdgeKind) - {EdgeKind.ASSOCIATED_WITH, EdgeKind.CITED_UNDER, EdgeKind.CROSSED_AT}
OTHER = "STORY-MX/M-41"
PAIR = ("T/p0", "T/p3")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The story without the crowd that makes hubs of its things."""
    workspace = create_workspace(tmp_path_factory.mktemp("story") / "w")
    drivers, others = ("us_drivers", "mx_drivers", "yard_drivers"), ("mx_driving", "mx_vehicles", "mx_events")
    for name in (*drivers, *others, "yard_events"):
        load(workspace, LoadRequest((STORY / f"{name}.csv",), name.partition("_")[2], TODAY))
    return workspace


def everything(workspace: Workspace) -> nx.Graph:
    """The graph as anybody may see it, things that more than 60 edges meet at left out."""
    with workspace.reading() as connection:
        rows = list(connection.execute("SELECT kind, key FROM node WHERE kind NOT IN ('Record', 'Source')"))
    names = [node_id(kind, key) for kind, key in rows]
    picture = restore(workspace, names[0], names)
    graph = nx.Graph()
    for edge in picture["edges"]:
        if edge["kind"] in WALKED:
            graph.add_edge(edge["source"], edge["target"])
    return graph


def persons(workspace: Workspace, refs: tuple[str, ...]) -> list[str]:
    return [node_id(NodeKind.IDENTITY, workspace.resolve_id(ref)) for ref in refs]


def strengths(document: dict[str, Any], row: list[str]) -> list[float]:
    found = []
    for step in pairwise(row):
        ties = [edge for edge in document["edges"] if {edge["source"], edge["target"]} == set(step)]
        found.append(max(edge["strength"] or 0.0 for edge in ties))
    return found


def test_routes_are_those_of_networkx_the_strongest_weakest_tie_first(story: Workspace) -> None:
    ends = persons(story, (US, OTHER))
    found = joined(story, Joining(Way.ROUTE, (US, OTHER)))
    graph = everything(story)
    graph.remove_nodes_from([name for name, degree in graph.degree() if degree > 60 and name not in ends])
    wanted = {tuple(path) for path in nx.all_simple_paths(graph, *ends, cutoff=STEPS)}
    told = [tuple(row) for row in found["rows"]]
    assert told
    assert set(told) <= wanted
    assert len(told) == min(ROWS, len(wanted))
    weakest = [min(strengths(found, row)) for row in found["rows"]]
    assert weakest == sorted(weakest, reverse=True)
    assert {node["id"] for node in found["nodes"]} == {*ends, *(name for row in told for name in row)}


def test_what_too_many_share_joins_only_when_it_is_let_in(made: Workspace) -> None:
    for way in Way:
        without = joined(made, Joining(way, PAIR))
        assert not any({HUB, PHONE} & set(row) for row in without["rows"])
        assert {HUB, PHONE} <= {hub["id"] for hub in without["hubs"]}
        let_in = joined(made, Joining(way, PAIR, let_in=frozenset({PHONE})))
        through = [row for row in let_in["rows"] if PHONE in row]
        assert through
        assert not any(HUB in row for row in let_in["rows"]), "only the one that was let in"
        assert PHONE not in {hub["id"] for hub in let_in["hubs"]}


def test_shared_things_are_those_of_connect(story: Workspace) -> None:
    people = (US, OTHER, "STORY-MX/M-77")
    found, wanted = joined(story, Joining(Way.SHARED, people)), connect(story, Between(people))
    assert wanted["shared"]
    assert [len(row) - 1 for row in found["rows"]] == [thing["of_them"] for thing in wanted["shared"]]
    by_id = {node["id"]: node for node in found["nodes"]}
    assert [by_id[row[0]]["label"] for row in found["rows"]] == [thing["label"] for thing in wanted["shared"]]
    ties = {frozenset((edge["source"], edge["target"])) for edge in found["edges"]}
    assert all(frozenset((row[0], who)) in ties for row in found["rows"] for who in row[1:])


def test_what_is_shown_is_not_sent_again_and_its_ties_are(made: Workspace) -> None:
    shown = frozenset(node["id"] for node in start_at(made, US)["nodes"])
    beside = start_at(made, "T/p3", beside=shown)
    assert not shown & {node["id"] for node in beside["nodes"]}
    both = restore(made, beside["focus"], sorted(shown | {node["id"] for node in beside["nodes"]}))
    assert {edge["id"] for edge in beside["edges"]} == {edge["id"] for edge in both["edges"]}
    found = joined(made, Joining(Way.ROUTE, (US, OTHER), shown))
    assert not shown & {node["id"] for node in found["nodes"]}


def test_an_event_for_cleared_reviewers_joins_nobody(made: Workspace) -> None:
    """T/p0's terrorism entry names the truck, too: through it a route would tell that there is one."""
    found = joined(made, Joining(Way.ROUTE, PAIR, let_in=frozenset({HUB, PHONE})))
    assert "Event:T/E9" not in str(found)


def test_too_few_too_many_and_nobody_are_refused(made: Workspace) -> None:
    for people in ((US,), (US, US), (US, *PAIR)):
        with pytest.raises(SettingsError):
            joined(made, Joining(Way.ROUTE, people))
    with pytest.raises(SettingsError):
        joined(made, Joining(Way.SHARED, [f"T/p{number}" for number in range(51)]))
    with pytest.raises(UnknownRecord):
        joined(made, Joining(Way.SHARED, (US, "T/nobody")))


def test_nothing_joins_strangers(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "w")
    header = "source,record_id,country,given_name,surname,birth_date\n"
    bring(workspace, tmp_path, "drivers", header + "T,a,US,Ann,Oakes,1980-01-01\nT,b,US,Zoltan,Quill,1961-05-06\n")
    for way in Way:
        found = joined(workspace, Joining(way, ("T/a", "T/b")))
        assert (found["rows"], found["hubs"], found["edges"]) == ([], [], [])
        assert len(found["nodes"]) == 2
