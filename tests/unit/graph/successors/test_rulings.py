"""What is left to comparing after people's word, and what of it becomes an edge."""

import datetime as dt

import orjson
import polars as pl
import pytest

from graph.project import desired
from graph.schema import EdgeKind, NodeKind
from graph.sentences import say_link
from graph.succession import describe_link
from graph.successors import RULING, find_reopened, settle
from graph.testing.carriers import KNOWN, OLDER, YOUNGER, traces
from linkage.schema import CARRIER, MEMBERSHIP, SCORED_PAIR, Kind

DAY = dt.date(2026, 7, 1)
FAINT = YOUNGER | {"address_key": None, "officers": None}  # possible, not likely
NOTHING = pl.DataFrame(schema={"older": pl.String, "younger": pl.String})


def rulings(*rows: tuple[str, str, str]) -> pl.DataFrame:
    told = [(n, older, younger, ruling, "m.ruiz", DAY) for n, (older, younger, ruling) in enumerate(rows, start=1)]
    return pl.DataFrame(told, schema=RULING.columns, orient="row")


def carriers(**of: str) -> pl.DataFrame:
    rows = [("US/100", "US/100"), ("US/200", "US/200"), *((k.replace("_", "/"), c) for k, c in of.items())]
    return pl.DataFrame(rows, schema={"key": pl.String, "carrier": pl.String}, orient="row")


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    made = find_reopened(traces(OLDER, FAINT))
    assert made["likelihood"].to_list() == ["possible"]
    return made


def test_without_rulings_everything_is_left_as_it_was(found) -> None:
    settled = settle(found, RULING.empty(), carriers(), NOTHING)
    assert settled.found.equals(found)
    assert settled.confirmed.is_empty()


@pytest.mark.parametrize("ends", [("US/100", "US/200"), ("US/200", "US/100")])
def test_a_rejected_pair_is_gone_whichever_way_round_it_was_named(found, ends) -> None:
    settled = settle(found, rulings((*ends, "rejected")), carriers(), NOTHING)
    assert settled.found.is_empty()
    assert settled.confirmed.is_empty()


def test_a_confirmed_pair_keeps_what_comparing_says_of_it(found) -> None:
    settled = settle(found, rulings(("US/100", "US/200", "confirmed")), carriers(), NOTHING)
    assert settled.found.is_empty()
    row = settled.confirmed.row(0, named=True)
    assert (row["older"], row["younger"], row["n"], row["by"], row["known_on"]) == (
        "US/100",
        "US/200",
        1,
        "m.ruiz",
        DAY,
    )
    assert (row["since"], row["bits"]) == (found["since"][0], found["bits"][0])


def test_the_newest_word_stands_also_where_it_names_other_records(found) -> None:
    said = rulings(("US/100", "US/200", "confirmed"), ("US/101", "US/200", "rejected"))
    for of, confirmed in (({"US_101": "US/100"}, 0), ({"US_101": "US/101"}, 1)):
        settled = settle(found, said, carriers(**of), NOTHING)
        assert settled.confirmed.height == confirmed
        assert settled.found.is_empty()


def test_a_ruling_waits_while_its_carriers_are_one_or_gone_or_a_source_says_it(found) -> None:
    said = rulings(("US/100", "US/101", "confirmed"), ("US/100", "US/999", "confirmed"))
    assert settle(found, said, carriers(US_101="US/100"), NOTHING).confirmed.is_empty()
    declared = pl.DataFrame({"older": ["US/200"], "younger": ["US/100"]})
    both = rulings(("US/100", "US/200", "confirmed"))
    assert settle(found.clear(), both, carriers(), declared).confirmed.is_empty()


def graph(*rows: tuple[str, str, str]):
    firms = [{name: value for name, value in firm.items() if name != "carrier"} for firm in (OLDER, FAINT)]
    facts = {Kind.CARRIER: CARRIER.conform(pl.DataFrame(firms, schema_overrides={"registered_on": pl.Date}))}
    return desired(facts, MEMBERSHIP.empty(), SCORED_PAIR.empty(), rulings(*rows))


def node_of_younger(held) -> dict:
    nodes = held.nodes.filter((pl.col("kind") == NodeKind.CARRIER.value) & (pl.col("key") == "US/200"))
    return orjson.loads(nodes["props"][0])


def test_a_confirmed_one_is_an_edge_as_certain_as_a_declared_one_and_says_who_decided() -> None:
    before = graph()
    assert before.edges.filter(pl.col("kind") == EdgeKind.SUCCEEDS.value).is_empty()
    assert node_of_younger(before)["possibly_succeeds"] == ["US/100"]
    held = graph(("US/100", "US/200", "confirmed"))
    edge = held.edges.filter(pl.col("kind") == EdgeKind.SUCCEEDS.value).row(0, named=True)
    assert (edge["src"], edge["dst"], edge["confidence"], edge["known_on"]) == ("US/200", "US/100", 1.0, DAY)
    assert not node_of_younger(held)["possibly_succeeds"]
    link = describe_link(edge)
    assert link["is_declared"]
    assert link["ruling"] == {"n": 1, "by": "m.ruiz", "on": "2026-07-01"}
    assert sum(reason["bits"] for reason in link["reasons"]) == pytest.approx(orjson.loads(edge["props"])["bits"])
    assert say_link("the carrier B", "the carrier A", link) == (
        "The carrier B follows the carrier A: m.ruiz confirmed it, 1 Jul 2026."
    )


def test_one_that_comparing_does_not_find_any_more_stands_by_the_ruling_alone() -> None:
    firms = [OLDER, FAINT | {"phone": None, "name_key": "ZEPHYR", "name": "Zephyr", "registered_on": None}]
    assert find_reopened(traces(*firms)).is_empty()
    rows = [{name: value for name, value in firm.items() if name != "carrier"} for firm in firms]
    facts = {Kind.CARRIER: CARRIER.conform(pl.DataFrame(rows, schema_overrides={"registered_on": pl.Date}))}
    held = desired(facts, MEMBERSHIP.empty(), SCORED_PAIR.empty(), rulings(("US/100", "US/200", "confirmed")))
    edge = held.edges.filter(pl.col("kind") == EdgeKind.SUCCEEDS.value).row(0, named=True)
    assert (edge["first_seen"], edge["confidence"]) == (None, 1.0)
    assert describe_link(edge)["says"] is None
    assert describe_link(edge)["reasons"] == []


def test_a_rejected_one_leaves_neither_edge_nor_hint() -> None:
    held = graph(("US/200", "US/100", "rejected"))
    assert held.edges.filter(pl.col("kind") == EdgeKind.SUCCEEDS.value).is_empty()
    assert not node_of_younger(held)["possibly_succeeds"]
    assert held.nodes.filter(pl.col("known_on") != KNOWN).is_empty()
