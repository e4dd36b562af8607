"""Both sides of a port put together: what suspicion adds, what nobody looked at, and which ratio is believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from eligibility.ports.cells import CELL, count_cells
from eligibility.ports.comparison import compare_all, compare_ports, same_over
from eligibility.ports.power import Verdict, worth
from eligibility.ports.rates import Interval

Build = Callable[..., pl.DataFrame]


def rows(count: int, found: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"result": "cash" if n < found else "clear"} | changes for n in range(count)]


@pytest.fixture
def two_ports(crossings: Build) -> pl.DataFrame:
    """The paradox in small: 2304 finds much and has most of FAST, 0901 finds little; within each FAST is the same."""
    made = rows(400, 40) + rows(200, 20, is_fast=False)
    made += rows(200, 2, port_code="0901") + rows(1_000, 10, is_fast=False, port_code="0901")
    made += rows(50, 20, exam="targeted") + [{"exam": "none", "result": None}] * 150
    return count_cells(crossings(*made)).cells


def test_the_ratio_within_ports_is_believed_and_not_the_crude_one(two_ports: pl.DataFrame) -> None:
    found = compare_all(two_ports, Interval.WILSON)
    assert found.crude is not None
    assert found.pooled is not None
    assert found.crude.low > 1
    assert found.pooled.value == pytest.approx(1)
    assert found.verdict is not Verdict.RISKIER


def test_targeted_examinations_are_in_no_other_figure(two_ports: pl.DataFrame) -> None:
    fast = compare_ports(two_ports, Interval.WILSON)["2304"].sides["fast"]
    assert fast.random is not None
    assert fast.targeted is not None
    assert (fast.random.found, fast.random.exams) == (40, 400)
    assert (fast.targeted.found, fast.targeted.exams) == (20, 50)
    assert fast.targeting == pytest.approx(4)
    assert fast.missed == pytest.approx(0.1 * 150)  # 150 of 600 trucks were looked at by nobody


def test_each_port_stands_for_itself(two_ports: pl.DataFrame) -> None:
    ports = compare_ports(two_ports, Interval.EXACT)
    assert list(ports) == ["0901", "2304"]
    assert ports["2304"].pooled is not None
    assert ports["2304"].pooled.value == pytest.approx(1)
    assert ports["0901"].verdict is Verdict.CANNOT_TELL
    assert ports["0901"].needed is not None
    assert ports["0901"].needed > 1_000  # at 10 per 1,000
    assert ports["2304"].sides["other"].targeting is None


def test_trucks_that_are_never_compared_show_nothing_however_many_there_are(crossings: Build) -> None:
    """FAST carries one sort of goods and the others another: 20 examinations beside 10,000 tell next to nothing."""
    made = rows(10_000, 100, commodity="parts") + rows(20, 1, commodity="parts", is_fast=False)
    made += rows(20, 1, commodity="fruit") + rows(10_000, 100, commodity="fruit", is_fast=False)
    found = compare_all(count_cells(crossings(*made)).cells, Interval.WILSON)
    assert found.pooled is not None
    assert found.pooled.low < 0.5
    assert found.pooled.high > 2
    assert found.verdict is Verdict.CANNOT_TELL


def test_one_stratum_is_worth_its_examinations_and_several_less_where_they_are_uneven() -> None:
    assert worth(np.array([400]), np.array([1_000])) == pytest.approx((400, 1_000))
    assert worth(np.array([200, 200, 0]), np.array([500, 500, 900])) == pytest.approx((400, 1_000))
    fast, other = worth(np.array([390, 10]), np.array([10, 390]))
    assert fast == pytest.approx(other)
    assert fast == pytest.approx(39)
    assert worth(np.array([5, 0]), np.array([0, 5])) == (0, 0)


def test_a_port_without_fast_has_no_ratio_and_needs_no_number(cells: Build) -> None:
    table = cells(("0104", date(2026, 1, 1), False, 3, 400), ("2304", date(2026, 1, 1), True, 9, 400))
    found = compare_ports(table, Interval.WILSON)["0104"]
    assert (found.pooled, found.smallest, found.needed, found.verdict) == (None, None, None, Verdict.CANNOT_TELL)
    assert found.sides["fast"].random is None
    assert found.sides["fast"].shrunk is None


def test_sameness_is_asked_of_every_factor_that_has_two_levels(two_ports: pl.DataFrame) -> None:
    assert [test.factor for test in same_over(two_ports)] == ["port_code"]


def test_nothing_is_nothing() -> None:
    found = compare_all(CELL.empty(), Interval.WILSON)
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.document()["ratio"] is None
    assert compare_ports(CELL.empty(), Interval.WILSON) == {}
    assert same_over(CELL.empty()) == []
