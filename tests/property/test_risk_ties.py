"""Invariants 2, 3, 5, 8 and 12: who is tied to whom, and how strongly, by either way to a score."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.testing.memory import MemoryStore
from graph.testing.scored import CLOSE, FIGURES, both, incident_of, known, modest, with_everybody
from graph.testing.strategies import AS_OF, PEOPLE, RECORDS, days, happenings, holds, policies, worlds
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
shipped_or_crowded = policies(POLICY)
DAY = dt.date(2026, 1, 1)
few = settings(modest, max_examples=6)


@both
@modest
@given(worlds(), worlds(), shipped_or_crowded, st.randoms(use_true_random=False))
def test_2_what_cannot_be_reached_changes_no_bit(scores, world, other, policy, shuffler):
    """The strangers' ids stand between those of the world."""
    far = World(
        tuple(replace(h, person=f"{h.person}x", thing=f"{h.thing}x") for h in other.holds),
        tuple(
            replace(e, person=f"{e.person}x", event=f"{e.event}x", incident=e.incident and f"{e.incident}x")
            for e in other.events
        ),
        tuple((f"{young}x", f"{old}x", p) for young, old, p in other.successions),
        tuple((f"{a}x", f"{b}x", p) for a, b, p in other.possible),
    )
    together = replace(
        world,
        holds=far.holds + world.holds,
        events=far.events + world.events,
        successions=far.successions + world.successions,
        possible=far.possible + world.possible,
    ).to_graph()
    order = list(range(together.edges.height))
    shuffler.shuffle(order)
    after = scores(MemoryStore(replace(together, edges=together.edges[order])), policy)
    for person, row in scores(world, policy).items():
        assert after[person] == row


@both
@modest
@given(worlds(with_possible=False), holds(), happenings("new"), shipped_or_crowded)
def test_2_what_lies_two_people_away_changes_no_bit(scores, world, hold, event, policy):
    """A hold on a thing that the driver is not on, and an event of somebody who shares nothing with them."""
    world = with_everybody(replace(world, successions=()))
    before = scores(world, policy)
    added, told = scores(world.adding(hold), policy), scores(world.adding(event), policy)
    for person in before:
        mine = {h.thing for h in world.holds if h.person == person}
        if person != hold.person and hold.thing not in mine:
            assert added[person] == before[person]
        if person != event.person and mine.isdisjoint(h.thing for h in world.holds if h.person == event.person):
            assert told[person] == before[person]


@both
@modest
@given(worlds(), holds(), st.integers(1, 70), shipped_or_crowded)
def test_3_more_people_on_a_thing_never_raise_what_comes_through_it(scores, world, hold, size, policy):
    crowd = [replace(hold, person=f"z{n}") for n in range(size)]
    before, after = scores(world, policy), scores(world.adding(*crowd), policy)
    for person, row in before.items():
        for figure in FIGURES:
            assert after[person][figure] <= row[figure] + CLOSE


@both
@pytest.mark.parametrize("tie", ["truck", "carrier", "successor", "phone", "home"])
def test_3_past_the_full_degree_they_lower_it_and_past_the_limit_end_it(scores, tie):
    kind = "carrier" if tie == "successor" else tie
    full = int(POLICY.ties[tie].full_degree)

    def linked(size: int) -> float:
        people = [Hold(f"x{n}", kind, "t", DAY, DAY) for n in range(size - 1)]
        mine = Hold("d", kind, "t1" if tie == "successor" else "t", DAY, DAY)
        world = World((mine, *people), (Happening("x0", "e", DAY),), (("t1", "t", 1.0),) if tie == "successor" else ())
        return scores(world, POLICY)["d"]["linked_points"]

    assert linked(full) == linked(3) > linked(full + 1) > linked(POLICY.limits.hub_degree) > 0
    assert linked(POLICY.limits.hub_degree + 1) == 0


@both
@modest
@given(worlds(), shipped_or_crowded)
def test_5_stored_twice_or_the_other_way_round_is_the_same(scores, world, policy):
    """Successions, possible links, and each hold told by one more record of the person that is as sure."""
    before = scores(world, policy)
    turned = tuple((old, young, p) for young, old, p in world.successions)
    sure = {(who, 10 + number): p for (who, number), p in world.confidences.items()}
    told = tuple(replace(hold, record=10 + hold.record) for hold in world.holds)
    graph = world.to_graph()
    is_pair = pl.col("kind") == "POSSIBLY_SAME"
    other_way = graph.edges.filter(is_pair).with_columns(src="dst", dst="src")
    again = replace(world, holds=world.holds + told, confidences=world.confidences | sure)
    for after in (
        replace(again, successions=turned),
        replace(again, successions=world.successions + turned),
        MemoryStore(replace(graph, edges=pl.concat([graph.edges, other_way]))),
        MemoryStore(replace(graph, edges=pl.concat([graph.edges.filter(~is_pair), other_way]))),
    ):
        rows = scores(after, policy)
        assert all(rows[person] == row for person, row in before.items())


