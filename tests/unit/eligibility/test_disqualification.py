"""49 CFR 383.51: convictions from separate incidents, counted within the window of their group."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from eligibility.disqualification import RULES, Counted, Group, disqualifications
from eligibility.matters import Audience
from eligibility.own_factors import own_factors
from eligibility.policy_file import load_eligibility_policy
from graph.policy_file import load_policy
from linkage.schema import EVENT

POLICIES = (load_eligibility_policy(), load_policy())
DAY = date(2026, 11, 1)
Count = Callable[..., dict[Group, Counted]]


@pytest.fixture
def count() -> Count:
    def build(*rows: tuple[str, str, str | None], **changes: Any) -> dict[Group, Counted]:
        """Rows of code, status and day, each an incident of its own unless `incident_id` says otherwise."""
        made = [
            {"key": f"A/{n}", "source": "A", "record_key": "US/1", "known_on": DAY, "code": code, "status": status}
            | {"event_date": date.fromisoformat(day) if day else None}
            | changes
            for n, (code, status, day) in enumerate(rows)
        ]
        frame = EVENT.conform(pl.from_dicts(made, schema_overrides={"event_date": pl.Date, "known_on": pl.Date}))
        factors = own_factors(frame, {"US/1": 0.8}, (DAY, Audience.GENERAL), POLICIES)
        return {one.group: one for one in disqualifications(factors)}

    return build


@pytest.mark.parametrize(
    ("code", "group", "periods"),
    [
        ("US-383-SER-01", Group.SERIOUS, ("none", "60 days", "120 days", "120 days")),
        ("US-383-RR-02", Group.RAILROAD, ("60 days", "120 days", "1 year", "1 year")),
        ("US-383-OOS-01", Group.OUT_OF_SERVICE, ("180 days to 1 year", "2 to 5 years", "3 to 5 years", "3 to 5 years")),
        ("US-383-MAJ-03", Group.MAJOR, ("1 year", "life, reinstatement", "life, no reinstatement", "life, no")),
        ("US-383-MAJ-09", Group.MAJOR_FELONY, ("life, never",) * 4),
    ],
)
def test_each_further_conviction_has_its_period(
    count: Count, code: str, group: Group, periods: tuple[str, ...]
) -> None:
    rows = [(code, "conviction", f"2026-0{month}-01") for month in range(1, 5)]
    for number, period in enumerate(periods, start=1):
        found = count(*rows[:number])
        assert list(found) == [group]
        assert found[group].offences == number
        assert found[group].period.startswith(period)


def test_any_of_the_group_counts_together_and_only_within_its_window(count: Count) -> None:
    old, late = ("US-383-SER-01", "conviction", "2021-01-01"), ("US-383-SER-09", "conviction", "2023-06-01")
    newest = ("US-383-SER-04", "conviction", "2026-05-01")
    found = count(old, late, newest)[Group.SERIOUS]
    assert (found.offences, found.earlier, found.period) == (2, 1, "60 days")
    assert found.days == ("2023-06-01", "2026-05-01")
    assert found.incidents == ("incident:A/1", "incident:A/2")
    assert found.confidence == 0.8


def test_one_incident_is_one_offence(count: Count) -> None:
    rows = [("US-383-SER-01", "conviction", "2026-05-01"), ("US-383-SER-02", "conviction", "2026-05-01")]
    assert count(*rows, incident_id="A/I")[Group.SERIOUS].offences == 1


def test_a_charge_is_no_conviction_and_one_taken_back_is_none_any_more(count: Count) -> None:
    assert count(("US-383-SER-01", "charge", "2026-05-01")) == {}
    rows = [("US-383-SER-01", "conviction", "2026-05-01"), ("US-383-SER-01", "acquittal", "2026-06-01")]
    assert count(*rows, incident_id="A/I") == {}


def test_what_has_no_day_is_in_no_window_and_is_told(count: Count) -> None:
    found = count(("US-383-SER-01", "conviction", None), ("US-383-SER-02", "conviction", "2026-05-01"))[Group.SERIOUS]
    assert (found.offences, found.undated, found.period) == (1, 1, "none")
    alone = count(("US-383-SER-01", "conviction", None))[Group.SERIOUS]
    assert (alone.offences, alone.undated) == (0, 1)
    assert alone.period not in RULES[2].periods


def test_every_code_of_the_rule_is_in_one_group(count: Count) -> None:
    codes = [code for code in POLICIES[0].codes if code.startswith("US-383-") and code != "US-383-IMH"]
    assert len(codes) == 28
    for code in codes:
        assert len(count((code, "conviction", "2026-05-01"))) == 1, code
