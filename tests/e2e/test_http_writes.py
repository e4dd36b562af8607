"""Decisions, coverage, requests to partners, ports and successions over HTTP: what the commands do, once a key."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from api.coverage import CoverageQuestion, coverage_document
from api.load import LoadRequest, load
from api.roles import Role
from eligibility.trail import Trail
from fixtures.world.crossings import Effect, written
from fixtures.world.nameless import nameless_crossings
from linkage.ledger import Decisions
from tests.e2e.http_world import Api, assert_problem, bring, pages, rows_of

PORT = "2506"
SIGNAL = f"{PORT}:fast-above-other:2026Q1"
CARRIERS = """source,carrier_id,name,usdot,address,city,region,phone,officers,status,revoked_on,registered_on
US,100,Okafor Willow Trucking LLC,100100,918 Willow Bend Dr,Laredo,TX,702-919-1300,J. Oka,revoked,2024-03-01,2012-05-02
US,200,Willow Summit Express Inc,200200,,,,702-919-1300,,active,,2024-04-10
US,300,Pine Hollow Haulage LLC,300300,12 Pine Hollow Rd,Fargo,ND,701-555-0188,B. Lund,revoked,2024-05-01,2010-01-02
US,400,Pine Hollow Carriers Inc,400400,12 Pine Hollow Rd,Fargo,ND,701-555-0188,B. Lund,active,,2024-06-01
"""
EMPLOYMENT = """source,record_id,carrier_id,start_date,end_date
US,4,100,2023-01-01,2024-03-01
MX,9,200,2024-05-01,
"""
MEXICAN = "source,record_id,country,given_name,surname,birth_date,curp,licence_number,licence_jurisdiction\n"


def test_a_judgement_joins_two_and_is_taken_back(api: Api) -> None:
    client = api.as_(Role.INVESTIGATOR)
    before = api.partition()
    asked = {"a": "US/3", "b": "US/4", "judgement": "same", "reason": "seen together"}
    made = client.post("/api/v1/decisions", json=asked)
    assert made.status_code == 201
    decision = made.json()["decision"]
    assert (decision["by"], decision["reason"]) == ("key:investigator", "seen together")
    assert [move["kind"] for move in made.json()["moves"]] == ["merge"]
    assert api.id_of("US/3") == api.id_of("US/4")
    assert {before["US/3"], before["US/4"]} <= api.audited("key:investigator")
    path = f"/api/v1/decisions/{decision['n']}"
    back = client.request("DELETE", path, json={"reason": "two people after all"})
    assert (back.status_code, back.json()["decision"]["undone_by"]) == (200, "key:investigator")
    assert api.partition() == before
    assert_problem(client.request("DELETE", path, json={"reason": "again"}), 400)
    assert_problem(client.request("DELETE", "/api/v1/decisions/99", json={"reason": "r"}), 404)
    assert_problem(client.request("DELETE", path, json={}), 422)
    assert_problem(client.request("DELETE", path), 422)
    assert_problem(client.post("/api/v1/decisions", json=asked | {"reason": " "}), 422)
    assert_problem(client.post("/api/v1/decisions", json=asked | {"by": "somebody else"}), 422)
    assert_problem(client.post("/api/v1/decisions", json=asked | {"b": "US/3"}), 400)
    assert_problem(api.as_(Role.VIEWER).post("/api/v1/decisions", json=asked), 403)
    with api.workspace.reading() as connection:
        assert len(Decisions(connection).all()) == 1
        steps = Trail(connection).of(f"decision:{decision['n']}")
    assert [(step.actor, step.reason) for step in steps] == [
        ("key:investigator", "seen together"),
        ("key:investigator", "two people after all"),
    ]


def test_a_judgement_under_a_key_is_made_once(api: Api) -> None:
    client, headers = api.as_(Role.INVESTIGATOR), {"Idempotency-Key": "k-1"}
    asked = {"a": "US/3", "b": "US/4", "judgement": "same", "reason": "seen together"}
    first = client.post("/api/v1/decisions", json=asked, headers=headers)
    again = client.post("/api/v1/decisions", json=asked, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    with api.workspace.reading() as connection:
        assert len(Decisions(connection).all()) == 1


def test_coverage_pages_as_the_command_lists_it(api: Api) -> None:
    client = api.as_(Role.VIEWER)
    whole = coverage_document(api.workspace, CoverageQuestion())["rows"]
    assert len(whole) > 8
    paged = rows_of(pages(client, "/api/v1/coverage", limit=5))
    key = ("identity_id", "country", "record_type")
    assert paged == sorted(whole, key=lambda row: tuple(row[name] for name in key))
    never = rows_of(pages(client, "/api/v1/coverage", result="never", country="MX"))
    assert {(row["result"], row["country"]) for row in never} == {("never", "MX")}
    board = client.get("/api/v1/coverage/board").json()
    assert board["drivers"] == 2
    oldest = client.get("/api/v1/coverage/oldest", params={"limit": 1}).json()
    assert (len(oldest["rows"]), oldest["truncated"]) == (1, oldest["total"] > 1)
    assert bool(oldest["notice"]) == oldest["truncated"]
    assert_problem(client.get("/api/v1/coverage", params={"result": "good"}), 422)
    assert_problem(client.get("/api/v1/coverage", params={"country": "ZZ"}), 400)


def test_a_gap_is_asked_about_answered_and_chased(api: Api, tmp_path: Path) -> None:
    bring(
        api.workspace,
        tmp_path,
        "drivers",
        MEXICAN + "MX,m1,MX,Ramiro,Zabulondo,1984-03-19,ZAXR840319HNLBXM07,31552208,TX\n",
    )
    client = api.as_(Role.REVIEWER)
    asked = {"partner": "MX", "record_type": "criminal", "reason": "yearly round"}
    headers = {"Idempotency-Key": "round-1"}
    made = client.post("/api/v1/exchange/requests", json=asked, headers=headers)
    assert made.status_code == 201
    assert made.json()["rows"], made.json()
    again = client.post("/api/v1/exchange/requests", json=asked, headers=headers).json()
    assert [row["request_id"] for row in again["rows"]] == [row["request_id"] for row in made.json()["rows"]]
    listed = rows_of(pages(client, "/api/v1/exchange", limit=1))
    assert [row["request_id"] for row in listed] == [row["request_id"] for row in made.json()["rows"]]
    assert {row["identity_id"] for row in listed} <= api.audited("key:reviewer")
    request = listed[0]["request_id"]
    packets = client.post("/api/v1/exchange/packets", json={"partner": "MX", "reason": "sent"}).json()["packets"]
    subject = next(packet["subject"] for packet in packets if packet["request_id"] == request)
    answer = {
        "source": "MX",
        "request_id": request,
        "record_id": "77",
        "answer": "clear",
        "as_of": "2026-06-30",
        "legal_basis": "Art. 1",
        "given_name": subject["given_name"],
        "surname": subject["surname"],
        "birth_date": subject["birth_date"],
    }
    taken = client.post("/api/v1/exchange/answers", json={"answers": [answer]})
    assert taken.status_code == 200, taken.text
    assert [row["verdict"] for row in taken.json()["answers"]] == ["accepted"]
    assert [file["file"] for file in taken.json()["load"]["files"]] == ["answers.csv"], "no folder of ours is named"
    assert str(tmp_path.parent) not in taken.text
    same = client.post("/api/v1/exchange/answers", json={"answers": [answer]}).json()
    assert (same["load"]["unchanged"], same["answers"]) == (True, [])
    assert client.get("/api/v1/exchange", params={"state": "answered"}).json()["counts"]["answered"] == 1
    late = client.post("/api/v1/exchange/chases", json={"reason": "no answer", "today": "2027-01-01"}).json()
    assert {row["request_id"] for row in late["rows"]} == {row["request_id"] for row in listed} - {request}
    assert_problem(client.post("/api/v1/exchange/requests", json=asked | {"partner": "ZZ"}), 400)
    assert_problem(client.post("/api/v1/exchange/requests", json={"partner": "MX"}), 422)
    assert_problem(api.as_(Role.VIEWER).get("/api/v1/exchange"), 403)


def test_a_ruling_on_two_carriers_moves_scores_and_is_taken_back(api: Api, tmp_path: Path) -> None:
    for source, text in (("carriers", CARRIERS), ("employment", EMPLOYMENT)):
        bring(api.workspace, tmp_path, source, text)
    client = api.as_(Role.INVESTIGATOR)
    everything = rows_of(pages(client, "/api/v1/successions", limit=1, all=True))
    assert [(row["older"], row["answer"]) for row in everything] == [("US/300", "likely"), ("US/100", "possible")]
    (row,) = rows_of(pages(client, "/api/v1/successions"))
    before = client.get("/api/v1/drivers/MX%2F9/score").json()
    asked = {"older": row["older"], "younger": row["younger"], "ruling": "confirmed", "reason": "the same yard"}
    headers = {"Idempotency-Key": "r-1"}
    made = client.post("/api/v1/successions/rulings", json=asked, headers=headers)
    assert made.status_code == 201
    assert made.json()["ruling"]["by"] == "key:investigator"
    assert client.post("/api/v1/successions/rulings", json=asked, headers=headers).json() == made.json()
    assert client.get("/api/v1/drivers/MX%2F9/score").json()["linked"] > before["linked"]
    n = made.json()["ruling"]["n"]
    back = client.request("DELETE", f"/api/v1/successions/rulings/{n}", json={"reason": "two yards"})
    assert back.json()["ruling"]["undone_by"] == "key:investigator"
    assert client.get("/api/v1/drivers/MX%2F9/score").json() == before
    assert_problem(client.request("DELETE", "/api/v1/successions/rulings/77", json={"reason": "r"}), 404)
    assert_problem(client.post("/api/v1/successions/rulings", json=asked | {"older": "US/nobody"}), 400)


def crossings(folder: Path, seed: int, effect: Effect, keep: pl.Expr) -> Path:
    drawn = nameless_crossings(90_000, seed, date(2026, 6, 30), effect)
    rows = written(drawn).with_columns(pl.format("{}{}", pl.lit(f"S{seed}"), "crossing_id").alias("crossing_id"))
    rows = rows.filter(keep).with_columns(source=pl.lit("CBP"), record_id=pl.lit(None, pl.String))
    path = folder / f"crossings{seed}.csv"
    rows.with_columns(pl.col(pl.String).replace("", None)).write_csv(path)
    return path


def test_an_alarm_at_a_port_is_owned_acted_on_measured_and_closed(api: Api, tmp_path: Path) -> None:
    turned = Effect(planted_port=PORT, random_share=0.35)
    file = crossings(tmp_path, 3, turned, pl.col("date") < "2026-04-01")
    load(api.workspace, LoadRequest((file,), "crossings", date(2026, 6, 30)))
    client = api.as_(Role.REVIEWER)
    found = client.get("/api/v1/ports").json()
    assert SIGNAL in [signal["signal"] for signal in found["signals"]]
    part = client.get("/api/v1/ports", params={"port": PORT, "from": "2025-08-15"}).json()
    assert ([row["port_code"] for row in part["rows"]], part["quarters"][0]) == ([PORT], "2025Q3")
    assert "9999" not in assert_problem(client.get("/api/v1/ports", params={"port": "9999"}), 400)["detail"]

    def done(path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        answer = client.post(f"/api/v1/ports/actions{path}", json=body | {"reason": "FAST above the others"})
        assert answer.status_code == status, answer.text
        document: dict[str, Any] = answer.json()
        return document

    opened = done("", 201, signal=SIGNAL, owner="M. Chan", due_on="2026-05-01")
    n = opened["action"]
    assert (opened["state"], opened["changed_by"]) == ("assigned", "key:reviewer")
    assert done(f"/{n}/take", kind="revet-cohort", on="2026-04-01")["state"] == "taken"
    assert done(f"/{n}/measure", 400)["detail"]
    calm = crossings(tmp_path, 4, Effect(planted_port=None, random_share=0.35), pl.col("date") >= "2026-04-01")
    load(api.workspace, LoadRequest((calm,), "crossings", date(2026, 6, 30)))
    assert done(f"/{n}/measure")["after"]["verdict"] == "fell"
    closed = done(f"/{n}/close", outcome="resolved")
    assert rows_of(pages(client, "/api/v1/ports/actions")) == [closed]
    refused = client.post("/api/v1/ports/actions", json={"signal": "=nonsense", "owner": "x", "reason": "r"})
    assert "nonsense" not in assert_problem(refused, 400)["detail"]
    assert_problem(client.post("/api/v1/ports/actions/99/close", json={"outcome": "resolved", "reason": "r"}), 404)
