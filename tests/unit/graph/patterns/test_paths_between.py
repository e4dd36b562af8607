"""Paths between two people as rows."""

import datetime as dt

from graph.patterns import Cut
from graph.policy_file import load_policy
from graph.schema import EdgeKind
from graph.testing.asking import ask, with_edges
from graph.testing.memory import MemoryStore
from graph.testing.worlds import Hold, World

POLICY = load_policy()
DAY = dt.date(2025, 3, 1)
CHAIN = World(
    holds=(
        Hold("a", "truck", "t1", DAY, DAY),
        Hold("b", "truck", "t1", DAY, DAY + dt.timedelta(days=3)),
        Hold("b", "carrier", "c1", DAY, None),
        Hold("c", "carrier", "c1"),
    ),
    possible=(("a", "x", 0.4), ("x", "y", 0.9)),
    confidences={("b", 0): 0.9},
)


def rows(held, start="a", end="c", **given):
    return ask(MemoryStore(held), POLICY, "paths", {"from": start, "to": end} | given)


def test_a_path_tells_its_places_ties_records_and_how_sure_it_is() -> None:
    found = rows(CHAIN.to_graph())
    (row,) = found.rows.to_dicts()
    assert row["places"] == ["Identity a", "Vehicle t1", "Identity b", "Carrier c1", "Identity c"]
    assert row["ties"] == [
        "DROVE 2025-03-01..2025-03-01",
        "DROVE 2025-03-01..2025-03-04",
        "EMPLOYED_BY 2025-03-01..",
        "EMPLOYED_BY",
    ]
    assert (row["route"], row["hops"], row["people"]) == (1, 4, ["a", "b", "c"])
    assert (row["records"], row["confidence"], row["is_possible"]) == (["a/0", "b/0", "c/0"], 0.9, False)
    assert found.cuts == ()


def test_a_hub_is_not_walked_through() -> None:
    yard = World((Hold("a", "home", "yard"), *(Hold(f"z{n}", "home", "yard") for n in range(60)))).to_graph()
    found = rows(yard, end="z1")
    assert found.rows.height == 0
    assert found.cuts == (Cut.HUB,)
    assert rows(yard, end="z1", hub=61).rows.height == 1


def test_a_possible_link_is_walked_only_when_asked_for_and_marked() -> None:
    found = rows(CHAIN.to_graph(), end="y")
    assert found.rows.height == 0
    assert found.cuts == ()
    (row,) = rows(CHAIN.to_graph(), end="y", possible="true").rows.to_dicts()
    assert (row["people"], row["is_possible"], row["confidence"]) == (["a", "x", "y"], True, 0.4)


def test_a_tie_that_is_only_possible_is_walked_only_when_asked_for_and_marked() -> None:
    held = World(CHAIN.holds, confidences={("b", 0): 0.3}).to_graph()
    assert rows(held).rows.height == 0
    assert rows(held, possible="true").rows["is_possible"].to_list() == [True]


def test_a_programme_a_port_or_a_record_that_two_are_in_joins_nobody() -> None:
    held = World(CHAIN.holds[:1]).to_graph()
    held = with_edges(held, EdgeKind.ENROLLED, ("a", "FAST"), ("z", "FAST"))
    held = with_edges(held, EdgeKind.CROSSED_AT, ("a", "2304"), ("z", "2304"))
    assert rows(held, end="z").rows.height == 0


def test_limits_are_said() -> None:
    both = World((*CHAIN.holds, Hold("a", "phone", "p1"), Hold("b", "phone", "p1"))).to_graph()
    assert rows(both, limit=1).cuts == (Cut.LIMIT,)
    assert rows(both, max_edges=1).cuts == (Cut.EDGES,)
    assert rows(both, max_nodes=2).cuts == (Cut.NODES,)
    assert rows(both, hops=2).cuts == (Cut.HOPS,)
    assert rows(both, hops=4).rows.height == 2


def test_the_day_is_honoured() -> None:
    store = MemoryStore(World((CHAIN.holds[0], Hold("b", "truck", "t1", DAY, DAY, known_on=DAY))).to_graph())
    given = {"from": "a", "to": "b"}
    assert ask(store, POLICY, "paths", given, DAY).rows.height == 1
    assert ask(store, POLICY, "paths", given, DAY - dt.timedelta(days=1)).rows.height == 0
