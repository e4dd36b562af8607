"""A basis brought on by a change, and those it reaches scored: the table that scoring everybody gives, bit for bit."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.advance import Advance, advance
from graph.basis import Basis
from graph.evidence import read_everyone
from graph.incidents import judge
from graph.policy_file import load_policy
from graph.project import ProjectedGraph, change
from graph.risk import score_all, score_basis, score_some
from graph.schema import NodeKind
from graph.testing.memory import MemoryStore
from graph.testing.strategies import AS_OF, PEOPLE, happenings, holds, policies, worlds
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
TIGHT = replace(POLICY, limits=replace(POLICY.limits, hub_degree=3))  # so that things pass the limit all the time
thorough = settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


def table(world: World, policy=POLICY, as_of: dt.date = AS_OF) -> dict[str, tuple]:
    return {row[0]: row for row in score_all(world.to_store(), policy, as_of).iter_rows()}


def basis_of(world: World, policy=POLICY, as_of: dt.date = AS_OF) -> Basis:
    evidence = read_everyone(world.to_store(), policy, as_of)
    return Basis.of(evidence, judge(evidence.events, policy, as_of), policy.name)


def advanced(before: World, after: World, policy=POLICY, as_of: dt.date = AS_OF) -> Advance:
    moved = change(before.to_graph(), after.to_graph())
    return advance(basis_of(before, policy, as_of), moved, ProjectedGraph(after.to_graph()), policy)


def patched(before: World, after: World, policy=POLICY, as_of: dt.date = AS_OF) -> dict[str, tuple]:
    """The table before, with the rows of those who are reached worked out anew from the basis after."""
    found = advanced(before, after, policy, as_of)
    old = table(before, policy, as_of)
    there = after.to_graph().nodes.filter(kind=NodeKind.IDENTITY.value)["key"].to_list()
    ids = found.basis.people.to_list()
    fresh = [ids.index(person) for person in there if person not in old]
    asked = pl.Series("only", sorted({*found.reached, *fresh}), pl.UInt32)
    new = {row[0]: row for row in score_basis(found.basis, policy, asked).iter_rows()}
    return {person: new.get(person) or old[person] for person in there}


def reached(before: World, after: World) -> list[str]:
    found = advanced(before, after)
    return sorted(found.basis.people.gather(found.reached))


@thorough
@given(worlds(), worlds())
def test_any_change_of_the_world(before, after):
    assert patched(before, after) == table(after)
    assert patched(before, after, TIGHT) == table(after, TIGHT)


@thorough
@given(worlds(), st.lists(holds() | happenings("new"), max_size=3), st.integers(0, 13), st.booleans())
def test_a_little_more_and_a_little_less(world, new, left_out, is_tight):
    policy = TIGHT if is_tight else POLICY
    after = world.adding(*new)
    after = replace(after, holds=tuple(h for n, h in enumerate(after.holds) if n != left_out))
    assert patched(world, after, policy) == table(after, policy)


@thorough
@given(worlds(), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.dates(dt.date(2019, 1, 1), dt.date(2026, 1, 1)))
def test_links_successions_and_facts_of_the_past(world, a, b, day):
    policy = TIGHT
    linked = replace(world, possible=((min(a, b), max(a, b), 0.6),) if a != b else (), successions=(("c0", "c3", 0.9),))
    assert patched(world, linked, policy) == table(linked, policy)
    known = replace(world, holds=tuple(replace(h, known_on=day) for h in world.holds))
    assert patched(known, linked, policy, day) == table(linked, policy, day)


@thorough
@given(st.lists(worlds(), min_size=3, max_size=4), policies(POLICY))
def test_one_change_after_another(history, policy):
    basis = basis_of(history[0], policy)
    for before, after in pairwise(history):
        moved = change(before.to_graph(), after.to_graph())
        basis = advance(basis, moved, ProjectedGraph(after.to_graph()), policy).basis
        expected = table(after, policy)
        ids = basis.people.to_list()
        asked = pl.Series("only", [ids.index(person) for person in expected], pl.UInt32)
        assert {row[0]: row for row in score_basis(basis, policy, asked).iter_rows()} == expected


def test_what_cannot_be_reached_is_not_scored_again():
    day = dt.date(2025, 1, 1)
    near = World(
        (Hold("p", "truck", "t", day, day), Hold("x", "truck", "t", day, day), Hold("far", "truck", "u", day, day)),
        (Happening("x", "e", day),),
    )
    after = near.adding(Hold("new", "truck", "t", day, day), Hold("far", "phone", "nobody else's"))
    assert reached(near, after) == ["far", "new", "p", "x"]
    quiet = World(near.holds)
    assert reached(quiet, quiet.adding(Hold("new", "truck", "t", day, day))) == ["new"]


def test_a_hub_that_was_one_and_is_one_reaches_nobody_else():
    crowd = tuple(Hold(f"h{n:03}", "home", "yard") for n in range(70))
    before = World(crowd, (Happening("h000", "e", dt.date(2026, 1, 1)),))
    assert reached(before, before.adding(Hold("new", "home", "yard"))) == ["new"]


@thorough
@given(worlds(), st.sets(st.sampled_from(PEOPLE), min_size=1))
def test_some_are_scored_as_all_are_on_every_reader(world, people):
    everybody = table(world)
    asked = sorted(people & set(everybody))
    graph = ProjectedGraph(world.to_graph())
    for reader in (graph, MemoryStore(world.to_graph())):
        found = score_some(reader, POLICY, asked, AS_OF)
        assert found.rows() == [everybody[person] for person in asked]
    assert isinstance(found, pl.DataFrame)
