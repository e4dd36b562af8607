"""Vehicles that work for several carriers."""

import datetime as dt

from graph.patterns import Cut
from graph.policy_file import load_policy
from graph.schema import EdgeKind
from graph.testing.asking import ask, with_edges
from graph.testing.memory import MemoryStore
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
DAY = dt.date(2025, 3, 1)


def later(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


SHARED = World(
    holds=(
        Hold("d1", "truck", "t1", DAY, later(5)),
        Hold("d2", "truck", "t1", later(20), later(20)),
        Hold("d1", "carrier", "c1", later(-50), later(10)),
        Hold("d2", "carrier", "c2", later(-50), None),
        Hold("d2", "carrier", "c3", later(30), None),  # not yet on the day of the drive
    ),
    events=(Happening("d2", "e1", DAY),),
)


def rows(held, **given):
    return ask(MemoryStore(held), POLICY, "shared-vehicles", given)


def test_a_truck_driven_for_two_carriers_is_found() -> None:
    found = rows(SHARED.to_graph())
    (row,) = found.rows.to_dicts()
    assert (row["vehicle"], row["carriers"], row["driven_for"], row["registered_to"]) == ("t1", 2, ["c1", "c2"], [])
    assert (row["drivers"], row["drivers_with_events"], row["some_drivers"]) == (2, 1, ["d1", "d2"])
    assert (row["first_driven"], row["last_driven"]) == (DAY, later(20))
    assert found.cuts == ()


def test_a_truck_of_one_carrier_is_not_shared() -> None:
    assert rows(SHARED.to_graph(), least_carriers=3).rows.height == 0


def test_registrations_count_and_a_truck_nobody_drove_can_be_shared() -> None:
    held = with_edges(SHARED.to_graph(), EdgeKind.OPERATES, ("c1", "t1"), ("c9", "t1"), ("c8", "t2"), ("c9", "t2"))
    told = {row["vehicle"]: row for row in rows(held).rows.to_dicts()}
    assert (told["t1"]["carriers"], told["t1"]["registered_to"]) == (3, ["c1", "c9"])
    assert (told["t2"]["carriers"], told["t2"]["drivers"], told["t2"]["some_drivers"]) == (2, 0, [])


def test_a_truck_of_too_many_drivers_is_a_hub() -> None:
    held = with_edges(SHARED.to_graph(), EdgeKind.OPERATES, ("c8", "t1"), ("c9", "t1"))
    found = rows(held, hub=1)
    assert found.rows.height == 0
    assert found.cuts == (Cut.HUB,)


def test_what_is_not_shown_is_said() -> None:
    held = with_edges(SHARED.to_graph(), EdgeKind.OPERATES, ("c8", "t2"), ("c9", "t2"))
    found = rows(held, limit=1, show=1)
    assert found.rows["some_drivers"].to_list() == [["d1"]]
    assert found.cuts == (Cut.LIMIT, Cut.SHOW)
