"""The same facts told of people of other names, countries and citizenships score the same, to the last bit."""

from pathlib import Path

import pytest

from benchmarks.risk_lift.cut import Outcomes, make_world
from benchmarks.risk_lift.fairness import NEXT_COUNTRY, told_of_others
from benchmarks.risk_lift.known import (
    Facts,
    find_identities,
    graph_of,
    read_facts,
    true_identities,
)
from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.risk import score_all
from graph.testing.memory import MemoryStore
from linkage.schema import Kind

POLICY = load_policy()


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Facts, Outcomes, object]:
    folder: Path = tmp_path_factory.mktemp("world")
    world, day, outcomes = make_world(900, 11, folder)
    return read_facts(world, day), outcomes, day


def test_everybody_is_told_of_somebody_else(known):
    facts, _, _ = known
    told = told_of_others(facts)
    before, after = facts[Kind.PERSON], told[Kind.PERSON]
    for name in ("name_given", "name_surname", "birth_date", "curp", "licence"):
        given = before[name].is_not_null() & after[name].is_not_null()
        assert (before[name] != after[name]).filter(given).mean() > 0.5, name
    named = before["country"].is_in(list(NEXT_COUNTRY))
    assert named.any()
    assert not (before["country"] == after["country"]).filter(named).any()
    assert (facts[Kind.ENROLMENT]["citizenship"] != told[Kind.ENROLMENT]["citizenship"]).all()
    for name in ("key", "phone", "address_key", "known_on"):
        assert before[name].equals(after[name]), name


@pytest.mark.parametrize("who", ["found", "true"])
def test_names_countries_and_citizenship_change_no_bit_of_a_score(known, who):
    facts, outcomes, day = known
    persons = facts[Kind.PERSON]
    identities = find_identities(persons) if who == "found" else true_identities(persons, outcomes.persons)
    before = score_all(graph_of(facts, identities), POLICY, day)
    after = score_all(graph_of(told_of_others(facts), identities), POLICY, day)
    assert (before["linked_points"] > 0).sum() > 100
    assert (before["own_points"] > 0).sum() > 100
    assert before.rows() == after.rows()


def test_an_explanation_says_the_same_of_both(known):
    facts, outcomes, day = known
    identities = true_identities(facts[Kind.PERSON], outcomes.persons)
    stores = [MemoryStore(graph_of(told, identities).held) for told in (facts, told_of_others(facts))]
    scores = score_all(stores[0], POLICY, day)
    for person in scores.sort("linked_points", descending=True)["identity_id"][:3]:
        one, other = (risk_of(store, POLICY, person, day) for store in stores)
        assert one.linked.points == other.linked.points > 0
        items = [
            [(item.incident, item.associate, item.points, item.records) for item in told.linked.contributions]
            for told in (one, other)
        ]
        assert items[0] == items[1]
