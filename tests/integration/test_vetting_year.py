"""A year of monthly loads with the true identities: every matter comes up in the load that brings it, once."""

from __future__ import annotations

import pytest

from benchmarks.vetting.__main__ import report
from benchmarks.vetting.year import Year, run_year
from fixtures.world import WorldSettings

PEOPLE = 600


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    return run_year(WorldSettings(PEOPLE, 7), tmp_path_factory.mktemp("year"), is_plain=True)


@pytest.mark.timeout(900)
def test_no_matter_is_missed_and_none_comes_up_that_is_not_new(year: Year) -> None:
    wrong = [(one.month, one.file, one.missed, one.extra) for one in year.loads if one.missed or one.extra]
    assert wrong == []
    assert sum(len(one.expected) for one in year.loads if one.month) > 100


def test_nothing_comes_up_twice(year: Year) -> None:
    assert year.twice == 0
    assert year.again == 0


def test_nobody_in_the_higher_linked_band_is_missed(year: Year) -> None:
    assert year.opened["linked_band"] > 3
    assert year.linked_missed == 0


def test_each_trigger_that_time_or_a_load_brings_was_seen(year: Year) -> None:
    assert {"own_event", "licence_withdrawn", "linked_band", "enrolment_expired", "coverage_expired"} <= set(
        year.opened
    )
    assert not {"merged", "split", "possible"} & set(year.opened)


def test_the_lag_is_shown_beside_the_five_years(year: Year) -> None:
    rows = {row["step"]: row for row in year.lag if row["trigger"] == "events of their own"}
    opened, renewal = rows["record received to review opened"], rows["event to five-year renewal"]
    assert opened["reviews"] > 10
    assert opened["p95"] <= 31
    assert renewal["median"] > 365
    assert any("record received to review opened" in line for line in report(year, "true"))
