"""The kernel against a slow obvious reference, the two ways to a score against each other, the worked example."""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.explain import risk_of
from graph.policy import TieRule
from graph.policy_file import load_policy
from graph.risk import score_all, score_one
from graph.testing.reference import Reference
from graph.testing.scored import CLOSE, batch, modest
from graph.testing.strategies import AS_OF, policies, worlds
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
shipped_or_crowded = policies(POLICY)
days = st.sampled_from([AS_OF, dt.date(2024, 6, 1), AS_OF + dt.timedelta(days=1), dt.date(2031, 1, 1)])
many = settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(worlds(), shipped_or_crowded, days)
def test_the_kernel_equals_the_reference_in_every_column(world, policy, day):
    reference = Reference(world.to_graph(), policy, day)
    for person, row in batch(world, policy, day).items():
        expected = reference.row(person)
        assert expected.keys() == row.keys()
        for column, value in row.items():
            if column.endswith("points"):
                assert value == pytest.approx(expected[column], abs=CLOSE), column
            elif isinstance(value, float):  # 0-100
                assert value == pytest.approx(expected[column], abs=100 * CLOSE), column
            else:
                assert value == expected[column], column


@modest
@given(worlds(), shipped_or_crowded, days)
def test_one_person_alone_scores_to_the_same_bits_as_all(world, policy, day):
    store = world.to_store()
    everyone = score_all(store, policy, day)
    for person in everyone["identity_id"]:
        row = everyone.filter(identity_id=person)
        assert score_one(store, policy, person, day).rows() == row.rows()
    assert score_all(store, policy, day, [person]).rows() == row.rows()


@modest
@given(worlds(), shipped_or_crowded, days)
def test_a_report_states_the_same_bits(world, policy, day):
    store = world.to_store()
    for person, row in batch(world, policy, day).items():
        report = risk_of(store, policy, person, day)
        stated = {
            "identity_id": report.identity_id,
            "score": report.score,
            "band": report.band,
            "own": report.own.score,
            "linked": report.linked.score,
            "linked_band": report.linked_band,
            "linked_with_possible": report.linked_with_possible,
            "own_points": report.own.points,
            "linked_points": report.linked.points,
            "as_of": report.as_of,
            "policy": report.policy,
        }
        assert stated == row


@modest
@given(worlds(), shipped_or_crowded)
def test_possible_links_only_ever_add(world, policy):
    confirmed = batch(replace(world, possible=()), policy)
    for person, row in batch(world, policy).items():
        assert row["linked_with_possible"] >= row["linked"]
        if person in confirmed:
            assert row["linked_points"] == confirmed[person]["linked_points"]


def test_the_worked_example():
    """A truck seizure a year old, three drivers, q .95: 0.199; through a carrier of sixty: 0.0055.

    By the example's own strengths, which are not those of the shipped policy.
    """
    day = dt.date(2025, 6, 30)
    severity = replace(POLICY.classes["smuggling"], severity=0.4)
    ties = {**POLICY.ties, "truck": TieRule(0.6, 7), "carrier": TieRule(0.2, 5)}
    policy = replace(POLICY, classes={**POLICY.classes, "smuggling": severity}, ties=ties)
    event = (Happening("x", "e", day),)
    known = {("d", 0): 0.95}
    for tie, people, expected in (("truck", 3, 0.199), ("carrier", 60, 0.0055)):
        held = tuple(Hold(p, tie, "t", day, day) for p in ["d", "x", *(f"y{n}" for n in range(people - 2))])
        world = World(held, event, confidences=known)
        frame = score_all(world.to_store(), policy, AS_OF)
        linked = frame.filter(pl.col("identity_id") == "d")["linked"].item() / 100
        assert linked == pytest.approx(expected, rel=0.01)
        assert Reference(world.to_graph(), policy, AS_OF).row("d")["linked"] / 100 == pytest.approx(expected, rel=0.01)
