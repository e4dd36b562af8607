"""The invariants every score must pass, on random small worlds, and the kernel against a slow obvious reference."""

import datetime as dt
import math
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.risk import score_all, score_one
from graph.testing.memory import MemoryStore
from graph.testing.reference import Reference
from graph.testing.strategies import AS_OF, PEOPLE, happenings, holds, worlds
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
modest = settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CLOSE = 1e-12


def scores(world: World, as_of: dt.date = AS_OF) -> dict[str, dict]:
    frame = score_all(world.to_store(), POLICY, as_of)
    return {row["identity_id"]: row for row in frame.iter_rows(named=True)}


def with_everybody(world: World) -> World:
    """Everybody is there from the start, so that adding an event adds no person."""
    return world.adding(*(Hold(person, "phone", f"own-{person}") for person in PEOPLE))


@modest
@given(worlds(with_possible=False))
def test_kernel_equals_the_reference(world):
    reference = Reference(world.to_graph(), POLICY, AS_OF)
    for person, row in scores(world).items():
        assert row["linked_points"] == pytest.approx(math.fsum(reference.linked(person).values()), abs=1e-12)


@modest
@given(worlds())
def test_one_person_alone_scores_to_the_same_bits_as_all(world):
    store = world.to_store()
    everyone = score_all(store, POLICY, AS_OF)
    for person in everyone["identity_id"]:
        assert score_one(store, POLICY, person, AS_OF).rows() == everyone.filter(identity_id=person).rows()
        assert score_all(store, POLICY, AS_OF, [person]).rows() == everyone.filter(identity_id=person).rows()


@modest
@given(worlds(), happenings("new"))
def test_1_an_own_event_never_lowers_own_and_an_other_s_never_lowers_linked(world, event):
    before, after = scores(with_everybody(world)), scores(with_everybody(world).adding(event))
    assert after[event.person]["own_points"] >= before[event.person]["own_points"]
    in_incident = {e.person for e in world.events if (e.incident or e.event) == (event.incident or event.event)}
    for person in set(before) - in_incident - {event.person}:
        assert after[person]["linked_points"] >= before[person]["linked_points"]
        assert after[person]["linked_with_possible"] >= before[person]["linked_with_possible"]


@modest
@given(worlds(), worlds(), st.randoms(use_true_random=False))
def test_2_what_cannot_be_reached_changes_no_bit(world, other, shuffler):
    far = World(
        tuple(replace(h, person=f"a-{h.person}", thing=f"a-{h.thing}") for h in other.holds),
        tuple(
            replace(e, person=f"a-{e.person}", event=f"a-{e.event}", incident=e.incident and f"a-{e.incident}")
            for e in other.events
        ),
    )
    both = replace(world, holds=far.holds + world.holds, events=far.events + world.events)
    graph = both.to_graph()
    order = list(range(graph.edges.height))
    shuffler.shuffle(order)
    frame = score_all(MemoryStore(replace(graph, edges=graph.edges[order])), POLICY, AS_OF)
    after = {row["identity_id"]: row for row in frame.iter_rows(named=True)}
    for person, row in scores(world).items():
        assert after[person] == row


@modest
@given(worlds(with_possible=False), holds(), st.integers(1, 70))
def test_3_more_people_on_a_thing_never_raise_what_comes_through_it(world, hold, size):
    crowd = [replace(hold, person=f"z{n}") for n in range(size)]
    before, after = scores(world), scores(world.adding(*crowd))
    for person, row in before.items():
        assert after[person]["linked_points"] <= row["linked_points"] + CLOSE


def test_3_past_the_full_degree_they_lower_it_and_past_the_limit_end_it():
    day = dt.date(2026, 1, 1)

    def linked(size: int) -> float:
        people = [Hold(f"x{n}", "truck", "t", day, day) for n in range(size)]
        return scores(World(tuple(people), (Happening("x0", "e", day),)))["x1"]["linked_points"]

    assert linked(7) == linked(3)
    assert linked(8) < linked(7)
    assert linked(60) > 0
    assert linked(61) == 0


