import datetime as dt
from dataclasses import replace

import pytest

from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
AS_OF = dt.date(2026, 6, 30)
DAY = dt.date(2025, 7, 30)


def second(world: World, policy=POLICY) -> dict:
    return risk_of(world.to_store(), policy, "d", AS_OF).context.second_person


@pytest.fixture
def chain() -> World:
    held = [Hold(p, "truck", "9ZZTESTA5TB000007", DAY, DAY) for p in ("d", "x")]
    held += [Hold(p, "phone", "+528675550142") for p in ("x", "y")]
    return World(tuple(held), (Happening("y", "e", DAY, incident="i"),))


def test_the_route_is_told_step_by_step_and_has_no_points(chain):
    report = risk_of(chain.to_store(), POLICY, "d", AS_OF)
    assert report.linked.points == 0
    (one,) = report.context.second_person["shown"]
    assert (one["through"], one["associate"], one["incident"], one["people"]) == ("x", "y", "i", [2, 2])
    assert [step["key"] for step in one["route"]] == ["d", "9ZZTESTA5TB000007", "x", "+528675550142", "y", "e"]
    assert one["sentence"] == (
        "This driver and another driver both drove the truck \u20260007 (2 people did); that other driver and a third"
        " person both gave the phone that ends in 0142 (2 people did). That third person has on record: TEST"
        " (US-FED-952), 30 Jul 2025 (11 months ago). Two people away, it carries no points."
    )
    assert not report.context.second_person["is_truncated"]


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.adding(Happening("d", "e2", DAY, incident="i")),  # the driver's own incident
        lambda w: w.adding(Happening("x", "e2", DAY, incident="i")),  # it reaches the driver over one thing
        lambda w: w.adding(Hold("d", "home", "h"), Hold("y", "home", "h")),  # one away
        lambda w: replace(w, events=(Happening("y", "e", DAY, "US-FAST-TERR"),)),  # no rule scores it
        lambda w: replace(w, events=(Happening("y", "e", DAY, "LINK-UNSAT"),)),
        lambda w: replace(w, confidences={("x", 0): 0.6}),
        lambda w: replace(w, possible=(("d", "y", 0.6),)),
        lambda w: w.adding(*(Hold(f"z{n}", "phone", "+528675550142") for n in range(60))),
    ],
)
def test_what_is_told_elsewhere_or_says_nothing_is_no_route(chain, change):
    assert second(chain)["shown"]
    assert not second(change(chain))["shown"]


def test_what_was_known_later_is_no_route(chain):
    later = tuple(replace(hold, known_on=AS_OF + dt.timedelta(days=1)) for hold in chain.holds[-1:])
    assert not second(replace(chain, holds=chain.holds[:-1] + later))["shown"]


def test_the_nearest_come_first_and_the_rest_is_counted(chain):
    yard = [Hold(f"x{n}", "truck", "9ZZTESTA5TB000007", DAY, DAY) for n in range(3)]
    far = [Hold(p, "home", f"h{n}") for n in range(3) for p in (f"x{n}", f"y{n}", *(f"z{m}" for m in range(n)))]
    events = [Happening(f"y{n}", f"e{n}", DAY) for n in range(3)]
    world = chain.adding(*yard, *far, *events)
    found = second(world)
    assert [(one["associate"], one["people"]) for one in found["shown"]] == [
        ("y", [5, 2]),
        ("y0", [5, 2]),
        ("y1", [5, 3]),
        ("y2", [5, 4]),
    ]
    few = replace(POLICY.context, second_shown=1, second_people=3, second_things=2)
    cut = second(world, replace(POLICY, context=few))
    assert [one["associate"] for one in cut["shown"]] == ["y"]
    assert (cut["left_out"], cut["not_walked"], cut["is_truncated"]) == (1, {"people": 1, "things": 1}, True)
