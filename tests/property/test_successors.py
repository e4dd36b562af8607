"""Successions whatever the order of facts, and the part of the graph that a change of facts can move."""

import datetime as dt
import random
from dataclasses import fields
from typing import Any

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from graph.project import change, desired
from graph.schema import EdgeKind
from graph.scope import difference, needed_for, scope_of
from graph.successors import find_reopened
from graph.testing.carriers import CLOSED, KNOWN, OLDER, TRUCKS, YOUNGER, traces
from graph.testing.memory import MemoryStore
from linkage.schema import FACTS, MEMBERSHIP, SCORED_PAIR, Kind

DOORS = ("918|WILLOW BEND DR|LAREDO TX", "7|MAIN ST|LAREDO TX", None)
CARRIER = st.fixed_dictionaries(
    {
        "name_key": st.sampled_from(("WILLOW EXPRESS", "WILLOW SUMMIT TRUCKING", "HALCON FREIGHT", None)),
        "address_key": st.sampled_from(DOORS),
        "phone": st.sampled_from(("+17029191300", "+17029191301", None)),
        "officers": st.sampled_from(("N. Okafor", "B. Summit; N. Okafor", None)),
        "status": st.sampled_from(("active", "revoked", None)),
        "revoked_on": st.sampled_from((CLOSED, CLOSED + dt.timedelta(days=500), None)),
        "registered_on": st.sampled_from(
            (dt.date(2012, 5, 2), *(CLOSED + dt.timedelta(days=n) for n in (9, 400)), None)
        ),
    }
)
STINT = st.fixed_dictionaries(
    {
        "carrier": st.sampled_from(("US/1", "US/2", "US/3")),
        "identity_id": st.sampled_from(("A", "B", "C")),
        "start_date": st.sampled_from((CLOSED - dt.timedelta(days=900), CLOSED + dt.timedelta(days=30), None)),
        "end_date": st.sampled_from((CLOSED, None)),
    }
)
TRUCK = st.tuples(st.sampled_from(("US/1", "US/2", "US/3")), st.sampled_from(("V1", "V2", "V3")))


