"""Invariants 1, 4, 7, 13, 14 and 16: events, incidents and time, by either way to a score."""

import datetime as dt
import math
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.explain import risk_of
from graph.policy import DAYS_A_YEAR, StatusRole
from graph.policy_file import load_policy
from graph.testing.memory import MemoryStore
from graph.testing.scored import CLOSE, FIGURES, both, incident_of, known, modest, with_everybody
from graph.testing.strategies import AS_OF, CODES, PEOPLE, days, happenings, policies, worlds
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
shipped_or_crowded = policies(POLICY)
STATEMENTS = (StatusRole.COUNTS, StatusRole.IN_FORCE)
SCORED = ("US-FED-952", "US-FED-1592", "US-SMS-392.2-SLLS2")
people = st.sampled_from(PEOPLE)


def is_statement(event: Happening) -> bool:
    """It says what somebody did, not what became of it."""
    return POLICY.role(event.status) in STATEMENTS


def past_look_back(world: World, person: str, day: dt.date) -> list[Happening]:
    """The person's events that are too old by the violations table, in files that hold no disposition."""
    disposed = {incident_of(e) for e in world.events if e.person == person and not is_statement(e)}
    old = []
    for event in world.events:
        offence = POLICY.offence(event.code, event.event_type, event.severity)
        if event.person != person or incident_of(event) in disposed or offence is None or offence.in_force:
            continue
        years = offence.lookback_years
        age = (day - (event.day or event.known_on)).days
        if POLICY.role(event.status) is StatusRole.COUNTS and years is not None and age > years * DAYS_A_YEAR:
            old.append(event)
    return old


statements = happenings("new").map(lambda event: event if is_statement(event) else replace(event, status=None))


@both
@modest
@given(worlds(), statements, shipped_or_crowded)
def test_1_an_own_event_never_lowers_own_and_an_other_s_never_lowers_linked(scores, world, event, policy):
    """Read backwards: taking it out never raises. Where a disposition is on file the file is read as a whole (13)."""
    case = (event.person, incident_of(event))
    told = tuple(e for e in world.events if is_statement(e) or (e.person, incident_of(e)) != case)
    world = with_everybody(replace(world, events=told))
    before, after = scores(world, policy), scores(world.adding(event), policy)
    assert after[event.person]["own_points"] >= before[event.person]["own_points"]
    in_incident = {e.person for e in world.events if incident_of(e) == incident_of(event)} | {event.person}
    for person in before:
        if person not in in_incident:
            assert after[person]["linked_points"] >= before[person]["linked_points"]
            assert after[person]["linked_with_possible"] >= before[person]["linked_with_possible"]
            assert after[person]["score"] >= before[person]["score"]


@both
@modest
@given(worlds(), shipped_or_crowded, people, st.sampled_from(["i0", "i1"]))
def test_4_an_incident_counts_as_much_as_its_best_associate_alone(scores, world, policy, person, incident):
    """However many associates and routes there are."""
    inside = tuple(
        replace(event, incident=incident) for event in world.events if event.person != person and event.incident
    )
    world = with_everybody(replace(world, events=inside))
    associates = sorted({event.person for event in inside})
    alone = [
        scores(replace(world, events=tuple(e for e in inside if e.person == x)), policy)[person] for x in associates
    ]
    together = scores(world, policy)[person]
    for figure in ("linked_points", "linked_with_possible"):
        assert together[figure] == pytest.approx(max((row[figure] for row in alone), default=0), abs=100 * CLOSE)


@modest
@given(worlds(), shipped_or_crowded)
def test_4_an_incident_is_listed_once_by_its_strongest(world, policy):
    store = world.to_store()
    for person in world.people():
        report = risk_of(store, policy, person, AS_OF)
        counted = [item.incident for item in report.linked.contributions]
        assert len(counted) == len(set(counted))
        for item in report.linked.contributions:
            assert all(other["strength"] <= item.strength for other in item.corroboration)


