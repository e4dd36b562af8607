import datetime as dt
import re

import orjson
import pytest

from graph.errors import UnknownIdentity
from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.sentences import Span, say_ago, say_crowd, say_span
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
AS_OF = dt.date(2026, 6, 30)
DAY = dt.date(2025, 7, 30)
FORBIDDEN = ("suspect", "associate", "offender", "guilty", "clean", "target", "involved", "risky")


@pytest.fixture
def report():
    held = [Hold(p, "truck", "9ZZTESTA5TB000007", DAY, DAY + dt.timedelta(days=14)) for p in ("d", "x", "y")]
    held += [Hold(p, "home", "h") for p in ("d", "x")]
    held += [Hold(f"w{n}", "phone", "+528675550142") for n in range(70)] + [Hold("d", "phone", "+528675550142")]
    events = (Happening("x", "US/e1", DAY, incident="US/i"), Happening("y", "US/e2", DAY, incident="US/i"))
    return risk_of(World(tuple(held), events).to_store(), POLICY, "d", AS_OF)


def test_the_sentence_names_thing_dates_and_people(report):
    (item,) = report.linked.contributions
    assert item.sentence == (
        "This driver drove the truck \u20260007 from 30 Jul 2025 to 13 Aug 2025; another driver did from 30 Jul 2025 to"
        " 13 Aug 2025. The truck had 3 drivers within the time that counts. The one other has an event recorded."
        " This driver gave the address on file; so did another driver. 2 people gave the address. There are no others."
        " That driver has on record: TEST (US-FED-952), 30 Jul 2025 (11 months ago). 1 more person with the same"
        " incident shares something with this driver; that adds nothing. Strength 0.229, 0.260 points."
    )
    assert not any(re.search(rf"\b{word}\b", item.sentence) for word in FORBIDDEN)


def test_an_incident_of_two_counts_by_the_strongest_and_shows_the_other(report):
    (item,) = report.linked.contributions
    assert item.associate == "x"
    assert [other["associate"] for other in item.corroboration] == ["y"]
    assert report.events_counted == ["US/e1"]


def test_a_route_goes_from_the_driver_over_the_thing_to_the_event(report):
    truck = report.linked.contributions[0].ties[0]
    assert [(step.kind, step.key) for step in truck.route] == [
        ("Identity", "d"),
        ("Vehicle", "9ZZTESTA5TB000007"),
        ("Identity", "x"),
        ("Event", "US/e1"),
    ]
    assert truck.records == ["d/0", "x/0"]


def test_hubs_are_named_with_their_degree(report):
    (hub,) = report.discounted_hubs
    assert (hub["kind"], hub["degree"], hub["limit"]) == ("Phone", 71, 60)
    assert hub["why"].startswith("The phone that ends in 0142 was left out: 71 people share it")
    assert [a["identity_id"] for a in report.associates] == ["x", "y"]


def test_the_document_is_json_with_the_agreed_names(report):
    document = orjson.loads(orjson.dumps(report.to_document()))
    agreed = {"identity_id", "score", "band", "own", "linked", "linked_band", "linked_with_possible", "associates"}
    agreed |= {"events_counted", "own_events", "discounted_hubs", "as_of", "policy"}
    assert agreed <= set(document)
    assert set(document["linked"]) == {"score", "points", "contributions"}
    assert document["as_of"] == "2026-06-30"


def test_a_succession_goes_from_the_driver_s_own_carrier():
    held = (Hold("d", "carrier", "c2", DAY, None), Hold("x", "carrier", "c1", DAY, DAY))
    world = World(held, (Happening("x", "e", DAY),), successions=(("c2", "c1", 1.0),))
    (item,) = risk_of(world.to_store(), POLICY, "d", AS_OF).linked.contributions
    assert [step.key for step in item.ties[0].route] == ["d", "c2", "c1", "x", "e"]
    assert item.ties[0].group == "successor"


def test_possible_links_are_listed_apart():
    held = (Hold("z", "truck", "t", DAY, DAY), Hold("x", "truck", "t", DAY, DAY))
    world = World(held, (Happening("x", "e", DAY),), possible=(("d", "z", 0.7),))
    report = risk_of(world.to_store(), POLICY, "d", AS_OF)
    assert report.linked.contributions == []
    assert report.linked_with_possible > 0
    assert [(p["incident"], p["associate"]) for p in report.possible] == [("e", "x")]


def test_nobody_is_unknown():
    with pytest.raises(UnknownIdentity):
        risk_of(World().to_store(), POLICY, "nobody", AS_OF)


def test_words_for_times_and_crowds():
    day = dt.date(2026, 5, 4)
    assert say_span(Span(None, None)) == "(no date given)"
    assert say_span(Span(day, None)) == "since 4 May 2026"
    assert say_span(Span(day, day, 1)) == "on 4 May 2026"
    assert say_span(Span(day, dt.date(2026, 6, 1), 14)) == "on 14 days from 4 May 2026 to 1 Jun 2026"
    assert (say_ago(1), say_ago(400)) == ("1 day ago", "13 months ago")
    assert say_crowd("truck", 2, 0, 0).endswith("There are no others.")
