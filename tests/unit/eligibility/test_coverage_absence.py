from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from eligibility.coverage_absence import FullDump, Presence, evidence_of_absence
from linkage.schema import EVENT, PERSON, SCORED_PAIR
from linkage.sources.declared import Completeness, Population

DAY = dt.date(2026, 6, 1)
AS_OF = dt.date(2026, 6, 30)


def dump(people: Population, **changes) -> FullDump:
    claim = Completeness(record_type="criminal", people=people, jurisdictions=changes.pop("jurisdictions", ()))
    return replace(FullDump(7, "mx-list", DAY, "MX", ("MXL",), (claim,), "basis"), **changes)


def persons(*rows: tuple[str, str | None, bool]) -> pl.DataFrame:
    return PERSON.conform(
        pl.DataFrame(
            {
                "key": [key for key, _, _ in rows],
                "source": [key.split("/")[0] for key, _, _ in rows],
                "licence_jurisdiction": pl.Series([code for _, code, _ in rows], dtype=pl.String),
                "is_derogatory": [against for _, _, against in rows],
            }
        )
    )


PEOPLE = persons(
    ("US/a", "TX", False),
    ("US/b", "FED", False),
    ("MXL/b", None, False),
    ("US/c", "FED", False),
    ("MXL/c", None, True),
    ("US/d", "ON", False),
)
MEMBERS = pl.DataFrame({"record_key": PEOPLE["key"], "identity_id": [key[-1].upper() for key in PEOPLE["key"]]})
PRESENCE = Presence(MEMBERS, PEOPLE)


def told(found: pl.DataFrame) -> dict[str, str]:
    return dict(found.join(MEMBERS, on="record_key").select("identity_id", "result").rows())


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (Population.HELD, {"B": "clear", "C": "derogatory"}),
        (Population.LICENSED, {"B": "clear", "C": "derogatory"}),
        (Population.EVERYBODY, {"A": "clear", "B": "clear", "C": "derogatory", "D": "clear"}),
    ],
)
def test_absence_is_clear_for_those_the_source_knows_in_full_and_for_nobody_else(people, expected):
    found = evidence_of_absence([dump(people)], PRESENCE, AS_OF)
    assert told(found) == expected
    row = found.filter(pl.col("result") == "clear").to_dicts()[0]
    assert (row["key"], row["checked_on"], row["known_on"], row["legal_basis"]) == ("load:7", DAY, DAY, "basis")


def test_a_source_that_declares_nothing_proves_nothing():
    assert evidence_of_absence([replace(dump(Population.HELD), complete_for=())], PRESENCE, AS_OF).is_empty()


def test_only_holders_of_the_licences_it_names_are_known_to_it():
    found = evidence_of_absence([dump(Population.LICENSED, country="US", jurisdictions=("TX",))], PRESENCE, AS_OF)
    assert told(found) == {"A": "clear", "C": "derogatory"}


def test_who_may_be_somebody_in_it_is_not_clear():
    pair = {"record_l": "MXL/c", "record_r": "US/a", "match_weight": 5.0, "match_probability": 0.6}
    doubtful = replace(PRESENCE, possible=SCORED_PAIR.conform(pl.DataFrame([pair])))
    assert "A" not in told(evidence_of_absence([dump(Population.EVERYBODY)], doubtful, AS_OF))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [(["charge"], "derogatory"), (["charge", "acquittal"], "clear"), (["conviction", "pardoned"], "derogatory")],
)
def test_an_event_in_it_speaks_against_a_driver_until_the_case_ends_well(statuses, expected):
    assert with_events(*({"status": status} for status in statuses))["D"] == expected


def with_events(*rows: dict[str, object], people: Population = Population.EVERYBODY, **changes) -> dict[str, str]:
    plain = {"source": "MXL", "record_key": "US/d", "incident_id": "MXL/1", "event_date": DAY}
    events = pl.DataFrame([plain | {"key": f"MXL/e{n}"} | row for n, row in enumerate(rows)])
    presence = replace(PRESENCE, events=EVENT.conform(events), cleared_codes=frozenset({"US-FAST-TERR"}))
    return told(evidence_of_absence([dump(people, **changes)], presence, AS_OF))


def test_the_end_of_one_persons_case_says_nothing_of_another_in_the_same_incident():
    charged, acquitted = {"status": "charge"}, {"status": "acquittal", "record_key": "US/a"}
    found = with_events(charged, charged | {"record_key": "US/a"}, acquitted)
    assert (found["A"], found["D"]) == ("clear", "derogatory")


def test_an_outcome_ends_its_own_ground_and_only_what_came_before():
    smuggling, weapons = {"code": "US-FED-545"}, {"code": "US-FED-924"}
    acquitted = smuggling | {"status": "acquittal"}
    assert with_events(smuggling | {"status": "charge"}, weapons | {"status": "charge"}, acquitted)["D"] == "derogatory"
    later = smuggling | {"status": "conviction", "event_date": DAY + dt.timedelta(days=9)}
    assert with_events(smuggling | {"status": "charge"}, acquitted, later)["D"] == "derogatory"
    assert with_events(smuggling | {"status": "charge"}, {"status": "dismissed"})["D"] == "clear"


def test_an_acquittal_that_names_no_incident_is_nothing_against_anybody():
    assert with_events({"status": "acquittal", "incident_id": None})["D"] == "clear"


def test_of_whom_only_the_cleared_may_know_nothing_is_told_neither_way():
    listed = {"code": "US-FAST-TERR", "status": "in_force", "incident_id": None}
    assert "D" not in with_events(listed)
    assert "C" not in with_events(listed | {"record_key": "MXL/c"})  # a record of a derogatory source
    assert with_events(listed, {"status": "charge"})["D"] == "derogatory"


def test_a_dump_with_rejected_rows_clears_nobody():
    assert with_events({"status": "charge"}, is_whole=False) == {"C": "derogatory", "D": "derogatory"}


def test_the_newest_dump_of_the_day_counts():
    later = dump(Population.EVERYBODY, load_id=9, day=AS_OF)
    both = [dump(Population.EVERYBODY), later]
    assert set(evidence_of_absence(both, PRESENCE, AS_OF)["key"]) == {"load:9"}
    assert set(evidence_of_absence(both, PRESENCE, AS_OF - dt.timedelta(days=1))["key"]) == {"load:7"}
    assert evidence_of_absence(both, PRESENCE, DAY - dt.timedelta(days=1)).is_empty()