@both
def test_4_a_truck_and_its_carrier_are_one_tie_and_a_phone_another(scores):
    day = dt.date(2026, 1, 1)
    ties = {tie: tuple(Hold(p, tie, tie, day, day) for p in ("d", "x")) for tie in ("truck", "carrier", "phone")}
    event = (Happening("x", "e", day),)

    def linked(*held: str) -> float:
        return scores(World(sum((ties[tie] for tie in held), ()), event), POLICY)["d"]["linked_points"]

    assert linked("truck", "carrier") == linked("truck") > linked("carrier") > 0
    assert linked("truck", "phone") > linked("truck")


@both
@modest
@given(
    worlds(),
    shipped_or_crowded,
    st.sampled_from([AS_OF, *(dt.date(year, 1, 1) for year in (2029, 2033, 2037))]),
)
def test_7_removing_an_expired_event_changes_nothing(scores, world, policy, day):
    """But that an incident without an own event is one of others."""
    world = with_everybody(replace(world, events=tuple({e.event: e for e in world.events}.values())))
    before = scores(world, policy, day)
    for person in sorted({event.person for event in world.events}):
        expired = {event.event for event in past_look_back(world, person, day)}
        if not expired:
            continue
        after = scores(replace(world, events=tuple(e for e in world.events if e.event not in expired)), policy, day)
        for who in before:
            assert after[who]["own_points"] == before[who]["own_points"]
            if who != person:
                assert after[who] == before[who]


@both
@modest
@given(worlds(), shipped_or_crowded, st.dates(dt.date(2020, 1, 1), AS_OF), st.sampled_from([1, 30, 400, 1100, 4000]))
def test_7_time_alone_never_raises(scores, world, policy, start, later):
    world = with_everybody(known(world, start))
    before, after = scores(world, policy, start), scores(world, policy, start + dt.timedelta(days=later))
    for person, row in before.items():
        for figure in FIGURES:
            assert after[person][figure] <= row[figure] + CLOSE


@both
@modest
@given(worlds(), shipped_or_crowded, people, st.sampled_from(["acquittal", "dismissed", "expunged"]), st.data())
def test_13_a_case_that_is_cleared_never_raises(scores, world, policy, person, status, data):
    """An acquittal of a named offence, or of the case, as the last that is known of it."""
    own = [event for event in world.events if event.person == person]
    incident = data.draw(st.sampled_from([incident_of(e) for e in own] or ["i0"]))
    codes = [e.code for e in own if incident_of(e) == incident]
    code = data.draw(st.sampled_from([*codes, None]))
    cleared = Happening(person, "cleared", AS_OF, code, incident, status, known_on=AS_OF)
    world = with_everybody(world)
    before, after = scores(world, policy), scores(world.adding(cleared), policy)
    for who, row in before.items():
        for figure in FIGURES:
            assert after[who][figure] <= row[figure] + CLOSE
    if code is None and not any(POLICY.role(e.status) is StatusRole.IN_FORCE for e in own):
        only = tuple(e for e in world.events if e.person == person and incident_of(e) == incident and e.code)
        lasting = any(e.code in POLICY.codes and POLICY.codes[e.code].in_force for e in only)
        alone = replace(world, events=(*only, cleared))
        assert lasting or scores(alone, policy)[person]["own_points"] == 0


