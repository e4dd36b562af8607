import datetime as dt

import pytest

from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.risk import score_all
from graph.testing.worlds import Happening, World

POLICY = load_policy()
AS_OF = dt.date(2026, 6, 30)
SMUGGLING, LESSER, TRAFFIC = "US-FED-952", "US-FED-1592", "US-SMS-392.2-SLLS2"


def own(*events: Happening, as_of: dt.date = AS_OF) -> float:
    return score_all(World(events=events).to_store(), POLICY, as_of)["own_points"].item()


def event(name: str, year: int, status: str | None = None, code: str | None = SMUGGLING, **more) -> Happening:
    more = {"incident": "i"} | more
    return Happening("d", name, dt.date(year, 1, 1), code, status=status, **more)


def test_a_conviction_replaces_its_charge_and_is_not_added():
    charge, conviction = event("a", 2024, "charge"), event("b", 2025, "conviction")
    assert own(charge, conviction) == own(conviction) > own(charge)


@pytest.mark.parametrize("status", ["acquittal", "dismissed", "expunged"])
def test_a_cleared_case_counts_nothing(status):
    assert own(event("a", 2024, "charge"), event("b", 2025, status)) == 0
    assert own(event("a", 2024), event("b", 2025, status, code=None)) == 0


def test_a_disposition_of_one_offence_leaves_the_other():
    charges = event("a", 2024, "charge"), event("b", 2024, "charge", LESSER)
    assert own(*charges, event("c", 2025, "dismissed")) == own(charges[1]) > 0


def test_a_lesser_conviction_replaces_the_whole_case():
    assert own(event("a", 2024, "charge"), event("b", 2025, "conviction", LESSER)) == own(
        event("b", 2025, "conviction", LESSER)
    )


def test_a_conviction_that_names_no_offence_is_one_of_the_charge():
    assert own(event("a", 2024, "charge"), event("b", 2025, "conviction", None)) > own(event("a", 2024, "charge"))


def test_a_pardon_neither_erases_nor_makes_younger():
    conviction = event("a", 2022, "conviction")
    assert own(conviction, event("b", 2025, "pardoned")) == own(conviction) > 0


def test_a_status_in_force_does_not_fade_until_lifted():
    warrant = event("a", 2015, "in_force", "US-FAST-WARR")
    fresh = event("a", 2026, None, LESSER, incident=None)
    assert own(warrant) == pytest.approx(own(fresh, as_of=dt.date(2026, 1, 1)))
    assert own(warrant, event("b", 2025, "lifted", "US-FAST-WARR")) == 0
    assert own(event("a", 2015, None, "US-FAST-WARR")) == own(warrant)  # the table says it counts while it holds


def test_lifting_a_suspension_leaves_the_conviction():
    conviction = event("a", 2024, "conviction")
    suspension = event("b", 2024, "in_force", "CA-PROV-SUSP")
    assert own(conviction, suspension, event("c", 2025, "lifted", "CA-PROV-SUSP")) == own(conviction) > 0


def test_a_disposition_counts_from_the_day_it_was_known():
    late = event("b", 2025, "acquittal", known_on=dt.date(2026, 7, 1))
    assert own(event("a", 2024, "charge"), late) > 0
    assert own(event("a", 2024, "charge"), late, as_of=dt.date(2026, 7, 1)) == 0


def test_past_the_look_back_nothing_counts():
    assert own(event("a", 2022, None, TRAFFIC)) == 0
    assert own(event("a", 2024, None, TRAFFIC)) > 0


def test_the_most_serious_of_an_incident_counts_once():
    assert own(event("a", 2025), event("b", 2025, None, TRAFFIC)) == own(event("a", 2025))


def test_an_unmapped_event_is_listed_and_carries_nothing():
    report = risk_of(World(events=(event("a", 2025, code=None),)).to_store(), POLICY, "d", AS_OF)
    assert report.own.points == 0
    assert report.own_events == ["a"]
    assert report.own_event_details[0]["standing"] == "unmapped"
    assert report.own_event_details[0]["category"] == "UNMAPPED"


def test_type_and_severity_are_mapped_where_the_policy_says_so():
    strong = event("a", 2025, code=None, event_type="Customs violation", severity=9.0)
    weak = event("a", 2025, code=None, event_type="CUSTOMS_VIOLATION", severity=5.0)
    assert own(strong) > own(weak) > 0


def test_an_event_that_has_not_happened_is_not_known():
    assert own(event("a", 2027), as_of=AS_OF) == 0


def test_a_conviction_keeps_the_ties_of_the_day_it_is_about():
    from graph.testing.worlds import Hold

    day = dt.date(2024, 1, 1)
    held = (Hold("p", "truck", "t", day, day), Hold("d", "truck", "t", day, day))
    both = World(held, (event("a", 2024, "charge"), event("b", 2026, "conviction")))
    alone = World(held, (event("b", 2026, "conviction"),))
    linked = [score_all(w.to_store(), POLICY, AS_OF).filter(identity_id="p")["linked"].item() for w in (both, alone)]
    two_years = 2 ** (2 / POLICY.limits.distance_half_life_years)
    assert linked[0] == pytest.approx(two_years * linked[1], rel=0.01)
