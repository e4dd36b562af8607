import datetime as dt
from typing import Any

import orjson
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.project import change, desired
from graph.risk import score_all
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, EdgeKind, NodeKind, Projection
from graph.scope import moves_scores, needed_for, scope_of
from graph.testing.memory import MemoryStore
from graph.verify import verify
from linkage.schema import FACTS, Kind

TODAY = dt.date(2026, 6, 30)
POLICY = load_policy()


def facts(kind: Kind, *rows: dict[str, Any]) -> pl.DataFrame:
    schema = FACTS[kind]
    filled = [{"known_on": TODAY, "key": f"k{n}"} | row for n, row in enumerate(rows)]
    dtypes = {name: dtype for name, dtype in schema.columns.items() if any(name in row for row in filled)}
    return schema.conform(pl.DataFrame(filled, schema_overrides=dtypes))


def people(*names: str, **shared: Any) -> pl.DataFrame:
    rows = [{"key": name, "source": name.split("/")[0], "surname": "Okafor"} | shared for name in names]
    return facts(Kind.PERSON, *rows)


def members(**of: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(key.replace("_", "/"), identity, 0.97) for key, identity in of.items()],
        schema={"record_key": pl.String, "identity_id": pl.String, "confidence": pl.Float64},
        orient="row",
    )


def pairs(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(a, b, 1.0, p) for a, b, p in rows],
        schema={
            "record_l": pl.String,
            "record_r": pl.String,
            "match_weight": pl.Float64,
            "match_probability": pl.Float64,
        },
        orient="row",
    )


def edges(graph: Projection, kind: EdgeKind) -> pl.DataFrame:
    return graph.edges.filter(pl.col("kind") == kind.value)


def keys(graph: Projection, kind: NodeKind) -> list[str]:
    return graph.nodes.filter(pl.col("kind") == kind.value)["key"].to_list()


def whole(graph: Projection) -> Projection:
    NODE.check(graph.nodes)
    EDGE.check(graph.edges)
    assert graph.nodes.select(NODE_KEY).is_unique().all()
    assert graph.edges.select(EDGE_KEY).is_unique().all()
    for end in ("src", "dst"):
        ends = graph.edges.select(kind=f"{end}_kind", key=end)
        assert ends.join(graph.nodes, on=list(NODE_KEY), how="anti").height == 0
    return graph


def test_nothing_makes_nothing():
    graph = whole(desired({}, members(), pairs()))
    assert graph.nodes.height == graph.edges.height == 0


def reload_case(extra: int = 0) -> Projection:
    """incr-reload-same-files: two people, one carrier, a row of employment and an event given twice."""
    job = {"carrier_key": "US/k1", "record_key": "US/d2", "start_date": dt.date(2024, 3, 1)}
    event = {
        "key": "US/e1",
        "record_key": "US/d2",
        "incident_id": "US/e1",
        "event_type": "OUT_OF_SERVICE",
        "severity": 8.0,
        "event_date": dt.date(2025, 2, 2),
    }
    return whole(
        desired(
            {
                Kind.PERSON: people("US/d1", "US/d2", "CA/d3"),
                Kind.CARRIER: facts(
                    Kind.CARRIER, {"key": "US/k1", "source": "US", "carrier_id": "k1", "name": "Three Rivers Haulage"}
                ),
                Kind.EMPLOYMENT: facts(
                    Kind.EMPLOYMENT,
                    {"carrier_key": "US/k1", "record_key": "US/d1", "start_date": dt.date(2024, 1, 1)},
                    *[job] * (2 + extra),
                ),
                Kind.EVENT: facts(Kind.EVENT, event),
            },
            members(US_d1="A", CA_d3="A", US_d2="B"),
            pairs(),
        )
    )


def test_repeated_rows_are_one_edge_and_risk_reaches_through_the_carrier():
    graph = reload_case()
    counts = MemoryStore(graph).counts()
    assert counts.nodes | {"Source": 2} == {"Carrier": 1, "Event": 1, "Identity": 2, "Record": 3, "Source": 2}
    assert counts.edges["EMPLOYED_BY"] == 2
    assert change(graph, reload_case(extra=3)).is_empty
    rows = {r["identity_id"]: r for r in score_all(MemoryStore(graph), POLICY, TODAY).iter_rows(named=True)}
    assert rows["A"]["linked"] > 0 == rows["B"]["linked"]
    report = risk_of(MemoryStore(graph), POLICY, "A", TODAY)
    assert [a["identity_id"] for a in report.associates] == ["B"]
    assert report.linked.contributions[0].ties[0].group == "carrier"


