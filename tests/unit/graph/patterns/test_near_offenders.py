"""Who is one thing away from somebody with events that count."""

import datetime as dt

import pytest

from graph.patterns import Cut
from graph.policy_file import load_policy
from graph.testing.asking import ask
from graph.testing.worlds import Happening, Hold, World
from linkage.errors import SettingsError

POLICY = load_policy()
DAY = dt.date(2025, 3, 1)
TRUCK = (Hold("bad", "truck", "t1", DAY, DAY), Hold("near", "truck", "t1", DAY, DAY + dt.timedelta(days=9)))
SEIZURE = Happening("bad", "e1", DAY)


def rows(world: World, **given):
    return ask(world.to_store(), POLICY, "near-offenders", given)


def test_an_associate_is_found_with_thing_times_and_event() -> None:
    found = rows(World((*TRUCK, Hold("far", "truck", "t2", DAY, DAY)), (SEIZURE,)))
    (row,) = found.rows.to_dicts()
    assert (row["associate"], row["offender"], row["tie"], row["thing"]) == ("near", "bad", "truck", "t1")
    assert (row["people"], row["people_with_events"], row["associate_events"], row["events"]) == (2, 1, 0, 1)
    assert (row["gap_days"], row["associate_to"]) == (0, dt.date(2025, 3, 10))
    assert (row["event"], row["event_day"], row["event_class"]) == ("e1", DAY, "smuggling")
    assert not row["is_possible"]
    assert found.cuts == ()


@pytest.mark.parametrize("status", ["dismissed", "acquittal"])
def test_an_event_that_does_not_count_makes_nobody_an_offender(status: str) -> None:
    event = Happening("bad", "e1", DAY, status=status)
    assert rows(World(TRUCK, (event,))).rows.height == 0
    assert rows(World(TRUCK, (Happening("bad", "e1", DAY, code=None),))).rows.height == 0


def test_two_offenders_are_each_other_s_associates() -> None:
    found = rows(World(TRUCK, (SEIZURE, Happening("near", "e2", DAY))))
    assert set(found.rows.select("associate", "offender", "associate_events").iter_rows()) == {
        ("near", "bad", 1),
        ("bad", "near", 1),
    }


def test_nobody_is_an_associate_through_a_hub() -> None:
    yard = World(tuple(Hold(f"d{n:02}", "home", "yard") for n in range(61)), (Happening("d00", "e1", DAY),))
    found = rows(yard)
    assert found.rows.height == 0
    assert found.cuts == (Cut.HUB,)
    assert rows(yard, hub=61).rows.height == 60
    assert rows(yard, hub=61).cuts == ()


def test_more_rows_than_the_limit_are_cut_and_the_first_are_kept() -> None:
    world = World((*TRUCK, *(Hold(f"z{n}", "phone", "p1") for n in range(9)), Hold("bad", "phone", "p1")), (SEIZURE,))
    every = rows(world)
    few = rows(world, limit=3)
    assert every.rows.height == 10
    assert every.rows["associate"][0] == "near"  # two on the truck, ten on the phone
    assert few.rows.equals(every.rows.head(3))
    assert few.cuts == (Cut.LIMIT,)


def test_times_too_far_apart_are_no_tie() -> None:
    late = Hold("late", "truck", "t1", DAY + dt.timedelta(days=400), DAY + dt.timedelta(days=401))
    world = World((TRUCK[0], late), (SEIZURE,))
    assert rows(world).rows.height == 0
    assert rows(world, gap_days=400).rows["gap_days"].to_list() == [400]


def test_a_stint_without_end_lasts_and_each_stint_counts() -> None:
    holds = (
        Hold("bad", "carrier", "c1", DAY, None),
        Hold("near", "carrier", "c1", DAY - dt.timedelta(days=900), DAY - dt.timedelta(days=800)),
        Hold("near", "carrier", "c1", DAY + dt.timedelta(days=300), None),
    )
    (row,) = rows(World(holds, (SEIZURE,))).rows.to_dicts()
    assert (row["gap_days"], row["associate_from"]) == (0, DAY + dt.timedelta(days=300))


def test_a_possible_link_is_walked_only_when_asked_for_and_marked() -> None:
    holds = (Hold("twin", "phone", "p1"), Hold("near", "phone", "p1"), Hold("bad", "home", "h1"))
    world = World(holds, (SEIZURE,), possible=(("bad", "twin", 0.4),))
    assert rows(world).rows.height == 0
    (row,) = rows(world, possible="true").rows.to_dicts()
    assert (row["associate"], row["offender"], row["is_possible"], row["confidence"]) == ("near", "bad", True, 0.4)


def test_a_hold_that_is_only_possible_ties_only_when_asked_for() -> None:
    world = World(TRUCK, (SEIZURE,), confidences={("near", 0): 0.3})
    assert rows(world).rows.height == 0
    assert rows(world, possible="true").rows["is_possible"].to_list() == [True]


def test_what_was_not_known_by_the_day_is_not_there() -> None:
    late = dt.date(2025, 12, 1)
    world = World((TRUCK[0], Hold("near", "truck", "t1", DAY, DAY, known_on=late)), (SEIZURE,))
    store = world.to_store()
    assert ask(store, POLICY, "near-offenders", {}, late).rows.height == 1
    assert ask(store, POLICY, "near-offenders", {}, late - dt.timedelta(days=1)).rows.height == 0


def test_classes_choose_the_events_that_are_meant() -> None:
    world = World(TRUCK, (SEIZURE,))
    assert rows(world, classes="smuggling").rows.height == 1
    assert rows(world, classes="traffic").rows.height == 0
    with pytest.raises(SettingsError, match="smuggling"):
        rows(world, classes="murder")