def named(carriers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    own = [
        {"key": f"US/{n}", "carrier": f"US/{n}", "usdot": str(n), "known_on": KNOWN}
        for n in range(1, len(carriers) + 1)
    ]
    return [row | mine for row, mine in zip(carriers, own, strict=True)]


@settings(max_examples=25)
@given(st.lists(CARRIER, min_size=2, max_size=5), st.lists(TRUCK), st.lists(STINT, max_size=6), st.randoms())
def test_the_order_of_facts_has_no_say(
    carriers: list[dict[str, Any]], trucks: list[tuple[str, str]], stints: list[dict[str, Any]], rng: random.Random
) -> None:
    given_ = named(carriers)
    jobs = [stint | {"known_on": KNOWN} for stint in stints]
    found = find_reopened(traces(*given_, trucks=trucks, jobs=jobs))
    for rows in (given_, trucks, jobs):
        rng.shuffle(rows)
    assert find_reopened(traces(*given_, trucks=trucks, jobs=jobs)).equals(found)
    assert found.select("older", "younger").is_unique().all()
    assert not set(found.select("older", "younger").rows()) & set(found.select("younger", "older").rows())


@settings(max_examples=25)
@given(CARRIER, CARRIER, st.lists(TRUCK))
def test_which_of_the_two_has_the_smaller_key_changes_only_the_names(
    one: dict[str, Any], other: dict[str, Any], trucks: list[tuple[str, str]]
) -> None:
    forth = find_reopened(traces(*named([one, other]), trucks=trucks))
    turned = {"US/1": "US/2", "US/2": "US/1", "US/3": "US/3"}
    back = find_reopened(traces(*named([other, one]), trucks=[(turned[a], b) for a, b in trucks]))
    assert forth["bits"].to_list() == back["bits"].to_list()
    assert forth["likelihood"].to_list() == back["likelihood"].to_list()
    if forth.height and forth["is_ordered"].item():
        assert turned[forth["older"].item()] == back["older"].item()


@settings(max_examples=25)
@given(st.lists(CARRIER, min_size=2, max_size=2), st.sampled_from(("name_key", "address_key", "phone", "officers")))
def test_blanking_what_agrees_never_makes_a_succession_likelier(carriers: list[dict[str, Any]], field: str) -> None:
    one, other = (
        row | {"name_key": "WILLOW EXPRESS", "address_key": DOORS[0], "phone": "+17029191300"} for row in carriers
    )
    one, other = one | {"officers": "N. Okafor"}, other | {"officers": "N. Okafor"}
    full = find_reopened(traces(*named([one, other])))
    blank = find_reopened(traces(*named([one, other | {field: None}])))
    assert full.height >= blank.height or field == "address_key"
    if full.height and blank.height and field != "address_key":
        # two firms of one owner share these by habit, so that they may cost a little
        assert blank["bits"].item() <= full["bits"].item() + 0.35


def given_facts() -> dict[Kind, pl.DataFrame]:
    """A reopened carrier, one that is possibly so, a declared one, and what all of that rests on."""
    third = YOUNGER | {"key": "US/300", "usdot": "300", "name_key": "HALCON", "phone": "+17029191301"}
    third |= {"registered_on": CLOSED + dt.timedelta(days=200)}
    rows: dict[Kind, list[dict[str, Any]]] = {
        Kind.PERSON: [{"key": f"US/p{n}", "source": "US", "surname": "Okafor"} for n in range(4)],
        Kind.CARRIER: [
            {name: value for name, value in row.items() if name != "carrier"}
            | {"carrier_id": row["key"][3:], "source": "US"}
            for row in (OLDER | {"revoked_on": None, "status": None}, YOUNGER, third)
        ],
        Kind.CARRIER_LINK: [{"carrier_key": "US/200", "successor_key": "US/300"}],
        Kind.VEHICLE: [
            {
                "source": carrier,
                "vin": f"3AKJHHDR{n}NSZZ000{vehicle[1:]}",
                "vin_quality": "suspect",
                "carrier_key": carrier,
            }
            for n, (carrier, vehicle) in enumerate(TRUCKS[:4])
        ],
        Kind.EVENT: [
            {"code": "LINK-REVOKE", "status": "in_force", "event_date": CLOSED, "carrier_key": "US/100"},
            *(
                {"vin": vehicle, "carrier_key": carrier, "event_date": CLOSED, "code": "X"}
                for carrier, vehicle in TRUCKS[::2]
            ),
        ],
        Kind.EMPLOYMENT: [
            {"record_key": f"US/p{n}", "carrier_key": carrier, "start_date": start, "end_date": end}
            for n in range(4)
            for carrier, start, end in (
                ("US/100", None, CLOSED),
                ("US/300", CLOSED + dt.timedelta(days=20), None),
            )
        ],
        Kind.DRIVING: [{"record_key": "US/p0", "vin": "V2", "vin_quality": "valid", "date": CLOSED}],
    }
    found = {}
    for kind, held in rows.items():
        filled = [{"key": f"{kind}{n}", "known_on": KNOWN, "source": "US"} | row for n, row in enumerate(held)]
        schema = FACTS[kind]
        found[kind] = schema.conform(
            pl.DataFrame(
                filled,
                schema_overrides={
                    name: dtype for name, dtype in schema.columns.items() if any(name in row for row in filled)
                },
                infer_schema_length=None,
            )
        )
    return found


WHOLE = given_facts()
MEMBERS = MEMBERSHIP.conform(
    pl.DataFrame({"record_key": [f"US/p{n}" for n in range(4)], "identity_id": list("ABCD"), "confidence": [0.97] * 4})
)
PAIRS = SCORED_PAIR.empty()


def test_the_facts_of_these_tests_make_every_kind_of_succession() -> None:
    edges = desired(WHOLE, MEMBERS, PAIRS).edges.filter(kind=EdgeKind.SUCCEEDS.value)
    assert edges.filter(pl.col("props").is_null()).select("src", "dst").rows() == [("US/300", "US/200")]
    assert edges.filter(pl.col("props").is_not_null()).select("src", "dst").rows() == [("US/200", "US/100")]
    nodes = desired(WHOLE, MEMBERS, PAIRS).nodes.filter(kind="Carrier")
    assert nodes["props"].str.json_path_match("$.possibly_succeeds").to_list() == [None, None, '["US/100"]']


@pytest.mark.parametrize("kind", sorted(set(WHOLE) - {Kind.PERSON}))
@settings(max_examples=6)
@given(data=st.data())
def test_the_difference_in_the_scope_of_a_kind_of_facts_is_the_whole_difference(
    kind: Kind, data: st.DataObject
) -> None:
    rows = WHOLE[kind]
    kept = data.draw(st.lists(st.booleans(), min_size=rows.height, max_size=rows.height))
    before = desired(WHOLE | {kind: rows.filter(pl.Series(kept, dtype=pl.Boolean))}, MEMBERS, PAIRS)
    scope = scope_of({kind}, identities_changed=False)
    needed = {one: facts for one, facts in WHOLE.items() if one in needed_for(scope)}
    found = difference(MemoryStore(before), desired(needed, MEMBERS, PAIRS), scope)
    expected = change(before, desired(WHOLE, MEMBERS, PAIRS))
    for field in fields(expected):
        one, other = getattr(found, field.name), getattr(expected, field.name)
        assert one.sort(pl.all()).equals(other.sort(pl.all())), field.name
