"""The nearest person who is listed, and the tie to them."""

import datetime as dt

import pytest

from graph.patterns import Cut
from graph.policy_file import load_policy
from graph.schema import EdgeKind
from graph.testing.asking import ask, with_edges
from graph.testing.memory import MemoryStore
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
DAY = dt.date(2025, 3, 1)
HOLDS = (
    Hold("me", "truck", "t1", DAY, DAY),
    Hold("mate", "truck", "t1", DAY, DAY),
    Hold("mate", "phone", "p1"),
    Hold("bad", "phone", "p1"),
    Hold("worse", "phone", "p1"),
    Hold("worse", "home", "h1"),
    Hold("far", "home", "h1"),
)


def seizure(person: str, **changes) -> Happening:
    return Happening(person, f"e-{person}", DAY, event_type="SEIZURE", **changes)


def rows(held, **given):
    return ask(MemoryStore(held), POLICY, "nearest-listed", {"person": "me", "listed_by": "seizure"} | given)


def test_the_nearest_are_found_all_of_one_distance_and_nobody_further() -> None:
    world = World(HOLDS, (seizure("bad"), seizure("worse"), seizure("far"), seizure("me")))
    found = rows(world.to_graph())
    assert found.rows["listed"].to_list() == ["bad", "worse"]
    row = found.rows.to_dicts()[0]
    assert (row["hops"], row["because"]) == (4, ["SEIZURE 2025-03-01"])
    assert row["places"] == ["Identity me", "Vehicle t1", "Identity mate", "Phone p1", "Identity bad"]
    assert (row["people"], row["records"]) == (["me", "mate", "bad"], ["bad/0", "mate/0", "me/0"])
    assert found.cuts == ()


@pytest.mark.parametrize("changes", [{"status": "dismissed"}, {"event_type": "SPEEDING"}])
def test_an_event_that_is_over_or_of_another_type_lists_nobody(changes) -> None:
    event = Happening("bad", "e", DAY, **({"event_type": "SEIZURE"} | changes))
    assert rows(World(HOLDS, (event,)).to_graph()).rows.height == 0


def test_a_derogatory_record_lists_its_person() -> None:
    said = {"W/1": {"is_derogatory": True}, "R/1": {"is_derogatory": False}}
    held = with_edges(World(HOLDS).to_graph(), EdgeKind.RECORD_OF, ("W/1", "far"), ("R/1", "mate"), props=said)
    found = rows(held, listed_by="derogatory-record")
    assert found.rows.select("listed", "because", "hops").rows() == [("far", ["derogatory record W/1"], 6)]
    assert rows(held).rows.height == 0


def test_a_hub_is_not_walked_through() -> None:
    crowd = tuple(Hold(f"z{n}", "phone", "p1") for n in range(60))
    found = rows(World((*HOLDS, *crowd), (seizure("bad"),)).to_graph())
    assert found.rows.height == 0
    assert found.cuts == (Cut.HUB,)
    assert rows(World((*HOLDS, *crowd), (seizure("bad"),)).to_graph(), hub=63).rows.height == 1


def test_a_possible_link_is_walked_only_when_asked_for_and_marked() -> None:
    held = World(HOLDS, (seizure("twin"),), possible=(("me", "twin", 0.4),)).to_graph()
    assert rows(held).rows.height == 0
    (row,) = rows(held, possible="true").rows.to_dicts()
    assert (row["listed"], row["hops"], row["is_possible"]) == ("twin", 1, True)


def test_limits_are_said() -> None:
    held = World(HOLDS, (seizure("bad"), seizure("worse"))).to_graph()
    assert rows(held, limit=1).cuts == (Cut.LIMIT,)
    assert rows(held, limit=1).rows["listed"].to_list() == ["bad"]
    assert rows(held, hops=3).cuts == (Cut.HOPS,)
    assert rows(held, max_nodes=2).cuts == (Cut.NODES,)
    assert rows(held, max_edges=2).cuts == (Cut.EDGES,)


def test_nobody_knows_of_an_event_before_it_is_known() -> None:
    store = MemoryStore(World(HOLDS, (seizure("bad", known_on=dt.date(2025, 6, 1)),)).to_graph())
    given = {"person": "me", "listed_by": "SEIZURE"}
    assert ask(store, POLICY, "nearest-listed", given, dt.date(2025, 6, 1)).rows.height == 1
    assert ask(store, POLICY, "nearest-listed", given, dt.date(2025, 5, 31)).rows.height == 0
