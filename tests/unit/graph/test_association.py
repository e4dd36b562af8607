import datetime as dt

import pytest

from graph.policy_file import load_policy
from graph.risk import score_all
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
AS_OF = dt.date(2026, 6, 30)
DAY = dt.date(2026, 1, 1)
WINDOW = dt.timedelta(days=POLICY.limits.window_days)


def row(world: World, person: str, as_of: dt.date = AS_OF) -> dict:
    return score_all(world.to_store(), POLICY, as_of).filter(identity_id=person).row(0, named=True)


def on_truck(person: str, first: dt.date, last: dt.date | None = None) -> Hold:
    return Hold(person, "truck", "t", first, last or first)


def test_both_people_count_even_outside_the_window():
    crowd = [on_truck(f"y{n}", DAY) for n in range(59)]
    early = DAY - WINDOW - dt.timedelta(days=1)
    event = Happening("x", "e", DAY)
    assert row(World((on_truck("d", early), on_truck("x", DAY), *crowd), (event,)), "d")["linked"] == 0
    assert row(World((on_truck("d", early), on_truck("x", DAY), *crowd[:58]), (event,)), "d")["linked"] > 0


def test_an_open_stint_ends_on_the_later_of_its_start_and_the_event():
    event = Happening("x", "e", DAY)
    theirs = Hold("x", "carrier", "c", DAY, DAY)
    during = row(World((Hold("d", "carrier", "c", dt.date(2015, 1, 1)), theirs), (event,)), "d")
    after = row(World((Hold("d", "carrier", "c", DAY + dt.timedelta(days=100)), theirs), (event,)), "d")
    undated = row(World((Hold("d", "carrier", "c"), theirs), (event,)), "d")
    assert undated["linked_points"] == during["linked_points"] > after["linked_points"] > 0


def test_the_day_is_measured_from_the_driver_s_own_span():
    event = Happening("x", "e", DAY)
    both = World((on_truck("d", DAY), on_truck("x", dt.date(2020, 1, 1), dt.date(2028, 1, 1))), (event,))
    late = World(
        (on_truck("d", DAY + dt.timedelta(days=365)), on_truck("x", dt.date(2020, 1, 1), dt.date(2028, 1, 1))), (event,)
    )
    ratio = row(late, "d")["linked"] / row(both, "d")["linked"]
    half_life_days = POLICY.limits.distance_half_life_years * 365.25
    assert ratio == pytest.approx(2 ** (-365 / half_life_days), rel=1e-9)


def test_two_people_who_may_both_be_a_third_are_not_tied_by_what_the_third_holds():
    world = World(
        holds=(on_truck("z", DAY), Hold("d", "phone", "p1"), Hold("x", "phone", "p2")),
        events=(Happening("x", "e", DAY),),
        possible=(("d", "z", 0.7), ("x", "z", 0.7)),
    )
    assert row(world, "d")["linked_with_possible"] == 0
    assert row(world, "z")["linked_with_possible"] > 0  # x may be z, and x has the event


def test_a_possible_own_record_lends_its_things_and_its_events():
    world = World(
        holds=(on_truck("z", DAY), on_truck("x", DAY), Hold("d", "phone", "p")),
        events=(Happening("x", "e", DAY), Happening("z", "f", DAY)),
        possible=(("d", "z", 0.6),),
    )
    found = row(world, "d")
    assert found["linked"] == 0
    only_things = row(World(world.holds, world.events[:1], possible=world.possible), "d")
    assert found["linked_with_possible"] > only_things["linked_with_possible"] > 0


def test_a_record_below_the_review_threshold_ties_nobody_but_is_possible():
    held = (on_truck("d", DAY), on_truck("x", DAY))
    world = World(held, (Happening("x", "e", DAY),), confidences={("d", 0): 0.4})
    assert row(world, "d")["linked"] == 0
    assert row(world, "d")["linked_with_possible"] > 0


def test_the_event_s_own_record_counts_once():
    held = (on_truck("d", DAY), on_truck("x", DAY))
    event = Happening("x", "e", DAY)
    one = row(World(held, (event,), confidences={("x", 0): 0.9}), "d")["linked"]
    two = World(held, (Happening("x", "e", DAY, record=1),), confidences={("x", 0): 0.9, ("x", 1): 0.9})
    assert row(two, "d")["linked"] == pytest.approx(0.9 * one)
    assert one > 0
