import datetime as dt

import orjson
import polars as pl

from graph.context import NO_RECORDS, HeldRecords
from graph.excess import carrier_records
from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.project import ProjectedGraph
from graph.schema import Projection
from graph.testing.memory import MemoryStore
from graph.testing.worlds import Happening, Hold, World

POLICY = load_policy()
AS_OF = dt.date(2026, 6, 30)
DAY = dt.date(2025, 7, 30)


def carriers(graph: Projection, records=None, of: str = "d", as_of: dt.date = AS_OF) -> dict:
    kept = HeldRecords(as_of, records) if records is not None else NO_RECORDS
    return risk_of(MemoryStore(graph), POLICY, of, as_of, kept).context.carriers


def found_link(graph: Projection) -> Projection:
    said = {"found": True, "bits": 9.0, "says": "Phoenix started 12 days after the revocation of Old", "reasons": []}
    props = pl.when(pl.col("kind") == "SUCCEEDS").then(pl.lit(orjson.dumps(said).decode()))
    return Projection(graph.nodes, graph.edges.with_columns(props=props))


def reopened() -> World:
    held = (Hold("d", "carrier", "c2", DAY, None), Hold("x", "carrier", "c1", DAY, DAY))
    return World(held, (Happening("x", "e", DAY),), successions=(("c2", "c1", 0.93),))


def test_a_declared_succession_says_so_in_context_and_in_the_tie():
    graph = reopened().to_graph()
    (one,) = carriers(graph)["shown"]
    assert (one["carrier"], one["is_large"], one["record"]) == ("c2", False, None)
    assert one["spans"] == [{"first": "2025-07-30", "last": None}]
    assert [(f["carrier"], f["is_declared"], f["confidence"]) for f in one["follows"]] == [("c1", True, 0.93)]
    assert one["sentences"] == ["The carrier c2 follows the carrier c1: a source declares it."]
    (older,) = carriers(graph, of="x")["shown"]
    assert [f["carrier"] for f in older["followed_by"]] == ["c2"]
    (item,) = risk_of(MemoryStore(graph), POLICY, "d", AS_OF).linked.contributions
    assert item.ties[0].succession["is_declared"]
    assert item.ties[0].sentence.startswith(
        "This driver worked for the carrier c2 since 30 Jul 2025; another driver worked for the carrier c1 on 30 Jul"
        " 2025. The carrier c2 follows the carrier c1: a source declares it."
    )


def test_a_found_succession_says_what_it_rests_on():
    graph = found_link(reopened().to_graph())
    words = (
        "The carrier c2 looks like the carrier c1 reopened: found by comparing the two, declared by nobody, probability"
        " 0.93. Phoenix started 12 days after the revocation of Old."
    )
    (one,) = carriers(graph)["shown"]
    assert one["sentences"] == [words]
    assert one["follows"][0]["is_declared"] is False
    (item,) = risk_of(MemoryStore(graph), POLICY, "d", AS_OF).linked.contributions
    assert words in item.sentence


def test_a_succession_over_further_carriers_says_so():
    held = (Hold("d", "carrier", "c3", DAY, None), Hold("x", "carrier", "c1", DAY, DAY))
    world = World(held, (Happening("x", "e", DAY),), successions=(("c3", "c2", 1.0), ("c2", "c1", 1.0)))
    (item,) = risk_of(world.to_store(), POLICY, "d", AS_OF).linked.contributions
    assert item.ties[0].succession is None
    assert "it goes over further carriers" in item.sentence


def test_a_possible_succession_is_told_once_it_was_known():
    graph = World((Hold("d", "carrier", "c2", DAY, None), Hold("x", "carrier", "c1", DAY, DAY))).to_graph()
    said = '{"name":"Phoenix","possibly_succeeds":["c1"],"possibly_succeeds_known_on":["2026-02-01"]}'
    props = pl.when(pl.col("key") == "c2").then(pl.lit(said))
    graph = Projection(graph.nodes.with_columns(props=props), graph.edges)
    (one,) = carriers(graph)["shown"]
    assert one["possibly_succeeds"] == [{"carrier": "c1", "label": "the carrier c1", "known_on": "2026-02-01"}]
    assert one["sentences"] == ["Phoenix may be the carrier c1 reopened; nobody has judged it, and it ties nobody."]
    assert carriers(graph, as_of=dt.date(2026, 1, 31))["shown"] == []


def fleet() -> World:
    """Six carriers of 61 drivers in their third year; all drivers of c5 and three of each other one have an event."""
    start = dt.date(2024, 6, 30)
    held = [Hold(f"p{c}-{n}", "carrier", f"c{c}", start, None) for c in range(6) for n in range(61)]
    events = [
        Happening(f"p{c}-{n}", f"e{c}-{n}", DAY, "US-SMS-392.2R") for c in range(6) for n in range(61 if c == 5 else 3)
    ]
    return World((*held, Hold("d", "carrier", "c5", DAY, None)), tuple(events))


def test_a_large_carrier_s_record_stands_beside_what_its_size_predicts():
    graph = fleet().to_graph()
    records = carrier_records(ProjectedGraph(graph), POLICY, AS_OF)
    (one,) = carriers(graph, records)["shown"]
    assert (one["people"], one["is_large"], one["record"]["incidents"], one["record"]["peers"]) == (62, True, 61, 6)
    assert 3 < one["record"]["ratio"] < 61 / one["record"]["expected"]
    assert one["record"]["low"] < one["record"]["ratio"] < one["record"]["high"]
    assert one["sentences"][0] == (
        "The carrier c5 has 62 drivers on file, too many to tie any two of them. In 3 years its drivers had 61"
        f" incidents that count in 123 driver-years; 12.7 is usual for that size among 6 large carriers. Taking its"
        f" peers into account, {one['record']['ratio']:.2f} times the usual (90% interval {one['record']['low']:.2f} to"
        f" {one['record']['high']:.2f}); inspections are not known. It carries no points."
    )


def test_without_a_kept_record_it_says_so():
    (one,) = carriers(fleet().to_graph())["shown"]
    assert one["record"] is None
    assert one["sentences"][0].endswith("Its own record is not kept for this day.")
