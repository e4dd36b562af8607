"""The trace: every incident one factor, judged by what still stands, shown with all its records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from eligibility.matters import Audience, Trigger
from eligibility.own_factors import own_factors
from eligibility.policy import Consequence
from eligibility.policy_file import load_eligibility_policy
from eligibility.trace import Factor, FactorKind, items_shown, matter_factor, with_findings
from graph.policy_file import load_policy
from linkage.schema import EVENT

POLICIES = (load_eligibility_policy(), load_policy())
DAY = date(2026, 11, 1)
MINE = {"US/1": 0.97, "MX/1": 0.6}


def an_event(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "source": key.split("/", maxsplit=1)[0],
        "record_key": "US/1",
        "event_date": date(2026, 1, 5),
        "known_on": date(2026, 2, 1),
        "code": "US-FED-545",
        "status": "charge",
    } | changes


@pytest.fixture
def trace() -> Callable[..., list[Factor]]:
    def build(*rows: dict[str, Any], audience: Audience = Audience.GENERAL, day: date = DAY) -> list[Factor]:
        frame = EVENT.conform(pl.from_dicts(list(rows), schema_overrides={"event_date": pl.Date, "known_on": pl.Date}))
        return own_factors(frame, MINE, (day, audience), POLICIES)

    return build


def test_one_incident_is_one_factor_judged_by_what_stands(trace: Callable[..., list[Factor]]) -> None:
    charge = an_event("CBP/1", incident_id="CBP/I", quality="B")
    (factor,) = trace(charge, an_event("CBP/2", incident_id="CBP/I", status="conviction", event_date=date(2026, 5, 1)))
    assert (factor.factor, factor.kind, factor.must_resolve) == ("incident:CBP/I", FactorKind.OWN, True)
    assert [(item.event, item.standing) for item in factor.evidence] == [("CBP/2", "in_scope"), ("CBP/1", "replaced")]
    assert factor.evidence[1].quality == "B"
    assert factor.evidence[0].confidence == 0.97
    assert (factor.consequence, factor.level, factor.reason_codes) == (Consequence.DISCRETIONARY, 23.0, ("CUSTOMS",))


@pytest.mark.parametrize("status", ["acquittal", "dismissed", "expunged"])
def test_a_cleared_case_is_shown_and_stands_in_nobodys_way(trace: Callable[..., list[Factor]], status: str) -> None:
    rows = [an_event("CBP/1", incident_id="I"), an_event("CBP/2", incident_id="I", status=status)]
    (factor,) = trace(*rows)
    assert {item.standing for item in factor.evidence} == {"cleared"}
    assert (factor.must_resolve, factor.consequence, factor.reason_codes) == (False, Consequence.NONE, ())


def test_a_pardoned_conviction_still_counts(trace: Callable[..., list[Factor]]) -> None:
    rows = [an_event("C/1", incident_id="I", status="conviction"), an_event("C/2", incident_id="I", status="pardoned")]
    (factor,) = trace(*rows)
    assert factor.must_resolve


def test_look_back_is_that_of_the_ground(trace: Callable[..., list[Factor]]) -> None:
    old = date(2019, 1, 1)
    rows = [
        an_event("A/1", event_date=old),
        an_event("A/2", event_date=old, code="US-383-SER-01"),
        an_event("A/3", event_date=old, code="CA-PROV-SUSP", status="in_force"),
        an_event("A/4", event_date=old, code="CA-PROV-SUSP", status="in_force", incident_id="L"),
        an_event("A/5", event_date=date(2020, 1, 1), code="CA-PROV-SUSP", status="lifted", incident_id="L"),
    ]
    found = {factor.factor: (factor.must_resolve, factor.evidence[0].standing) for factor in trace(*rows)}
    assert found == {
        "incident:A/1": (True, "in_scope"),
        "incident:A/2": (False, "expired"),
        "incident:A/3": (True, "in_scope"),
        "incident:L": (False, "lifted"),
    }


def test_rows_that_never_disqualify_are_context(trace: Callable[..., list[Factor]]) -> None:
    factors = trace(an_event("A/1", code="LINK-SEIZE-T"), an_event("A/2", code="US-SMS-392.2LV"))
    assert [(factor.must_resolve, factor.level) for factor in factors] == [(False, 0.0), (False, 0.0)]
    assert [factor.points for factor in factors] == [None, 3.0]


def test_what_nobody_has_mapped_is_for_a_person(trace: Callable[..., list[Factor]]) -> None:
    (factor,) = trace(an_event("A/1", code=None, event_type="JAYWALKING"))
    assert (factor.must_resolve, factor.consequence, factor.reason_codes) == (True, Consequence.UNMAPPED, ())


def test_terrorism_is_shown_to_cleared_reviewers_alone(trace: Callable[..., list[Factor]]) -> None:
    rows = [an_event("A/1", incident_id="I"), an_event("A/2", incident_id="I", code="US-FAST-TERR", status="in_force")]
    (general,) = trace(*rows)
    assert [item.code for item in general.evidence] == ["US-FED-545"]
    cleared = {factor.factor: factor.evidence[0].code for factor in trace(*rows, audience=Audience.CLEARED)}
    assert cleared == {"incident:I": "US-FED-545", "cleared:incident:I": "US-FAST-TERR"}


def test_what_was_shown_names_incidents_and_their_grounds(trace: Callable[..., list[Factor]]) -> None:
    rows = [
        an_event("A/1", incident_id="I", code="US-FED-545", status="arrest"),
        an_event("A/2", incident_id="I", code="US-FED-1001", status="charge"),
        an_event("A/3", code="LINK-SEAL"),
    ]
    expected = [("incident:I", 22.0), ("incident:I#US-FED-1001", 22.0), ("incident:I#US-FED-545", 21.0)]
    assert items_shown(trace(*rows)) == expected


def test_only_what_was_known_that_day_and_is_theirs(trace: Callable[..., list[Factor]]) -> None:
    rows = [an_event("A/1"), an_event("A/2", known_on=date(2026, 6, 1)), an_event("A/3", record_key="US/2")]
    assert [factor.factor for factor in trace(*rows, day=date(2026, 3, 1))] == ["incident:A/1"]
    assert [factor.factor for factor in trace(*rows, day=date(2026, 1, 1))] == []


def test_a_finding_at_a_lower_level_resolves_nothing() -> None:
    factor = matter_factor("coverage:MX", Trigger.COVERAGE_EXPIRED, "answers went stale", [("stale:MX", 2.0)])
    low = {"factor": "coverage:MX", "level": 1.0, "finding": "noted", "items": [["stale:MX", 1.0]]}
    high = {"factor": "coverage:MX", "level": 2.0, "finding": "confirmed", "items": [["stale:MX", 2.0]]}
    assert not with_findings([factor], [low])[0].is_resolved
    (resolved,) = with_findings([factor], [low, high])
    assert resolved.is_resolved
    assert resolved.finding is not None
    assert resolved.finding["finding"] == "confirmed"


def test_a_crossed_band_is_a_figure() -> None:
    assert matter_factor("linked_band", Trigger.LINKED_BAND, "crossed", [("linked_band", 1.0)]).kind is FactorKind.SCORE


@pytest.mark.parametrize("code", sorted(code for code, g in POLICIES[0].codes.items() if g.opens_review))
def test_every_ground_that_can_open_a_review_must_be_resolved(trace: Callable[..., list[Factor]], code: str) -> None:
    (factor,) = trace(an_event("A/1", code=code, status=None), audience=Audience.CLEARED)
    assert factor.must_resolve
    assert factor.reason_codes == (POLICIES[0].codes[code].reason_code,)
