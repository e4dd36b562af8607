"""Seizures of members by year of membership."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from eligibility.ports.displacement import People, days_to_seizure, displacement
from linkage.schema import ENROLMENT, EVENT, MEMBERSHIP

UNTIL = date(2025, 12, 31)


def members(**identities: str) -> pl.DataFrame:
    rows = [{"record_key": key, "identity_id": identity, "confidence": 1.0} for key, identity in identities.items()]
    return MEMBERSHIP.conform(pl.DataFrame(rows))


def enrolled(*rows: tuple[str, date, date | None]) -> pl.DataFrame:
    named = [{"record_key": key, "enrolled_on": start, "expires_on": end} for key, start, end in rows]
    return ENROLMENT.conform(pl.DataFrame(named, schema_overrides={"expires_on": pl.Date}))


def seized(*rows: tuple[str | None, str, date], kind: str = "seizure") -> pl.DataFrame:
    named = [
        {"key": f"e{n}", "record_key": key, "incident_id": incident, "event_date": day, "event_type": kind}
        for n, (key, incident, day) in enumerate(rows)
    ]
    return EVENT.conform(pl.DataFrame(named, schema_overrides={"record_key": pl.String}))


FAST = enrolled(("a1", date(2024, 1, 1), date(2028, 12, 31)), ("b1", date(2025, 7, 2), None))
PEOPLE = members(a1="A", a2="A", b1="B", c1="C")


def found(events: pl.DataFrame, enrolments: pl.DataFrame = FAST) -> dict[int, dict[str, Any]]:
    return {year.year: year.document() for year in displacement(People(events, enrolments, PEOPLE, UNTIL))}


def test_an_incident_counts_once_and_by_the_person_not_the_record() -> None:
    events = seized(("a2", "i1", date(2025, 3, 1)), ("c1", "i1", date(2025, 3, 1)), ("c1", "i2", date(2025, 4, 1)))
    year = found(events)[2025]
    assert (year["seizures"], year["of_members"]) == (2, 1)
    assert year["driver_years"] == pytest.approx((365 + 183) / 365.25)
    assert year["per_1000_driver_years"] == pytest.approx(1000 / year["driver_years"])
    assert year["low"] < year["per_1000_driver_years"] < year["high"]


def test_a_seizure_before_enrolment_is_not_a_members() -> None:
    year = found(seized(("b1", "i1", date(2025, 7, 1)), ("b1", "i2", date(2025, 7, 2))))[2025]
    assert (year["seizures"], year["of_members"]) == (2, 1)


def test_other_events_and_those_of_nobody_known_are_no_members_seizures() -> None:
    events = pl.concat([seized((None, "i1", date(2025, 2, 1))), seized(("a1", "i2", date(2025, 2, 1)), kind="customs")])
    assert found(events)[2025]["seizures"] == 1
    assert found(events)[2025]["of_members"] == 0


def test_overlapping_enrolments_are_not_counted_twice() -> None:
    twice = enrolled(("a1", date(2024, 1, 1), date(2024, 12, 31)), ("a2", date(2024, 7, 1), date(2025, 1, 10)))
    years = found(seized(("c1", "i", date(2025, 1, 1))), twice)
    assert years[2024]["driver_years"] == pytest.approx(366 / 365.25)
    assert years[2025]["driver_years"] == pytest.approx(10 / 365.25)


def test_days_to_the_first_seizure() -> None:
    events = seized(("a1", "i1", date(2024, 1, 31)), ("a2", "i2", date(2025, 1, 1)), ("c1", "i3", date(2025, 1, 1)))
    assert days_to_seizure(People(events, FAST, PEOPLE, UNTIL)) == [30]


@pytest.mark.parametrize("kind", ["SEIZURE", "Seizure", "customs seizure", "CUSTOMS_SEIZURE"])
def test_a_seizure_is_one_however_its_source_writes_it(kind: str) -> None:
    assert found(seized(("a1", "i1", date(2025, 3, 1)), kind=kind))[2025]["of_members"] == 1


def test_a_renewal_is_no_new_enrolment_and_a_gap_is_one() -> None:
    renewed = enrolled(("a1", date(2019, 1, 1), date(2023, 12, 31)), ("a2", date(2024, 1, 1), date(2028, 12, 31)))
    events = seized(("a1", "i1", date(2024, 1, 11)))
    assert days_to_seizure(People(events, renewed, PEOPLE, UNTIL)) == [1836]
    back = enrolled(("a1", date(2019, 1, 1), date(2023, 12, 30)), ("a2", date(2024, 1, 1), date(2028, 12, 31)))
    assert days_to_seizure(People(events, back, PEOPLE, UNTIL)) == [10]


def test_nothing_known_is_no_year() -> None:
    assert displacement(People(EVENT.empty(), ENROLMENT.empty(), MEMBERSHIP.empty(), UNTIL)) == []