def test_blanks_make_no_node_and_references_find_the_only_carrier_of_the_id():
    """store-nulls-and-reserved-characters."""
    nasty = "Transportes `\u00d1and\u00fa` }) DETACH DELETE n //"
    carriers = [{"key": f"US/k{n}", "source": "US", "carrier_id": f"k{n}", "name": nasty} for n in (1, 2, 3)]
    jobs = [
        {"record_key": r, "carrier_key": c} for r, c in (("MX/d1", "MX/k1"), ("US/d2", "US/k2"), ("CA/d3", "CA/k3"))
    ]
    graph = whole(
        desired(
            {
                Kind.PERSON: people("MX/d1", "US/d2", "CA/d3"),
                Kind.CARRIER: facts(Kind.CARRIER, *carriers),
                Kind.EMPLOYMENT: facts(Kind.EMPLOYMENT, *jobs),
                Kind.EVENT: facts(
                    Kind.EVENT, {"key": "US/392.2-SLLS2/`a`", "record_key": "US/d2", "event_type": nasty}
                ),
            },
            members(MX_d1="A", US_d2="B", CA_d3="C"),
            pairs(),
        )
    )
    assert keys(graph, NodeKind.CARRIER) == ["US/k1", "US/k2", "US/k3"]
    assert keys(graph, NodeKind.PHONE) == keys(graph, NodeKind.ADDRESS) == keys(graph, NodeKind.VEHICLE) == []
    assert edges(graph, EdgeKind.EMPLOYED_BY).height == 3
    said = orjson.loads(graph.nodes.filter(kind="Carrier", key="US/k1")["props"].item())
    assert said["name"] == nasty
    for identity in "ABC":
        assert risk_of(MemoryStore(graph), POLICY, identity, TODAY).associates == []


def test_a_reference_waits_for_its_carrier_and_is_completed_by_a_later_file():
    job = facts(Kind.EMPLOYMENT, {"record_key": "US/d1", "carrier_key": "US/k9"})
    early = {Kind.PERSON: people("US/d1"), Kind.EMPLOYMENT: job}
    waiting = whole(desired(early, members(US_d1="A"), pairs()))
    said = orjson.loads(waiting.nodes.filter(kind="Carrier")["props"].item())
    assert said["is_placeholder"]
    carrier = facts(Kind.CARRIER, {"key": "US/k9", "source": "US", "carrier_id": "k9", "name": "Late"})
    complete = desired(early | {Kind.CARRIER: carrier}, members(US_d1="A"), pairs())
    towards = change(waiting, complete)
    assert towards.nodes_set["key"].to_list() == ["US/k9"]
    assert towards.edges_set.height == towards.edges_removed.height == towards.nodes_removed.height == 0


def test_person_references_never_cross_sources_and_wait():
    job = facts(Kind.EMPLOYMENT, {"record_key": "MX/d1", "carrier_key": "US/k1"})
    graph = whole(desired({Kind.PERSON: people("US/d1"), Kind.EMPLOYMENT: job}, members(US_d1="A"), pairs()))
    assert edges(graph, EdgeKind.EMPLOYED_BY).height == 0


def test_driving_sums_up_days_and_keeps_when_they_were_known():
    def day(n: int, known: dt.date = TODAY) -> dict[str, Any]:
        return {
            "record_key": "US/d1",
            "vin": "V1",
            "vin_quality": "valid",
            "date": dt.date(2025, 3, n),
            "known_on": known,
        }

    later = TODAY + dt.timedelta(days=5)
    driving = facts(Kind.DRIVING, day(1), day(1), day(4), day(9, later), day(1, later))
    graph = whole(desired({Kind.PERSON: people("US/d1"), Kind.DRIVING: driving}, members(US_d1="A"), pairs()))
    found = edges(graph, EdgeKind.DROVE).select("first_seen", "last_seen", "days", "known_on").rows()
    assert found == [
        (dt.date(2025, 3, 1), dt.date(2025, 3, 4), 2, TODAY),
        (dt.date(2025, 3, 9), dt.date(2025, 3, 9), 1, later),
    ]