@both
@modest
@given(
    worlds(),
    shipped_or_crowded,
    people,
    st.lists(st.tuples(days, st.sampled_from([None, "arrest", "charge"])), min_size=1, max_size=3),
    st.sampled_from(SCORED),
    st.sampled_from(SCORED),
)
def test_13_a_conviction_replaces_its_charges_and_is_not_added(scores, world, policy, person, charges, code, charge):
    """Of the same offence, or of a lesser or graver one than the case was about."""
    world = with_everybody(world)
    convicted = Happening(person, "convicted", AS_OF, code, "case", "conviction", record=9)
    charged = [replace(convicted, event=f"charge{n}", day=d, status=s, code=charge) for n, (d, s) in enumerate(charges)]
    alone, whole = world.adding(convicted), world.adding(convicted, *charged)
    none, before, after = scores(world, policy), scores(alone, policy), scores(whole, policy)
    assert after[person]["own_points"] == before[person]["own_points"]
    severity = policy.classes[policy.codes[code].class_name].severity
    most = -math.log1p(-min(policy.limits.strength, policy.limits.association * severity))
    assert after[person]["own_points"] > none[person]["own_points"]
    for who in after:
        if who != person:
            assert before[who]["own_points"] == after[who]["own_points"]
            assert after[who]["linked_points"] >= before[who]["linked_points"]  # ties of the days it is about
            gained = after[who]["linked_points"] - none[who]["linked_points"]
            assert gained <= most + CLOSE  # once, by its best day


@both
@modest
@given(worlds(), shipped_or_crowded, people, st.sampled_from(CODES), st.sampled_from(["LINK-UNSAT", None]))
def test_13_a_correction_to_something_that_carries_nothing_never_raises(scores, world, policy, person, code, corrected):
    world = with_everybody(world)
    wrong = Happening(person, "wrong", dt.date(2025, 1, 1), code, "case", record=9)
    before = scores(world.adding(wrong), policy)
    after = scores(world.adding(replace(wrong, code=corrected, event_type="TEST")), policy)
    for who, row in before.items():
        for figure in FIGURES:
            assert after[who][figure] <= row[figure] + CLOSE


@both
@modest
@given(worlds(), shipped_or_crowded, st.randoms(use_true_random=False), st.dates(dt.date(2022, 1, 1), AS_OF))
def test_14_what_became_known_later_changes_no_bit(scores, world, policy, chance, day):
    """Holds, events, successions and possible links alike; and asking twice gives the same."""
    graph = world.to_graph()
    learned = [day + dt.timedelta(days=chance.choice((-900, 0, 1, 400))) for _ in range(graph.edges.height)]
    edges = graph.edges.with_columns(known_on=_dates(learned))
    then = MemoryStore(replace(graph, edges=edges.filter(_dates(learned) <= day)))
    now = MemoryStore(replace(graph, edges=edges))
    before, after, again = scores(then, policy, day), scores(now, policy, day), scores(now, policy, day)
    for person, row in before.items():
        assert after[person] == again[person] == row


@both
@modest
@given(worlds(), shipped_or_crowded)
def test_16_every_figure_is_bounded_and_linked_alone_stays_below_the_top_band(scores, world, policy):
    rows = scores(world, policy)
    with_events = {event.person for event in world.events}
    for person, row in rows.items():
        for figure in ("score", "own", "linked", "linked_with_possible"):
            assert 0 <= row[figure] <= 100
        assert row["linked_band"] != "look first"
        if person not in with_events:
            assert row["band"] != "look first"


@both
@modest
@given(st.integers(1, 80), st.sampled_from(["truck", "phone"]))
def test_16_any_number_of_incidents_is_bounded(scores, incidents, tie):
    day = dt.date(2026, 6, 1)
    held = tuple(Hold(p, tie, f"t{n}", day, day) for n in range(incidents) for p in ("d", f"x{n}"))
    events = tuple(Happening(f"x{n}", f"e{n}", day) for n in range(incidents))
    row = scores(World(held, events), POLICY)["d"]
    assert 0 < row["linked"] <= 100
    assert row["score"] < POLICY.scoring.look_first
    assert row["band"] != "look first"
    assert row["linked_band"] != "look first"
    loaded = World(held, tuple(replace(e, person="d") for e in events))
    assert 0 <= scores(loaded, POLICY)["d"]["score"] <= 100


def _dates(learned: list[dt.date]) -> pl.Series:
    return pl.Series("known_on", learned, pl.Date)