@modest
@given(worlds())
def test_4_an_incident_counts_once_by_its_best_route(world):
    store = world.to_store()
    for person in world.people():
        report = risk_of(store, POLICY, person, AS_OF)
        counted = [item.incident for item in report.linked.contributions]
        assert len(counted) == len(set(counted))
        for item in report.linked.contributions:
            assert all(other["strength"] <= item.strength for other in item.corroboration)


def test_4_a_truck_and_its_carrier_are_one_tie_and_a_phone_another():
    day = dt.date(2026, 1, 1)
    ties = {tie: tuple(Hold(p, tie, tie, day, day) for p in ("d", "x")) for tie in ("truck", "carrier", "phone")}
    event = (Happening("x", "e", day),)
    truck = scores(World(ties["truck"], event))["d"]["linked_points"]
    assert scores(World(ties["truck"] + ties["carrier"], event))["d"]["linked_points"] == truck
    assert scores(World(ties["truck"] + ties["phone"], event))["d"]["linked_points"] > truck


@modest
@given(worlds())
def test_5_stored_twice_or_the_other_way_round_is_the_same(world):
    turned = tuple((old, young, p) for young, old, p in world.successions)
    for successions in (turned, world.successions + turned, world.successions * 2):
        assert scores(replace(world, successions=successions)) == scores(world)


@modest
@given(worlds())
def test_5_no_incident_with_an_own_event_comes_back(world):
    store = world.to_store()
    for person in world.people():
        own = {event.incident or event.event for event in world.events if event.person == person}
        report = risk_of(store, POLICY, person, AS_OF)
        assert own.isdisjoint(item.incident for item in report.linked.contributions)


@modest
@given(worlds(), st.dates(dt.date(2020, 1, 1), dt.date(2026, 6, 30)), st.integers(0, 4000))
def test_7_time_alone_never_raises(world, start, later):
    known = replace(world, events=tuple(e for e in world.events if e.day <= start))
    before, after = scores(known, start), scores(known, start + dt.timedelta(days=later))
    for person, row in before.items():
        for figure in ("own_points", "linked_points", "score", "linked_with_possible"):
            assert after[person][figure] <= row[figure] + CLOSE


@modest
@given(worlds(with_possible=False))
def test_8_no_route_says_more_than_the_event_itself(world):
    store = world.to_store()
    for person in world.people():
        for item in risk_of(store, POLICY, person, AS_OF).linked.contributions:
            own = item.factors["s"] * item.factors["decay"] * item.factors["confidence"]
            assert item.strength <= min(POLICY.limits.strength, own) + CLOSE
            assert all(tie.strength <= item.factors["confidence"] + CLOSE for tie in item.ties)


def test_8_each_further_carrier_in_a_succession_weakens():
    day = dt.date(2026, 1, 1)
    event = (Happening("x", "e", day),)
    chain = [("c1", "c0", 1.0), ("c2", "c1", 1.0), ("c3", "c2", 1.0)]
    ring = [*chain, ("c0", "c3", 1.0)]
    found = []
    for number in range(4):
        held = (Hold("d", "carrier", "c0", day, day), Hold("x", "carrier", f"c{number}", day, day))
        found.append(scores(World(held, event, tuple(chain)))["d"]["linked_points"])
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 4
    held = (Hold("d", "carrier", "c0", day, day), Hold("x", "carrier", "c3", day, day))
    assert scores(World(held, event, tuple(ring)))["d"]["linked_points"] == found[1]


@modest
@given(worlds())
def test_9_the_explanation_adds_up_and_names_its_records(world):
    store = world.to_store()
    rows = scores(world)
    for person in world.people():
        report = risk_of(store, POLICY, person, AS_OF)
        for part, points in ((report.own, "own_points"), (report.linked, "linked_points")):
            assert math.fsum(item.points for item in part.contributions) == pytest.approx(part.points, abs=1e-9)
            assert part.points == rows[person][points]
            for item in part.contributions:
                assert item.records
                assert item.sentence.endswith("points.")
                assert item.points == pytest.approx(-math.log1p(-item.strength), abs=1e-12)
        for item in report.linked.contributions:
            ways = math.prod(1 - tie.strength for tie in item.ties)
            assert item.association == pytest.approx(min(0.8, 1 - ways), abs=1e-12)
            for tie in item.ties:
                names = ("r", "hub", "gap", "distance", "q")
                assert tie.strength == pytest.approx(math.prod(tie.factors[n] for n in names), abs=1e-12)
                assert tie.route[0].key == person
                assert tie.route[-1].key == item.event
        assert {item.associate for item in report.linked.contributions} <= {a["identity_id"] for a in report.associates}


