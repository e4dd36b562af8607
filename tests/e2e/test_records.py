"""`POST records` on a running server: resolved at once by the rules of a load, safe while a long one runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from api.roles import Role
from faults.served import Served, killed, served
from linkage.ledger import LoadTables, Workspace
from linkage.schema import PERSON, Kind
from tests.e2e.served import followed, key, send
from tests.e2e.test_load_jobs import many

DAY = "2026-06-30"
ULISES = {
    "source": "US", "record_id": "TX-1", "country": "US", "given_name": "Ulises", "surname": "Quintanar",
    "birth_date": "1984-03-09", "licence_number": "31840309", "licence_jurisdiction": "TX",
}  # fmt: skip
PATIENT = {"CROSSLANE_WRITE_WAIT_S": "60"}
"""However busy the machine is, records are waited for."""
SAME = ULISES | {"source": "MX", "record_id": "NL-1", "country": "MX"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "w")


@pytest.fixture
def secret(workspace: Workspace) -> str:
    return key(workspace, Role.LOADER)


@pytest.fixture
def server(workspace: Workspace) -> Iterator[Served]:
    with served(workspace, **PATIENT) as server:
        yield server


@pytest.fixture
def client(secret: str, server: Served) -> Iterator[httpx.Client]:
    with server.client(secret) as client:
        yield client


def push(client: httpx.Client, *records: dict[str, Any], idempotency: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": idempotency} if idempotency else {}
    body = {"source": "drivers", "today": DAY, "records": records}
    return client.post("/api/v1/records", json=body, headers=headers)


def _loads(workspace: Workspace) -> list[int]:
    with workspace.reading() as connection:
        return LoadTables(connection).ids()


def test_each_record_is_told_whose_it_is(workspace: Workspace, client: httpx.Client, server: Served) -> None:
    first = push(client, ULISES, {**ULISES, "record_id": ""})
    assert first.status_code == 200, first.text
    told = first.json()
    assert (told["accepted"], told["rejected"], told["load_id"], told["unchanged"]) == (1, 1, 1, False)
    assert [(row["line"], row["accepted"]) for row in told["records"]] == [(1, True), (2, False)]
    assert [(issue["column"], bool(issue["rule"])) for issue in told["records"][1]["rejected"]] == [("record_id", True)]
    identity = told["records"][0]["identity_id"]
    assert workspace.resolve_id("US/TX-1") == identity
    second = push(client, SAME).json()
    assert (second["identities"]["grown"], second["records"][0]["identity_id"]) == (1, identity)
    again = push(client, SAME).json()
    assert (again["unchanged"], again["load_id"], again["records"][0]["identity_id"]) == (True, None, identity)
    assert _loads(workspace) == [1, 2]
    assert list((workspace.path / "incoming").iterdir()) == []
    seen = client.get(f"/api/v1/loads/{told['job_id']}").json()
    assert (seen["kind"], seen["load"]["records"]) == ("records", told["records"])
    with workspace.reading() as connection:
        rows = json.dumps(connection.execute("SELECT * FROM job").fetchall())
    for word in ("Quintanar", "Ulises", "1984", "31840309"):
        assert word not in rows + server.log.read_text()


def test_a_record_that_changes_back_counts_again(workspace: Workspace, client: httpx.Client) -> None:
    for name in ("Ulises", "Ulisses", "Ulises"):
        assert push(client, ULISES | {"given_name": name}).json()["unchanged"] is False
        assert workspace.facts(Kind.PERSON, ["given_name"])["given_name"].to_list() == [name]
    assert _loads(workspace) == [1, 2, 3]


def test_records_are_read_as_a_file_of_them_is(workspace: Workspace, client: httpx.Client, tmp_path: Path) -> None:
    other = create_workspace(tmp_path / "other")
    rows = [
        ULISES | {"birth_date": "09/03/1984", "phone": "956 555 0101", "fast_id": 981300417},
        SAME | {"surname": "QUINTANAR GARCÍA", "licence_number": None},
        ULISES | {"record_id": "TX-2", "surname": "", "given_name": ""},
        ULISES | {"record_id": "TX-3", "birth_date": "1900-01-01"},
    ]
    file = tmp_path / "same.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    document = load(other, LoadRequest((file,), "drivers", date.fromisoformat(DAY)))
    told = push(client, *rows).json()
    assert (told["accepted"], told["rejected"]) == (
        document["files"][0]["accepted"],
        len(document["files"][0]["rejected"]),
    )
    warned = [(row["line"], issue["column"], issue["rule"]) for row in told["records"] for issue in row["warned"]]
    assert warned == [(row["line"], row["column"], row["rule"]) for row in document["files"][0]["warned"]]
    columns = PERSON.without("known_on")
    assert workspace.facts(Kind.PERSON, columns).equals(other.facts(Kind.PERSON, columns))


def test_a_list_that_cannot_be_used_is_refused(workspace: Workspace, client: httpx.Client) -> None:
    nested = ULISES | {"surname": ["Quintanar"]}
    for body, status in (
        ({"source": "drivers", "records": []}, 422),
        ({"source": "drivers", "records": [ULISES] * 501}, 422),
        ({"source": "no-such", "records": [ULISES]}, 422),
        ({"source": "drivers", "records": [nested]}, 422),
        ({"source": "drivers", "records": [{"name": "Quintanar"}]}, 422),
        ({"source": "drivers", "records": "Quintanar"}, 422),
        ({"source": "drivers", "records": [ULISES], "mode": "snapshot"}, 422),
    ):
        answer = client.post("/api/v1/records", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), body
        assert "Quintanar" not in answer.text
    assert _loads(workspace) == []


def test_under_a_key_records_are_resolved_once(workspace: Workspace, client: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: push(client, ULISES, idempotency="k1"), range(8)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert push(client, SAME, idempotency="k1").status_code == 422
    assert _loads(workspace) == [1]
    with workspace.reading() as connection:
        assert connection.execute("SELECT count(*) FROM job").get == 1


@pytest.mark.timeout(200)
def test_while_a_long_load_runs_records_are_safe_and_their_turn_comes(workspace: Workspace, secret: str) -> None:
    with served(workspace, CROSSLANE_WRITE_WAIT_S="0.3") as server, server.client(secret) as client:
        with workspace.exclusive():  # a load that somebody started on the command line
            long = send(client, many(400), "drivers")
            answer = push(client, ULISES, idempotency="k1")
            assert answer.status_code == 202, answer.text
            job_id = answer.json()["job_id"]
            assert answer.headers["location"] == f"/api/v1/loads/{job_id}"
            again = push(client, ULISES, idempotency="k1")
            assert (again.status_code, again.text) == (202, answer.text)
        done = followed(client, job_id)
        assert (done["state"], done["load"]["records"][0]["accepted"]) == ("done", True)
        assert followed(client, long["job_id"])["load_id"] == 1
        last = push(client, ULISES, idempotency="k1")
        assert (last.status_code, last.text) == (202, answer.text)
        assert followed(client, push(client, ULISES).json()["job_id"])["load"]["unchanged"] is True
    assert _loads(workspace) == [1, 2]


@pytest.mark.timeout(200)
def test_a_crash_between_write_and_answer_neither_loses_nor_doubles(workspace: Workspace, secret: str) -> None:
    for n in range(3):
        with killed(workspace) as server, server.client(secret) as client, ThreadPoolExecutor(1) as pool:
            sent = pool.submit(_pushed_or_not, client, n)
            time.sleep(0.15 * n)
            server.kill()
            sent.result(60)
        with served(workspace, **PATIENT) as server, server.client(secret) as client:
            answer = _push_one(client, n)
            assert answer.status_code == 200, answer.text
            assert answer.json()["records"][0]["identity_id"] == workspace.resolve_id(f"US/R{n}")
            assert _push_one(client, n).text == answer.text
    assert _loads(workspace) == [1, 2, 3]


def _push_one(client: httpx.Client, n: int) -> httpx.Response:
    return push(client, ULISES | {"record_id": f"R{n}", "surname": f"Quintanar{'abc'[n]}"}, idempotency=f"k{n}")


def _pushed_or_not(client: httpx.Client, n: int) -> None:
    try:
        _push_one(client, n)
    except httpx.HTTPError:
        return
