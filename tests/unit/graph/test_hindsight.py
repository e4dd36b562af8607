"""What came after a score: bands by what was known at the cut, and new incidents of people's own after it."""

import datetime as dt

import polars as pl
import pytest

from graph.hindsight import follow
from graph.policy_file import load_policy
from graph.risk import score_all
from graph.testing.memory import MemoryStore
from graph.testing.worlds import KNOWN, Happening, Hold, World

POLICY = load_policy()
CUT, UNTIL = dt.date(2025, 6, 30), dt.date(2026, 6, 30)
BEFORE, AFTER = dt.date(2025, 3, 1), dt.date(2025, 11, 1)


def held(person, **more):
    return Hold(person, "truck", "t1", dt.date(2025, 1, 1), dt.date(2025, 5, 1), **more)


def happened(day, person="d", event="a", known_on=None, **more):
    return Happening(person, event, day, known_on=known_on or day, **more)


TWO = (held("d"), held("e"))


def found(*events, **more):
    return follow(World(holds=TWO, events=events, **more).to_store(), POLICY, CUT, UNTIL)


def later(followed):
    return set(followed.rows.filter("is_later")["identity_id"])


def test_an_own_incident_that_happened_after_the_cut_is_one():
    followed = found(happened(AFTER))
    assert later(followed) == {"d"}
    assert followed.incidents == 1
    assert followed.before == 0
    assert followed.rows["identity_id"].to_list() == ["d", "e"]


@pytest.mark.parametrize("day", [CUT, BEFORE])
def test_what_happened_by_the_cut_is_none_whenever_it_was_known(day):
    for known_on in (day, AFTER):
        assert later(found(happened(day, known_on=known_on))) == set()


def test_what_is_not_known_by_the_end_is_none():
    assert later(found(happened(AFTER, known_on=UNTIL + dt.timedelta(days=1)))) == set()
    assert later(found(happened(UNTIL + dt.timedelta(days=1)))) == set()
    assert later(found(happened(UNTIL))) == {"d"}


@pytest.mark.parametrize("known_on", [BEFORE, AFTER])
def test_the_conviction_of_an_earlier_charge_is_no_new_incident(known_on):
    charge = happened(BEFORE, known_on=known_on, incident="i", status="charge")
    conviction = happened(AFTER, event="b", incident="i", status="conviction")
    assert later(found(charge, conviction)) == set()
    assert later(found(charge, happened(AFTER, event="b", incident="j", status="conviction"))) == {"d"}


def test_what_was_dismissed_by_the_end_does_not_count():
    charge = happened(AFTER, incident="i", status="charge")
    dismissed = happened(dt.date(2026, 2, 1), event="b", incident="i", status="dismissed")
    assert later(found(charge, dismissed)) == set()
    assert later(found(charge, happened(dt.date(2026, 7, 2), event="b", incident="i", status="dismissed"))) == {"d"}


def test_an_event_without_a_day_or_of_somebody_who_may_be_another_is_none():
    assert later(found(happened(None, known_on=AFTER))) == set()
    assert later(found(happened(AFTER, record=1), confidences={("d", 1): 0.05})) == set()


def test_of_several_events_of_an_incident_one_counts_and_of_several_people_each():
    two = [happened(AFTER, event=name, incident="i", status=status) for name, status in (("a", "arrest"), ("b", None))]
    assert found(*two).incidents == 1
    others = happened(AFTER, person="e", event="c", incident="i")
    assert later(found(*two, others)) == {"d", "e"}


def test_a_band_is_that_of_the_day_by_what_was_known_on_it():
    early = (happened(BEFORE, event="a"), happened(BEFORE, event="b"), happened(BEFORE, event="c"))
    late = (happened(BEFORE, event="x", known_on=AFTER), happened(AFTER, event="y"))
    world = World(holds=TWO, events=(*early, *late))
    followed = follow(world.to_store(), POLICY, CUT, UNTIL).rows
    then = score_all(World(holds=world.holds, events=early).to_store(), POLICY, CUT)
    wanted = POLICY.scoring.bands(then["own"].to_numpy()).to_list()
    assert followed["own_band"].to_list() == wanted
    assert followed["linked_band"].to_list() == then["linked_band"].to_list()
    assert wanted[0] != "routine"
    assert follow(World(holds=world.holds, events=late).to_store(), POLICY, CUT, UNTIL).rows["own_band"][0] == "routine"


def test_who_came_to_be_known_after_the_cut_is_not_followed():
    graph = World(holds=TWO, events=(happened(AFTER), happened(AFTER, "e", "b"))).to_graph()
    day = pl.when(pl.col("key") == "e").then(AFTER).otherwise(KNOWN)
    store = MemoryStore(type(graph)(graph.nodes.with_columns(known_on=day), graph.edges))
    followed = follow(store, POLICY, CUT, UNTIL)
    assert followed.rows["identity_id"].to_list() == ["d"]
    assert followed.incidents == 1