@both
@modest
@given(worlds(), shipped_or_crowded, st.sampled_from(PEOPLE))
def test_5_no_incident_with_an_own_event_comes_back(scores, world, policy, person):
    """So that what others did in such an incident is nothing to the person."""
    world = with_everybody(known(world, AS_OF))
    own = {incident_of(event) for event in world.events if event.person == person}
    left = tuple(e for e in world.events if e.person == person or incident_of(e) not in own)
    before, after = scores(world, policy)[person], scores(replace(world, events=left), policy)[person]
    assert before == after
    report = risk_of(world.to_store(), policy, person, AS_OF)
    assert own.isdisjoint(item.incident for item in report.linked.contributions)
    assert own.isdisjoint(item["incident"] for item in report.possible)


@both
@modest
@given(worlds(), happenings("only"), shipped_or_crowded, st.sampled_from(PEOPLE))
def test_8_no_route_says_more_than_the_event_as_an_own_one(scores, world, event, policy, person):
    assume(person != event.person)
    sure = {(person, 9): world.confidences.get((event.person, event.record), 1.0)}
    world = with_everybody(replace(world, possible=(), confidences=world.confidences | sure))
    others = scores(replace(world, events=(event,)), policy)[person]
    own = scores(replace(world, events=(replace(event, person=person, record=9),)), policy)[person]
    assert others["linked_points"] <= own["own_points"] + CLOSE
    assert others["linked"] <= 100 * policy.limits.strength + CLOSE


@both
@few
@given(st.lists(st.sampled_from([1.0, 0.8, 0.5]), min_size=6, max_size=6), st.integers(0, 3), days, shipped_or_crowded)
def test_8_each_further_carrier_in_a_succession_weakens(scores, probabilities, others, day, policy):
    """d stands at the start of a chain of carriers and x on each of it in turn; a ring is no way around it."""
    event = (Happening("x", "e", day),)
    chain = tuple((f"c{n + 1}", f"c{n}", p) for n, p in enumerate(probabilities))

    def linked(number: int, successions: tuple[tuple[str, str, float], ...]) -> float:
        crowd = tuple(Hold(f"z{n}", "carrier", "c0", day, day) for n in range(others))
        held = (Hold("d", "carrier", "c0", day, day), Hold("x", "carrier", f"c{number}", day, day), *crowd)
        return scores(World(held, event, successions), policy)["d"]["linked_points"]

    found = [linked(number, chain) for number in range(6)]
    counting = POLICY.limits.succession_steps + 1
    assert all(nearer >= farther for nearer, farther in pairwise(found))
    assert all(nearer > farther for nearer, farther in pairwise(found[:counting]) if nearer)
    assert not any(found[counting:])
    assert linked(5, (*chain[:5], ("c0", "c5", probabilities[5]))) == linked(1, (("c1", "c0", probabilities[5]),))


@both
@modest
@given(holds(), holds(), days, st.integers(1, 2000), st.integers(0, 2000), shipped_or_crowded)
def test_8_the_later_a_driver_came_the_weaker_the_tie(scores, one, other, day, late, later, policy):
    """Once past the event and the other's own time on the thing."""
    x = replace(other, person="x", tie="truck", thing="t", first=day, last=other.last or day)
    past = max(day, x.last or day)

    def linked(after: int) -> float:
        first = past + dt.timedelta(days=after)
        held = (replace(one, person="d", tie="truck", thing="t", first=first, last=first), x)
        row = scores(World(held, (Happening("x", "e", day, known_on=day),)), policy, dt.date(2040, 1, 1))["d"]
        return float(row["linked_points"])

    assert linked(late) >= linked(late + later)


@both
@modest
@given(
    worlds(),
    shipped_or_crowded,
    st.sampled_from(PEOPLE),
    st.sampled_from(RECORDS),
    st.sampled_from([0.9, 0.6, 0.45, 0.05]),
    st.sampled_from(["record", "record", "possible link", "succession"]),
)
def test_12_less_confidence_never_raises(scores, world, policy, person, record, confidence, of):
    if of == "record":
        held = world.confidences.get((person, record), 1.0)
        less = replace(world, confidences=world.confidences | {(person, record): min(held, confidence)})
    elif of == "possible link":
        less = replace(world, possible=tuple((a, b, p * confidence) for a, b, p in world.possible))
    else:
        less = replace(world, successions=tuple((a, b, p * confidence) for a, b, p in world.successions))
    before, after = scores(world, policy), scores(less, policy)
    for who, row in before.items():
        for figure in FIGURES:
            assert after[who][figure] <= row[figure] + CLOSE


@both
@modest
@given(worlds(), shipped_or_crowded, st.sampled_from(PEOPLE), st.sampled_from([0.49, 0.2]))
def test_12_below_the_threshold_it_counts_nothing_and_is_listed_as_possible(scores, world, policy, person, confidence):
    world = with_everybody(world)
    unsure = {(person, number): confidence for number in RECORDS}
    doubted = replace(world, confidences=world.confidences | unsure)
    before = risk_of(world.to_store(), policy, person, AS_OF)
    row = scores(doubted, policy)[person]
    assert (row["own_points"], row["linked_points"], row["score"]) == (0, 0, 0)
    assert (row["linked_with_possible"] > 0) >= (before.linked.points > 0)
    after = risk_of(doubted.to_store(), policy, person, AS_OF)
    assert {item["incident"] for item in after.possible} >= {c.incident for c in before.linked.contributions}
    assert after.own_events == before.own_events