def test_what_is_said_of_a_record_is_known_once_the_record_is():
    later = TODAY + dt.timedelta(days=9)
    job = facts(Kind.EMPLOYMENT, {"record_key": "US/d1", "carrier_key": "US/k1"})
    graph = desired({Kind.PERSON: people("US/d1", known_on=later), Kind.EMPLOYMENT: job}, members(US_d1="A"), pairs())
    assert edges(graph, EdgeKind.EMPLOYED_BY)["known_on"].to_list() == [later]


def test_possible_pairs_join_identities_once_by_the_likeliest():
    graph = whole(
        desired(
            {Kind.PERSON: people("US/d1", "US/d2", "MX/d3")},
            members(US_d1="B", US_d2="B", MX_d3="A"),
            pairs(("MX/d3", "US/d1", 0.6), ("MX/d3", "US/d2", 0.8), ("US/d1", "US/d2", 0.9)),
        )
    )
    found = edges(graph, EdgeKind.POSSIBLY_SAME)
    assert found.select("src", "dst", "confidence").rows() == [("A", "B", 0.8)]
    assert orjson.loads(found["props"].item()) == {"record_l": "MX/d3", "record_r": "US/d2"}


def test_an_event_joins_its_person_carrier_and_vehicle():
    event = {"key": "US/e", "record_key": "US/d1", "vin": "V1", "carrier_key": "US/k1", "event_date": TODAY}
    truck = facts(Kind.VEHICLE, {"source": "US", "vin": "V1", "vin_quality": "valid", "carrier_key": "US/k1"})
    given = {Kind.PERSON: people("US/d1"), Kind.EVENT: facts(Kind.EVENT, event), Kind.VEHICLE: truck}
    graph = whole(desired(given, members(US_d1="A"), pairs()))
    ends = {kind: edges(graph, kind).select("src", "dst").rows() for kind in EdgeKind}
    assert ends[EdgeKind.COMMITTED] == [("A", "US/e")]
    assert ends[EdgeKind.CITED_UNDER] == [("US/e", "US/k1")]
    assert ends[EdgeKind.IN_VEHICLE] == [("US/e", "V1")]
    assert ends[EdgeKind.OPERATES] == [("US/k1", "V1")]
    nameless = facts(Kind.EVENT, event | {"record_key": None})
    graph = whole(desired(given | {Kind.EVENT: nameless}, members(US_d1="A"), pairs()))
    assert edges(graph, EdgeKind.COMMITTED).height == 0
    assert edges(graph, EdgeKind.CITED_UNDER)["record"].to_list() == [""]


def test_successions_enrolments_and_crossings():
    link = {"carrier_key": "US/k1", "successor_key": "US/k2", "since": TODAY}
    alone = link | {"successor_key": "US/k1"}
    crossing = {"record_key": "US/d1", "port_code": "2304", "date": TODAY}
    graph = whole(
        desired(
            {
                Kind.PERSON: people("US/d1"),
                Kind.CARRIER_LINK: facts(Kind.CARRIER_LINK, link, alone),
                Kind.ENROLMENT: facts(
                    Kind.ENROLMENT, {"source": "FAST", "record_key": "US/d1", "enrolled_on": TODAY, "status": "active"}
                ),
                Kind.CROSSING: facts(Kind.CROSSING, crossing, crossing),
            },
            members(US_d1="A"),
            pairs(),
        )
    )
    assert edges(graph, EdgeKind.SUCCEEDS).select("src", "dst").rows() == [("US/k2", "US/k1")]
    assert edges(graph, EdgeKind.ENROLLED).select("src", "dst").rows() == [("A", "FAST")]
    assert edges(graph, EdgeKind.CROSSED_AT).select("dst", "days").rows() == [("2304", 1)]


