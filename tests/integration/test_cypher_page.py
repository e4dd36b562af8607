"""The page of Cypher questions: each is what its file says, runs on the demo's graph and answers what it claims."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import polars as pl
import pytest
from neo4j import Driver, GraphDatabase

from graph.embedded import EmbeddedStore
from graph.neo4j import Server
from graph.neo4j.reading_pack import Answer, Question, answers, ask, questions
from graph.neo4j_csv import write_import
from graph.project import snapshot
from graph.schema import EdgeKind, NodeKind, Projection
from graph.store import Mark
from tests.once import copy_of_demo
from tools.neo4j.server import Neo4jServer

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "cypher.md").read_text("utf-8")
PACK = {question.name: question for question in questions()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, neo4j_server: Neo4jServer) -> Projection:
    """The demo's graph, as the embedded store holds it; the server holds it too."""
    ledger = copy_of_demo(tmp_path_factory) / "ledger.db"
    files = tmp_path_factory.mktemp("import") / "files"
    with contextlib.closing(apsw.Connection(str(ledger), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        store = EmbeddedStore(connection)
        write_import(store, Mark(), files)
        neo4j_server.load(files)
        return snapshot(store)


@pytest.fixture(scope="module")
def driver(demo: Projection, neo4j_server: Neo4jServer) -> Iterator[Driver]:
    with GraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.user, neo4j_server.password)) as opened:
        yield opened


def edges(graph: Projection, *kinds: EdgeKind) -> pl.DataFrame:
    return graph.edges.filter(pl.col("kind").is_in([kind.value for kind in kinds]))


def said(graph: Projection, kind: NodeKind) -> dict[str, dict[str, Any]]:
    rows = graph.nodes.filter(kind=kind.value)
    return {key: json.loads(text) if text else {} for key, text in rows.select("key", "props").iter_rows()}


def identity_of(graph: Projection, record: str) -> str:
    return str(edges(graph, EdgeKind.RECORD_OF).filter(src=record)["dst"].item())


def people_by_thing(graph: Projection, kind: EdgeKind) -> dict[str, set[str]]:
    rows = edges(graph, kind).group_by("dst").agg("src")
    return {thing: set(people) for thing, people in rows.iter_rows()}


def answer(driver: Driver, name: str, **changed: Any) -> list[dict[str, Any]]:
    found: Answer = ask(driver, "neo4j", PACK[name], **changed)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_there_are_ten() -> None:
    assert len(PACK) == 10


@pytest.mark.parametrize("number", range(1, 11))
def test_the_page_says_what_the_file_says(number: int) -> None:
    question = questions()[number - 1]
    section = (
        f"## {number}. {question.title}\n\n{question.asks}\n\n```cypher\n{question.text}```\n\n"
        f"With `{json.dumps(question.parameters)}`.\n\n**Beware.** {question.beware}\n"
    )
    assert section in PAGE


@pytest.mark.parametrize("question", PACK.values(), ids=PACK.keys())
def test_every_question_has_an_answer_of_bounded_size(question: Question, driver: Driver) -> None:
    found = ask(driver, "neo4j", question)
    assert 0 < len(found.rows) <= question.parameters["limit"]
    assert question.text.rstrip().endswith("LIMIT $limit")
    assert len(ask(driver, "neo4j", question, limit=1).rows) == 1
    assert ask(driver, "neo4j", question) == found  # rows in one order


def test_all_are_answered_at_once(driver: Driver, neo4j_server: Neo4jServer) -> None:
    told = answers(Server(neo4j_server.uri, neo4j_server.user, neo4j_server.password))
    assert [question for question, _ in told] == list(questions())
    assert all(found == ask(driver, "neo4j", question) for question, found in told)


def test_the_story_s_truck_is_found(demo: Projection, driver: Driver) -> None:
    me, other = identity_of(demo, "STORY-US/U-1001"), identity_of(demo, "STORY-MX/M-41")
    (row,) = answer(driver, "shared_trucks")
    drove = people_by_thing(demo, EdgeKind.DROVE)
    assert {me, other} <= drove[row["truck"]]
    assert (row["other"], row["people"]) == (other, len(drove[row["truck"]]))
    assert (row["from_day"], row["to_day"], row["event_day"]) == ("2025-09-04", "2025-11-06", "2025-11-13")


def test_phones_lead_to_everybody_who_gives_them(demo: Projection, driver: Driver) -> None:
    holders = people_by_thing(demo, EdgeKind.HAS_PHONE)
    crowd = max(holders.values(), key=len)
    for record in ("STORY-US/U-2001", "STORY-US/U-3001"):
        me = identity_of(demo, record)
        shared = {(phone, other) for phone, people in holders.items() if me in people for other in people - {me}}
        rows = answer(driver, "one_phone_away", record=record, limit=1000)
        assert {(row["phone"], row["other"]) for row in rows} == shared
        assert all(row["is_hub"] == (len(holders[row["phone"]]) > 60) for row in rows)
    assert len(crowd) > 60


def test_reopened_carriers_are_the_successions(demo: Projection, driver: Driver) -> None:
    wanted = set(edges(demo, EdgeKind.SUCCEEDS).select("dst", "src").iter_rows())
    rows = answer(driver, "reopened_carriers", limit=1000)
    assert {(row["older"], row["younger"]) for row in rows} == wanted
    workers = people_by_thing(demo, EdgeKind.EMPLOYED_BY)
    for row in rows:
        both = workers.get(row["older"], set()) & workers.get(row["younger"], set())
        assert (row["drivers_of_both"], row["some_of_them"]) == (len(both), sorted(both)[:10])


