"""Homes and phones that several people give, hubs told apart."""

import datetime as dt

import pytest

from graph.patterns import Cut
from graph.policy_file import load_policy
from graph.testing.asking import ask
from graph.testing.worlds import Happening, Hold, World
from linkage.errors import SettingsError

POLICY = load_policy()
DAY = dt.date(2025, 3, 1)
CROWD = World(
    holds=(
        *(Hold(f"a{n}", "home", "h1") for n in range(3)),
        *(Hold(f"a{n}", "phone", "p1") for n in range(4)),
        *(Hold(f"y{n:02}", "home", "yard") for n in range(61)),
        Hold("a0", "home", "h2"),
        Hold("a1", "home", "h2"),
        Hold("a0", "home", "h1", record=1),
    ),
    events=(Happening("a0", "e1", DAY), Happening("y00", "e2", DAY)),
)


def rows(**given):
    return ask(CROWD.to_store(), POLICY, "clusters", given)


def test_small_clusters_come_first_and_hubs_apart_without_their_people() -> None:
    found = rows()
    told = found.rows.select("tie", "thing", "people", "is_hub", "people_with_events", "some_people").rows()
    assert told == [
        ("phone", "p1", 4, False, 1, ["a0", "a1", "a2", "a3"]),
        ("home", "h1", 3, False, 1, ["a0", "a1", "a2"]),
        ("home", "yard", 61, True, 1, []),
    ]
    assert found.cuts == (Cut.HUB,)


def test_what_is_asked_for_is_told_and_nothing_else() -> None:
    assert rows(kinds="phone").rows["thing"].to_list() == ["p1"]
    assert rows(kinds="phone").cuts == ()
    assert rows(least_people=2, kinds="home").rows["thing"].to_list() == ["h1", "h2", "yard"]
    assert rows(least_people=62).rows.height == 0
    with pytest.raises(SettingsError, match="home,phone"):
        rows(kinds="truck")


def test_what_is_not_shown_is_said() -> None:
    found = rows(limit=1, show=2)
    assert found.rows["some_people"].to_list() == [["a0", "a1"]]
    assert found.cuts == (Cut.LIMIT, Cut.SHOW)