def test_a_reopened_carrier_is_an_edge_that_says_so_and_a_declared_one_stands_alone():
    shared = {"address_key": "918|WILLOW BEND DR|LAREDO TX", "phone": "+17029191300", "officers": "N. Okafor"}
    firms = [
        {"key": "US/k1", "usdot": "1", "name_key": "WILLOW HAULAGE", "revoked_on": dt.date(2024, 3, 1)},
        {"key": "US/k2", "usdot": "2", "name_key": "WILLOW SUMMIT EXPRESS", "registered_on": dt.date(2024, 4, 10)},
    ]
    given = {Kind.CARRIER: facts(Kind.CARRIER, *(shared | firm | {"carrier_id": firm["key"]} for firm in firms))}
    found = edges(whole(desired(given, members(), pairs())), EdgeKind.SUCCEEDS).row(0, named=True)
    assert (found["src"], found["dst"], found["first_seen"]) == ("US/k2", "US/k1", dt.date(2024, 4, 10))
    said = orjson.loads(found["props"])
    assert said["found"] is True
    assert sum(reason["bits"] for reason in said["reasons"]) == said["bits"]
    assert 0.8 <= found["confidence"] == pytest.approx(1 / (1 + 2 ** -said["bits"]))
    for old, new in (("US/k1", "US/k2"), ("US/k2", "US/k1")):
        link = facts(Kind.CARRIER_LINK, {"carrier_key": old, "successor_key": new, "since": dt.date(2024, 4, 10)})
        declared = edges(whole(desired(given | {Kind.CARRIER_LINK: link}, members(), pairs())), EdgeKind.SUCCEEDS)
        assert declared.select("src", "dst", "confidence", "props").rows() == [(new, old, 1.0, None)]


def shared_address(**doors: str) -> Projection:
    rows = [
        {"key": k.replace("_", "/"), "source": "US", "address_key": door, "address": door} for k, door in doors.items()
    ]
    events = [
        {"key": f"US/e{n}", "record_key": who, "event_type": "DRUG_ALCOHOL", "severity": 9.0, "event_date": TODAY}
        for n, who in enumerate(("US/y8", "US/h2"))
    ]
    given = {Kind.PERSON: facts(Kind.PERSON, *rows), Kind.EVENT: facts(Kind.EVENT, *events)}
    return whole(desired(given, members(**{k: k for k in doors}), pairs()))


def test_a_home_of_two_outweighs_a_yard_and_a_yard_of_thousands_adds_nothing():
    """query-supernode-address."""
    small = {f"US_y{n}": "yard" for n in range(1, 9)} | {"US_h1": "home", "US_h2": "home"}
    big = small | {f"US_z{n:04d}": "yard" for n in range(5000)}
    linked = []
    for doors in (small, big):
        store = MemoryStore(shared_address(**doors))
        rows = {r["identity_id"]: r["linked"] for r in score_all(store, POLICY, TODAY).iter_rows(named=True)}
        assert rows["US_h1"] > rows["US_y1"]
        linked.append(rows["US_y1"])
    assert linked[0] > linked[1] == 0
    report = risk_of(store, POLICY, "US_y1", TODAY)
    assert report.associates == []
    assert report.discounted_hubs[0]["degree"] == 5008
    assert "left out" in report.discounted_hubs[0]["why"]


def test_twelve_drivers_on_twelve_trucks_count_one_violation_once():
    """query-path-explosion."""
    names = [f"US/d{n:02d}" for n in range(1, 13)]
    trips = [
        {"record_key": who, "vin": f"V{n}", "vin_quality": "valid", "date": dt.date(2025, 3, n)}
        for who in names
        for n in range(1, 13)
    ]
    event = {
        "key": "US/e1",
        "record_key": "US/d12",
        "event_type": "OUT_OF_SERVICE",
        "severity": 8.0,
        "event_date": dt.date(2025, 3, 15),
    }
    given = {
        Kind.PERSON: people(*names),
        Kind.DRIVING: facts(Kind.DRIVING, *trips),
        Kind.EVENT: facts(Kind.EVENT, event),
    }
    store = MemoryStore(whole(desired(given, members(**{n.replace("/", "_"): n for n in names}), pairs())))
    report = risk_of(store, POLICY, "US/d01", TODAY)
    assert len(report.associates) == len({a["identity_id"] for a in report.associates}) == 11
    assert report.events_counted == ["US/e1"]
    assert len(report.linked.contributions) == 1
    rows = {r["identity_id"]: r["linked"] for r in score_all(store, POLICY, TODAY).iter_rows(named=True)}
    assert rows["US/d01"] == rows["US/d02"] > 0


