import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from graph.excess import CARRIER_RECORD, carrier_records, fit_shape
from graph.policy_file import load_policy
from graph.project import ProjectedGraph
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
SMALL = replace(POLICY, limits=replace(POLICY.limits, hub_degree=1), context=replace(POLICY.context, carrier_peers=2))
AS_OF = dt.date(2026, 6, 30)
CODE = "US-SMS-392.2R"


def day(years: float) -> dt.date:
    return AS_OF - dt.timedelta(days=round(years * 365.25))


def records(world: World, as_of: dt.date = AS_OF) -> dict[str, dict]:
    found = carrier_records(ProjectedGraph(world.to_graph()), SMALL, as_of)
    CARRIER_RECORD.check(found)
    return {row["carrier"]: row for row in found.iter_rows(named=True)}


def work(person: str, carrier: str, first: float, last: float | None = None, **more) -> Hold:
    return Hold(person, "carrier", carrier, day(first), None if last is None else day(last), **more)


@pytest.fixture
def two() -> World:
    held = [work(f"{c}{n}", c, 2, 1) for c in ("c1", "c2") for n in range(2)]
    return World(tuple(held), (Happening("c10", "e1", day(1.5), CODE, "i1"),))


def test_time_is_counted_once_and_within_the_window(two):
    again = (
        work("c10", "c1", 2, 1, record=1),
        work("c10", "c1", 1.5, 0.5, record=1),
        work("c11", "c1", 9, 8),
        work("c10", "c1", 4, 3.5, record=1),
    )
    found = records(replace(two, holds=two.holds + again))
    assert found["c1"]["driver_years"] == pytest.approx(2.5, abs=0.02)
    assert found["c2"]["driver_years"] == pytest.approx(2.0, abs=0.02)
    assert found["c1"]["drivers"] == 2


@pytest.mark.parametrize(
    ("event", "more"),
    [
        (Happening("c11", "e2", day(1.5), CODE, "i1"), 0),  # the same incident
        (Happening("c11", "e2", day(1.5), CODE, "i2"), 1),
        (Happening("c11", "e2", day(0.5), CODE), 0),  # after they left
        (Happening("c11", "e2", day(1.5), "LINK-UNSAT"), 0),
        (Happening("c11", "e2", day(1.5), CODE, status="dismissed"), 0),
        (Happening("c11", "e2", day(1.5), CODE, known_on=AS_OF + dt.timedelta(days=1)), 0),
    ],
)
def test_an_incident_counts_once_where_and_while_its_driver_worked(two, event, more):
    assert records(two)["c1"]["incidents"] == 1
    assert records(two.adding(event))["c1"]["incidents"] == 1 + more


def test_what_is_expected_adds_up_to_what_happened_and_the_ratio_lies_between(two):
    found = records(two)
    assert sum(row["expected"] for row in found.values()) == pytest.approx(1)
    for row in found.values():
        raw = row["incidents"] / row["expected"]
        assert min(1, raw) <= row["ratio"] <= max(1, raw)
        assert row["low"] < row["ratio"] < row["high"]


def test_small_carriers_and_undated_work_have_no_record():
    assert records(World((work("a", "c1", 2), Hold("b", "carrier", "c2"), Hold("c", "carrier", "c2")))) == {}


def test_too_few_peers_or_no_incident_give_no_ratio(two):
    few = replace(SMALL, context=replace(SMALL.context, carrier_peers=3))
    found = carrier_records(ProjectedGraph(two.to_graph()), few, AS_OF)
    assert found["ratio"].null_count() == 2
    assert records(replace(two, events=()))["c1"]["ratio"] is None


def test_the_shape_is_found_again():
    rng = np.random.default_rng(7)
    expected = rng.uniform(2, 40, 4000)
    counts = rng.poisson(expected * rng.gamma(3.0, 1 / 3.0, 4000)).astype(float)
    assert fit_shape(counts, expected) == pytest.approx(3.0, rel=0.1)
    alike = rng.poisson(expected).astype(float)
    assert fit_shape(alike, expected) > 50