@modest
@given(worlds())
def test_9_leaving_an_incident_out_drops_exactly_its_points(world):
    store = with_everybody(world).to_store()
    for person in PEOPLE:
        report = risk_of(store, POLICY, person, AS_OF)
        for item in report.linked.contributions[:2]:
            left = tuple(e for e in world.events if (e.incident or e.event) != item.incident)
            without = scores(replace(with_everybody(world), events=left))[person]["linked_points"]
            assert without == pytest.approx(report.linked.points - item.points, abs=1e-9)


@modest
@given(worlds(), st.sampled_from(PEOPLE), st.text(max_size=8))
def test_11_what_is_said_of_a_person_changes_nothing(world, person, text):
    said = {person: '{"name": null, "countries": ["MX"], "records": 1}'}
    assert scores(replace(world, props=said)) == scores(replace(world, props=dict.fromkeys(said)))


@modest
@given(worlds(), st.sampled_from(PEOPLE), st.integers(0, 1), st.sampled_from([0.9, 0.6, 0.45, 0.05]))
def test_12_less_confidence_never_raises(world, person, record, confidence):
    held = world.confidences.get((person, record), 1.0)
    lowered = world.confidences | {(person, record): min(held, confidence)}
    before, after = scores(world), scores(replace(world, confidences=lowered))
    for who, row in before.items():
        for figure in ("own_points", "linked_points", "linked_with_possible"):
            assert after[who][figure] <= row[figure] + CLOSE


@modest
@given(worlds(), happenings("late"), holds())
def test_14_what_became_known_later_changes_no_bit(world, event, hold):
    later = AS_OF + dt.timedelta(days=1)
    base = with_everybody(world)
    late = base.adding(replace(event, known_on=later), replace(hold, known_on=later, record=2))
    assert scores(late) == scores(base)


@modest
@given(worlds())
def test_possible_links_only_ever_add(world):
    confirmed = scores(replace(world, possible=()))
    for person, row in scores(world).items():
        assert row["linked_with_possible"] >= row["linked"]
        if person in confirmed:
            assert row["linked_points"] == confirmed[person]["linked_points"]


@modest
@given(st.integers(1, 80), st.sampled_from(["truck", "phone"]))
def test_16_bounded_and_linked_alone_never_in_the_top_band(incidents, tie):
    day = dt.date(2026, 6, 1)
    held = tuple(Hold(p, tie, f"t{n}", day, day) for n in range(incidents) for p in ("d", f"x{n}"))
    events = tuple(Happening(f"x{n}", f"e{n}", day) for n in range(incidents))
    row = scores(World(held, events))["d"]
    assert 0 < row["linked"] <= 100
    assert row["score"] < POLICY.scoring.look_first
    assert row["band"] != "look first"
    assert row["linked_band"] != "look first"
    loaded = World(held, tuple(replace(e, person="d") for e in events))
    assert 0 <= scores(loaded)["d"]["score"] <= 100


def test_the_worked_example():
    """A truck seizure a year old, three drivers, q .95: 0.199; through a carrier of sixty: 0.0055."""
    day = dt.date(2025, 6, 30)
    severity = replace(POLICY.classes["smuggling"], severity=0.4)
    policy = replace(POLICY, classes={**POLICY.classes, "smuggling": severity})
    event = (Happening("x", "e", day),)
    known = {("d", 0): 0.95}
    for tie, people, expected in (("truck", 3, 0.199), ("carrier", 60, 0.0055)):
        held = tuple(Hold(p, tie, "t", day, day) for p in ["d", "x", *(f"y{n}" for n in range(people - 2))])
        frame = score_all(World(held, event, confidences=known).to_store(), policy, AS_OF)
        linked = frame.filter(pl.col("identity_id") == "d")["linked"].item() / 100
        assert linked == pytest.approx(expected, rel=0.01)