def test_address_clusters_are_all_there_with_hubs_told_apart(demo: Projection, driver: Driver) -> None:
    homes = people_by_thing(demo, EdgeKind.LIVES_AT)
    guilty = set(edges(demo, EdgeKind.COMMITTED)["src"])
    wanted = sorted(
        (len(people), len(people) > 60, len(people & guilty)) for people in homes.values() if len(people) >= 3
    )
    rows = answer(driver, "address_clusters", at_least=3, limit=1000)
    assert sorted((row["people"], row["is_hub"], row["with_events"]) for row in rows) == wanted
    assert any(row["is_hub"] for row in rows)


def test_who_moved_together_did(demo: Projection, driver: Driver) -> None:
    jobs = edges(demo, EdgeKind.EMPLOYED_BY).drop_nulls("first_seen")
    stints: dict[tuple[str, str], list[Any]] = {}
    for person, carrier, day in jobs.select("src", "dst", "first_seen").iter_rows():
        stints.setdefault((person, carrier), []).append(day)
    workers = people_by_thing(demo, EdgeKind.EMPLOYED_BY)
    wanted = set()
    for earlier, people in workers.items():
        if len(people) > 60:
            continue
        for later, others in workers.items():
            both = sorted(people & others) if later != earlier else []
            for n, one in enumerate(both):
                for two in both[n + 1 :]:
                    starts = [
                        [day for day in stints.get((who, later), []) if day > min(stints.get((who, earlier), [day]))]
                        for who in (one, two)
                    ]
                    if any(abs((a - b).days) <= 31 for a in starts[0] for b in starts[1]):
                        wanted.add((earlier, later, one, two))
    rows = answer(driver, "moved_together", limit=100_000)
    assert {(row["earlier"], row["later"], row["one"], row["two"]) for row in rows} == wanted


def test_trucks_across_carriers_were_driven_for_several(demo: Projection, driver: Driver) -> None:
    drove = edges(demo, EdgeKind.DROVE).select("src", truck="dst", on="first_seen", off="last_seen")
    jobs = edges(demo, EdgeKind.EMPLOYED_BY).select("src", "first_seen", "last_seen", carrier="dst")
    pairs = drove.join(jobs, on="src").filter(
        pl.col("first_seen") <= pl.col("off"), pl.col("last_seen").is_null() | (pl.col("last_seen") >= pl.col("on"))
    )
    counted = pairs.group_by("truck").agg(pl.col("src").n_unique(), pl.col("carrier").n_unique())
    wanted = counted.filter(pl.col("carrier") >= 2, pl.col("src").is_between(2, 60))
    rows = answer(driver, "trucks_across_carriers", limit=100_000)
    assert {(row["truck"], row["drivers"], row["carriers_at_once"]) for row in rows} == set(wanted.iter_rows())


def test_possible_identities_are_those_of_enrolled_drivers(demo: Projection, driver: Driver) -> None:
    enrolled = set(edges(demo, EdgeKind.ENROLLED)["src"])
    links = edges(demo, EdgeKind.POSSIBLY_SAME).select("src", "dst").rows()
    wanted = {pair for one, two in links for pair in ((one, two), (two, one)) if pair[0] in enrolled}
    rows = answer(driver, "possible_identities", limit=100_000)
    assert {(row["driver"], row["other"]) for row in rows} == wanted


def test_the_shortest_path_avoids_hubs(driver: Driver) -> None:
    (near,) = answer(driver, "shortest_path")
    assert (near["steps"], near["ties"]) == (2, ["DROVE", "DROVE"])
    yard = {"from_record": "STORY-YARD/Y-001", "to_record": "STORY-YARD/Y-002"}
    assert answer(driver, "shortest_path", **yard) == []
    assert answer(driver, "shortest_path", **yard, hub=1000)[0]["steps"] == 2


def test_every_record_and_what_rests_on_it_is_shown(demo: Projection, driver: Driver) -> None:
    me = identity_of(demo, "STORY-US/U-1001")
    records = set(edges(demo, EdgeKind.RECORD_OF).filter(dst=me)["src"])
    ties = demo.edges.filter(src=me).filter(pl.col("record").is_in(sorted(records))).select("record", "kind", "dst")
    rows = answer(driver, "records_behind", limit=100_000)
    assert {row["record"] for row in rows} == records
    found = {(row["record"], row["tie"], row["thing"]) for row in rows if row["tie"]}
    assert found == set(ties.iter_rows())


def test_events_under_a_carrier_are_all_there(demo: Projection, driver: Driver) -> None:
    rows = answer(driver, "events_under_carrier", limit=100_000)
    carrier = rows[0]["carrier"]
    assert "US/1478369" in said(demo, NodeKind.CARRIER)[carrier]["members"]
    cited = edges(demo, EdgeKind.CITED_UNDER).filter(dst=carrier)
    assert len(rows) == cited.height
    drove = edges(demo, EdgeKind.DROVE)
    for row in rows:
        day = pl.lit(row["day"]).str.to_date()
        near = drove.filter(
            pl.col("dst") == row["truck"],
            pl.col("first_seen") <= day.dt.offset_by("30d"),
            pl.col("last_seen") >= day.dt.offset_by("-30d"),
        )
        assert row["drivers_then"] == sorted(set(near["src"]))
