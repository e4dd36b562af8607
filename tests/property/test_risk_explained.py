"""Invariant 9: what is listed adds up to the score, names what it rests on, and can be taken away piece by piece."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.testing.scored import batch, both, incident_of, modest, with_everybody
from graph.testing.strategies import AS_OF, PEOPLE, policies, worlds

POLICY = load_policy()
shipped_or_crowded = policies(POLICY)


@modest
@given(worlds(), shipped_or_crowded)
def test_9_the_explanation_adds_up_and_names_its_records(world, policy):
    """To what either way to a score gives: a report states those bits."""
    store = world.to_store()
    rows = batch(world, policy)
    for person in world.people():
        report = risk_of(store, policy, person, AS_OF)
        for part, points in ((report.own, "own_points"), (report.linked, "linked_points")):
            assert math.fsum(item.points for item in part.contributions) == pytest.approx(part.points, abs=1e-9)
            assert part.points == rows[person][points]
            for item in part.contributions:
                assert item.records
                assert item.event
                assert item.sentence.endswith("points.")
                assert item.points == pytest.approx(-math.log1p(-item.strength), abs=1e-12)
        for item in report.linked.contributions:
            ways = math.prod(1 - tie.strength for tie in item.ties)
            assert item.association == pytest.approx(min(0.8, 1 - ways), abs=1e-12)
            weight = item.factors["s"] * item.factors["decay"]
            assert item.strength == pytest.approx(min(0.5, item.association * weight), abs=1e-12)
            for tie in item.ties:
                names = ("r", "hub", "gap", "distance", "q")
                assert tie.strength == pytest.approx(math.prod(tie.factors[n] for n in names), abs=1e-12)
                assert tie.factors["hub"] == pytest.approx(min(1, tie.factors["k0"] / tie.people), abs=1e-12)
                assert tie.route[0].key == person
                assert tie.route[-2].key == item.associate
                assert tie.route[-1].key == item.event
        assert {item.associate for item in report.linked.contributions} <= {a["identity_id"] for a in report.associates}


@both
@modest
@given(worlds(), shipped_or_crowded, st.sampled_from(PEOPLE))
def test_9_leaving_an_incident_out_drops_exactly_its_points(scores, world, policy, person):
    world = with_everybody(world)
    report = risk_of(world.to_store(), policy, person, AS_OF)
    for part, points in ((report.linked, "linked_points"), (report.own, "own_points")):
        for item in part.contributions[:2]:
            left = tuple(e for e in world.events if incident_of(e) != item.incident)
            without = scores(replace(world, events=left), policy)[person][points]
            assert without == pytest.approx(part.points - item.points, abs=1e-9)