def test_merging_does_not_count_an_event_twice_and_splitting_restores():
    """Invariant 6: two records of one person, each of whom drove the truck of another's event."""
    trips = [
        {"record_key": who, "vin": "V", "vin_quality": "valid", "date": dt.date(2026, 3, 1)}
        for who in ("US/a", "MX/a", "US/x")
    ]
    event = {"key": "US/e", "record_key": "US/x", "code": "US-FED-952", "event_date": dt.date(2026, 3, 1)}
    given = {
        Kind.PERSON: people("US/a", "MX/a", "US/x"),
        Kind.DRIVING: facts(Kind.DRIVING, *trips),
        Kind.EVENT: facts(Kind.EVENT, event),
    }

    def linked(**of: str) -> dict[str, float]:
        store = MemoryStore(desired(given, members(**of), pairs()))
        return dict(score_all(store, POLICY, TODAY).select("identity_id", "linked_points").iter_rows())

    apart = linked(US_a="A", MX_a="B", US_x="X")
    merged = linked(US_a="A", MX_a="A", US_x="X")
    assert merged["A"] == pytest.approx(apart["A"])
    assert linked(US_a="A", MX_a="B", US_x="X") == apart


def test_verify_says_what_differs():
    graph = reload_case()
    assert verify(MemoryStore(graph), graph).to_document()["missing"] == 0
    assert not verify(MemoryStore(), graph).is_equal


def declared(*rows: dict[str, Any]) -> Projection:
    given = {Kind.PERSON: people("US/1", "US/2", "MX/3"), Kind.ASSOCIATION: facts(Kind.ASSOCIATION, *rows)}
    return whole(desired(given, members(US_1="I1", US_2="I2", MX_3="I1"), pairs()))


def tie(a: str, b: str, kind: str = "co-defendant", **more: Any) -> dict[str, Any]:
    return {"source": "US", "a": a, "b": b, "association_kind": kind} | more


def test_a_declared_tie_joins_two_identities_whichever_way_round_and_in_any_order():
    start, early = dt.date(2024, 5, 1), dt.date(2026, 1, 1)
    rows = [
        tie("US/2", "US/1", start_date=start, quality="valid"),
        tie("US/1", "US/2", "guarantor", start_date=start, end_date=TODAY, source="MX", known_on=early),
        tie("US/1", "US/9"),  # waits for its record
        tie("US/1", "MX/3"),  # one person: says nothing of anybody else
        tie("US/1", "US/2", "Known Terrorist associate"),
        tie("US/1", "US/2", "KST"),
    ]
    graph = declared(*rows)
    assert_frame_equal(graph.edges, declared(*reversed(rows)).edges)
    (edge,) = edges(graph, EdgeKind.ASSOCIATED_WITH).iter_rows(named=True)
    assert (edge["src"], edge["dst"], edge["record"]) == ("I1", "I2", "US/1")
    assert (edge["first_seen"], edge["last_seen"], edge["known_on"]) == (start, None, TODAY)
    assert edge["confidence"] == pytest.approx(0.97**2)
    said = orjson.loads(edge["props"])
    assert (said["kinds"], said["sources"]) == (["co-defendant", "guarantor"], ["MX", "US"])
    assert [(one["kind"], one["records"]) for one in said["declared"]] == [
        ("co-defendant", ["US/1", "US/2"]),
        ("guarantor", ["US/1", "US/2"]),
    ]


def test_a_declaration_with_an_end_only_shares_the_edge_of_that_day():
    day = dt.date(2024, 5, 1)
    graph = declared(tie("US/1", "US/2", end_date=day), tie("US/1", "US/2", "guarantor", start_date=day))
    (edge,) = edges(graph, EdgeKind.ASSOCIATED_WITH).iter_rows(named=True)
    assert len(orjson.loads(edge["props"])["declared"]) == 2


def test_declared_ties_move_no_score_and_need_only_people():
    scope = scope_of({Kind.ASSOCIATION}, identities_changed=False)
    assert scope.edges == {EdgeKind.ASSOCIATED_WITH}
    assert not moves_scores(scope)
    assert needed_for(scope) == {Kind.ASSOCIATION, Kind.PERSON}
