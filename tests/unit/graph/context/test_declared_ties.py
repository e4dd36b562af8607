import datetime as dt
from dataclasses import replace

import orjson
import pytest

from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.testing.worlds import Declared, Hold, World

POLICY = load_policy()
AS_OF = dt.date(2026, 6, 30)


def declared(*ties: Declared, holds: tuple[Hold, ...] = (), of: str = "d", policy=POLICY, **more) -> dict:
    world = World(holds=holds, declared=ties, **more)
    return risk_of(world.to_store(), policy, of, AS_OF).context.declared


def homes(*people: str, tie: str = "home") -> tuple[Hold, ...]:
    return tuple(Hold(person, tie, "h") for person in people)


def test_a_declared_tie_says_who_declares_what_and_when_to_both():
    tie = Declared("x", "d", first=dt.date(2024, 5, 1), last=dt.date(2025, 2, 3))
    (one,) = declared(tie)["shown"]
    assert (one["identity_id"], one["kind"], one["source"], one["quality"]) == ("x", "co-defendant", "US", "valid")
    assert (one["start_date"], one["end_date"], one["records"]) == ("2024-05-01", "2025-02-03", ["d/0", "x/0"])
    assert one["sentence"] == (
        "US declares a tie between this driver and another person: co-defendant, since 1 May 2024, until 3 Feb 2025."
        " It calls this valid. It carries no points."
    )
    (other,) = declared(tie, of="x")["shown"]
    assert (other["identity_id"], other["records"]) == ("d", ["x/0", "d/0"])


@pytest.mark.parametrize("kind", ["listed relative", "LISTED_RELATIVE", "Spouse", "hermano"])
def test_one_fact_alone_shows_no_family_tie(kind):
    found = declared(Declared("d", "x", kind), Declared("d", "y"))
    assert [one["identity_id"] for one in found["shown"]] == ["y"]
    (withheld,) = found["withheld"]
    assert (withheld["reason"], withheld["count"]) == ("one fact only", 1)
    assert "two independent facts" in withheld["sentence"]
    assert '"x"' not in orjson.dumps(found).decode()


@pytest.mark.parametrize(
    ("more", "holds", "second"),
    [
        ((Declared("x", "d", "sibling", source="MX"),), (), "declared by MX"),
        ((Declared("d", "x", "co-defendant"),), (), "also declared: co-defendant"),
        ((), homes("d", "x"), "both gave one address"),
        ((), homes("d", "x", tie="phone"), "both gave one phone"),
    ],
)
def test_a_second_independent_fact_shows_it(more, holds, second):
    found = declared(Declared("d", "x", "relative"), *more, holds=holds)
    family = [one for one in found["shown"] if one["is_family"]]
    assert family
    assert all(one["rests_on"] == sorted(["declared by US", second]) for one in family)
    assert not found["withheld"]


@pytest.mark.parametrize(
    ("more", "holds"),
    [
        ((Declared("x", "d", "relative"),), ()),  # the same source again
        ((Declared("d", "x", "spouse", quality="suspect", source="MX"),), ()),
        ((), homes("d", "x", *(f"y{n}" for n in range(7)))),  # a yard
        ((), (Hold("d", "truck", "t", AS_OF), Hold("x", "truck", "t", AS_OF))),
        ((Declared("d", "y", "relative", source="MX"),), ()),
        ((Declared("d", "x", "relative", source="MX", known_on=AS_OF + dt.timedelta(days=1)),), ()),
    ],
)
def test_what_is_no_second_fact_shows_nothing(more, holds):
    found = declared(Declared("d", "x", "relative"), *more, holds=holds)
    assert not found["shown"]
    assert found["withheld"][0]["reason"] == "one fact only"


def test_a_family_tie_that_nobody_declares_well_is_not_shown():
    found = declared(Declared("d", "x", "relative", quality="suspect"), Declared("d", "x"), holds=homes("d", "x"))
    assert [one["kind"] for one in found["shown"]] == ["co-defendant"]


def test_records_that_are_only_possibly_theirs_are_withheld():
    found = declared(Declared("d", "x"), confidences={("x", 0): 0.3})
    assert not found["shown"]
    assert found["withheld"][0]["reason"] == "records only possibly theirs"


def test_what_terrorism_kinds_say_is_neither_shown_nor_counted():
    ties = [Declared("d", "x", kind) for kind in ("TERRORIST_ASSOCIATE", "kst", "terrorismo", "TSDB-match")]
    assert declared(*ties, holds=homes("d", "x")) == {"shown": [], "withheld": [], "left_out": 0}


def test_more_than_a_reviewer_reads_are_counted():
    few = replace(POLICY, context=replace(POLICY.context, declared_shown=2))
    found = declared(*(Declared("d", f"x{n}") for n in range(5)), policy=few)
    assert ([one["identity_id"] for one in found["shown"]], found["left_out"]) == (["x0", "x1"], 3)
