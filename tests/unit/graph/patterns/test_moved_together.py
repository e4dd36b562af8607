"""Drivers who left one carrier for the same next one at about the same time."""

import datetime as dt

from graph.patterns import Cut
from graph.policy_file import load_policy
from graph.testing.asking import ask
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
DAY = dt.date(2025, 3, 1)


def moves(days, older="c1", younger="c2"):
    return tuple(
        hold
        for n, day in enumerate(days)
        for hold in (
            Hold(f"d{n:02}", "carrier", older, dt.date(2024, 1, 1), DAY),
            Hold(f"d{n:02}", "carrier", younger, DAY + dt.timedelta(days=day), None),
        )
    )


def rows(world: World, **given):
    return ask(world.to_store(), POLICY, "moved-together", given)


def test_a_group_is_found_with_its_size_and_days() -> None:
    world = World(moves((0, 20, 31, 200)), (Happening("d01", "e1", DAY),), successions=(("c2", "c1", 0.9),))
    found = rows(world)
    (row,) = found.rows.to_dicts()
    assert (row["older"], row["younger"], row["people"], row["people_with_events"]) == ("c1", "c2", 3, 1)
    assert (row["first_move"], row["last_move"]) == (DAY, DAY + dt.timedelta(days=31))
    assert (row["some_people"], row["is_succession"]) == (["d00", "d01", "d02"], True)
    assert found.cuts == ()


def test_groups_that_overlap_are_told_each_and_none_within_another() -> None:
    found = rows(World(moves((0, 20, 31, 35))))
    assert found.rows["some_people"].to_list() == [["d00", "d01", "d02"], ["d01", "d02", "d03"]]
    assert rows(World(moves((0, 20, 31, 35))), days=35).rows["people"].to_list() == [4]


def test_only_the_next_job_is_a_move_and_two_records_of_one_job_are_one() -> None:
    twice = Hold("d00", "carrier", "c2", DAY, None, record=1)
    between = Hold("d01", "carrier", "c9", dt.date(2024, 6, 1), None)
    assert rows(World((*moves((0, 1)), twice))).rows["people"].to_list() == [2]
    assert rows(World((*moves((0, 1)), between))).rows.height == 0


def test_large_carriers_are_hubs() -> None:
    crowd = tuple(Hold(f"z{n}", "carrier", "c2", DAY, None) for n in range(60))
    found = rows(World((*moves((0, 1)), *crowd)))
    assert found.rows.height == 0
    assert found.cuts == (Cut.HUB,)
    assert rows(World((*moves((0, 1)), *crowd)), hub=62).rows.height == 1


def test_what_is_not_shown_is_said() -> None:
    world = World((*moves((0, 1)), *(Hold(f"d{n:02}", "carrier", "c3", DAY + dt.timedelta(days=90)) for n in (0, 1))))
    found = rows(world, limit=1, show=1)
    assert found.rows["some_people"].to_list() == [["d00"]]
    assert found.cuts == (Cut.LIMIT, Cut.SHOW)
    assert rows(world, least_people=3).rows.height == 0


def test_a_move_that_was_not_known_by_the_day_is_not_there() -> None:
    late = dt.date(2025, 12, 1)
    one, two = moves((0, 1))[:3], Hold("d01", "carrier", "c2", DAY, None, known_on=late)
    store = World((*one, two)).to_store()
    assert ask(store, POLICY, "moved-together", {}, late).rows.height == 1
    assert ask(store, POLICY, "moved-together", {}, late - dt.timedelta(days=1)).rows.height == 0
