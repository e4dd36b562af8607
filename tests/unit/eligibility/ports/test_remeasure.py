"""Before and after: what fell is said to have fallen, and too little says nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from eligibility.ports.remeasure import Period, measure, remeasure, up_to

Build = Callable[..., pl.DataFrame]
BEFORE, AFTER = Period(date(2026, 1, 1), date(2026, 3, 31)), Period(date(2026, 4, 1), date(2026, 6, 30))


def rows(day: date, exams: int, found: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"date": day, "result": "cash" if n < found else "clear"} | changes for n in range(exams)]


def port(before: tuple[int, int], after: tuple[int, int], **changes: Any) -> list[dict[str, Any]]:
    """FAST exams and findings before and after, beside 500 and 10 of the others in each."""
    made = rows(date(2026, 2, 1), *before, **changes) + rows(date(2026, 5, 1), *after, **changes)
    for day in (date(2026, 2, 1), date(2026, 5, 1)):
        made += rows(day, 500, 10, is_fast=False, **changes)
    return made


def test_a_rate_that_fell_is_told_with_the_ratio_before_and_after(crossings: Build) -> None:
    table = crossings(*port((500, 40), (500, 8)), *port((500, 10), (500, 10), port_code="2305"))
    found = remeasure(table, "2304", BEFORE, AFTER)
    assert found["verdict"] == "fell"
    assert found["ratio"]["value"] == 0.8
    assert round(found["change_of_ratio"]["value"], 6) == 0.2
    assert found["change_of_ratio"]["high"] < 1
    assert round(found["change_elsewhere"]["value"], 6) == 1.0
    assert (found["from"], found["to"]) == ("2026-04-01", "2026-06-30")
    before = measure(table, "2304", BEFORE)
    assert (before["fast"]["found"], before["fast"]["exams"], before["ratio"]["value"]) == (40, 500, 4.0)


def test_a_rate_that_rose_is_told(crossings: Build) -> None:
    assert remeasure(crossings(*port((500, 8), (500, 40))), "2304", BEFORE, AFTER)["verdict"] == "rose"


def test_few_examinations_say_nothing(crossings: Build) -> None:
    found = remeasure(crossings(*port((500, 20), (20, 0))), "2304", BEFORE, AFTER)
    assert found["verdict"] == "cannot tell"
    assert found["ratio"] is None
    assert found["change_of_ratio"] is None


def test_many_examinations_without_a_change_say_so(crossings: Build) -> None:
    assert remeasure(crossings(*port((3000, 60), (3000, 60))), "2304", BEFORE, AFTER)["verdict"] == "no change shown"


def test_other_goods_after_than_before_are_no_comparison(crossings: Build) -> None:
    before = rows(BEFORE.since, 3000, 60, commodity="fruit") + rows(BEFORE.since, 5, 0, commodity="parts")
    after = rows(AFTER.since, 5, 0, commodity="fruit") + rows(AFTER.since, 3000, 60, commodity="parts")
    assert remeasure(crossings(*before, *after), "2304", BEFORE, AFTER)["verdict"] == "cannot tell"


def test_nothing_examined_is_no_rate(crossings: Build) -> None:
    found = remeasure(crossings({"exam": "none", "result": None}), "2304", BEFORE, AFTER)
    assert (found["fast"], found["other"], found["verdict"]) == (None, None, "cannot tell")


def test_the_days_before_end_the_day_before() -> None:
    assert up_to(date(2026, 4, 1), date(2025, 10, 1)) == Period(date(2025, 10, 1), date(2026, 3, 31))
    assert up_to(date(2025, 1, 1), date(2025, 10, 1)) == Period(date(2024, 12, 31), date(2024, 12, 31))
