"""Lags: days between the steps, and the renewal that would have come instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import apsw
import polars as pl
import pytest

from eligibility.matters import Matter
from eligibility.reviews.tables import ReviewTables
from eligibility.screening.lag import ALL, FOUND, lag_table, read_found, renewal_after
from eligibility.screening.runs import Cause, Occasion, ScreeningTables

DAY = date(2026, 3, 1)


def found(*rows: dict[str, Any]) -> pl.DataFrame:
    frame = pl.DataFrame([{name: row.get(name) for name in FOUND} for row in rows], schema_overrides=FOUND)
    days = [name for name in FOUND if name.endswith("_on")]
    return frame.with_columns(pl.col(name).str.to_date() for name in days)


def row(number: int, trigger: str = "own_event", **days: int) -> dict[str, Any]:
    """A review of which each day is so many days after the event."""
    dates = {f"{name}_on": (DAY + timedelta(days=count)).isoformat() for name, count in days.items()}
    return {"review_id": number, "round": 1, "trigger": trigger, "happened_on": DAY.isoformat(), **dates}


def test_median_and_95th_percentile_of_each_step() -> None:
    rows = [row(n, received=n, opened=n + 2, decided=n + 12, renewal=1000 + n) for n in range(1, 22)]
    table = {line["step"]: line for line in lag_table(found(*rows)).filter(pl.col("trigger") == ALL).to_dicts()}
    assert table["event to record received"] == {
        "trigger": ALL, "step": "event to record received", "reviews": 21, "median": 11.0, "p95": 20.0,
    }  # fmt: skip
    assert (table["record received to review opened"]["median"], table["record received to review opened"]["p95"]) == (
        2,
        2,
    )
    assert table["review opened to decision"]["median"] == 10.0
    assert table["event to five-year renewal"]["p95"] == 1020.0


def test_a_step_without_both_days_counts_nothing() -> None:
    table = lag_table(found(row(1, received=3, opened=4), row(2, opened=6)))
    steps = {line["step"]: (line["reviews"], line["median"]) for line in table.to_dicts() if line["trigger"] == ALL}
    assert steps["record received to review opened"] == (1, 1.0)
    assert steps["event to review opened"] == (2, 5.0)
    assert steps["review opened to decision"] == (0, None)


def test_own_events_and_licences_stand_together_and_other_triggers_apart() -> None:
    rows = [row(1, opened=2), row(2, "licence_withdrawn", opened=4), row(3, "coverage_expired", opened=400)]
    table = lag_table(found(*rows)).filter(pl.col("step") == "event to review opened")
    assert dict(table.select("trigger", "median").iter_rows()) == {
        ALL: 3.0, "coverage_expired": 400.0, "licence_withdrawn": 4.0, "own_event": 2.0,
    }  # fmt: skip
    assert table["trigger"][0] == ALL


def test_records_received_before_the_day_asked_about_are_left_out() -> None:
    rows = [row(1, received=1, opened=400), row(2, received=30, opened=31)]
    table = lag_table(found(*rows), DAY + timedelta(days=10)).filter(pl.col("trigger") == ALL)
    assert table["reviews"].max() == 1


def test_what_was_open_while_a_merge_was_undone_is_decided_with_the_round_after_it(
    ledger: apsw.Connection, a_matter: Callable[..., Matter]
) -> None:
    at, matter = f"{DAY}T10:00:00+00:00", a_matter()
    number = ScreeningTables(ledger).begin(Occasion(Cause.LOAD, 1, "ana", at, DAY, "p", is_all=False), ["D1"])
    tables = ReviewTables(ledger)
    tables.open(matter, at, DAY, "ana")
    ScreeningTables(ledger).found(number, (1, 1), matter, (DAY, None))
    tables.look_again(1, "a merge was undone", at, DAY, "ana")
    ledger.execute(
        "UPDATE review_round SET outcome = 'retain', closed_at = '2026-03-11T09:00:00+00:00' WHERE round = 2"
    )
    steps = {
        line["step"]: line["median"] for line in lag_table(read_found(ledger)).to_dicts() if line["trigger"] == ALL
    }
    assert steps["review opened to decision"] == 10.0


@pytest.mark.parametrize(
    ("enrolled", "day", "renewal"),
    [
        ("2020-05-01", "2023-01-01", "2025-05-01"),
        ("2020-05-01", "2025-04-30", "2025-05-01"),
        ("2020-05-01", "2025-05-01", "2030-05-01"),
        ("2020-05-01", "2019-01-01", "2025-05-01"),
        ("2020-02-29", "2021-01-01", "2025-03-01"),
        (None, "2021-01-01", None),
        ("2020-05-01", None, None),
    ],
)
def test_the_renewal_is_the_next_fifth_anniversary(enrolled: str | None, day: str | None, renewal: str | None) -> None:
    dates = [date.fromisoformat(text) if text else None for text in (enrolled, day, renewal)]
    assert renewal_after(dates[0], dates[1]) == dates[2]
