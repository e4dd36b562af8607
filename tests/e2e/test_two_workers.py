"""Two processes answer, one loads, and many write at once: nothing fails, nothing is lost, nothing is there twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bootstrap import open_workspace
from api.doctor import doctor
from api.roles import Role
from eligibility.trail import Trail
from faults.served import served
from linkage.ledger import LoadTables
from tests.e2e.http_world import a_world
from tests.e2e.served import followed, key, post
from tests.e2e.test_load_jobs import many

NOTES, RECORDS = 12, 6
PAIRS = (("US/3", "US/4", "different"), ("US/2", "US/4", "different"), ("US/3", "US/2", "different"))


@pytest.mark.timeout(400)
def test_two_workers_and_a_load_lose_and_double_nothing(tmp_path: Path) -> None:
    workspace = open_workspace(a_world(tmp_path))
    with workspace.reading() as connection:
        before = LoadTables(connection).ids()
    secrets = {name: key(workspace, role, name) for name, role in _CALLERS.items()}
    with served(workspace, "--workers", "2") as server:
        clients = {name: server.client(secret) for name, secret in secrets.items()}
        with clients["loader"] as loader:
            job = post(loader, many(1200), "drivers", idempotency="big").json()
            writes = _writes(clients)
            with ThreadPoolExecutor(12) as pool:
                answers = [answer for twice in pool.map(_twice, writes) for answer in twice]
            again = post(loader, many(1200), "drivers", idempotency="big").json()
            assert again["job_id"] == job["job_id"]
            done = followed(loader, job["job_id"])
            jobs = loader.get("/api/v1/loads").json()["rows"]
            for one in jobs:
                assert followed(loader, one["job_id"])["state"] == "done"
        for client in clients.values():
            client.close()
    assert done["state"] == "done"
    assert {answer.status_code for answer in answers} <= {200, 201, 202}, [
        a.text for a in answers if a.status_code > 299
    ]
    assert len(jobs) == 1 + RECORDS
    with workspace.reading() as connection:
        notes = [row[0] for row in connection.execute("SELECT text FROM review_note")]
        written_at = [row[0] for row in connection.execute("SELECT at FROM review_note")]
        decisions = connection.execute("SELECT a, b, judgement FROM decision").fetchall()
        loads = LoadTables(connection).ids()
        assert Trail(connection).verify() == []
        told = connection.execute("SELECT count(*) FROM trail WHERE action = 'review note'").get
    assert sorted(notes) == sorted(f"{name} {n}" for name in ("one", "two", "three") for n in range(NOTES))
    assert told == len(notes)
    assert sorted(decisions) == sorted((min(a, b), max(a, b), judgement) for a, b, judgement in PAIRS)
    assert loads == [*before, *range(before[-1] + 1, before[-1] + 2 + RECORDS)]
    held = workspace.memberships()["record_key"].to_list()
    assert len(held) == len(set(held))
    assert {f"US/push{n}" for n in range(RECORDS)} <= set(held)
    assert sum(record.split("/")[1].startswith("r") for record in held) == 2400
    assert all(check["ok"] for check in doctor(workspace.path)["checks"])
    # While it computed, too: from its beginning to its end somebody wrote.
    began, ended = (datetime.fromisoformat(done[name]) for name in ("started_at", "finished_at"))
    assert any(began < datetime.fromisoformat(at) < ended for at in written_at)


_CALLERS = {
    "loader": Role.LOADER,
    "one": Role.REVIEWER,
    "two": Role.REVIEWER,
    "three": Role.SUPERVISOR,
    "judge": Role.INVESTIGATOR,
}


def _writes(clients: dict[str, httpx.Client]) -> list[Callable[[], httpx.Response]]:
    """Every write as it is sent, under a key of its own."""

    def write(name: str, path: str, body: dict[str, Any], idempotency: str) -> Callable[[], httpx.Response]:
        headers = {"Idempotency-Key": idempotency}
        return lambda: clients[name].post(f"/api/v1/{path}", json=body, headers=headers)

    notes = [
        write(name, "reviews/1/note", {"text": f"{name} {n}"}, f"note-{n}")
        for n in range(NOTES)
        for name in ("one", "two", "three")
    ]
    pushed = [
        {"source": "US", "record_id": f"push{n}", "given_name": f"Xan{n}", "surname": f"Ybarra{'abcdefgh'[n] * 3}"}
        for n in range(RECORDS)
    ]
    records = [
        write("loader", "records", {"source": "drivers", "today": "2026-06-30", "records": [row]}, f"push-{n}")
        for n, row in enumerate(pushed)
    ]
    decided = [
        write("judge", "decisions", {"a": a, "b": b, "judgement": judgement, "reason": "two passports"}, f"pair-{n}")
        for n, (a, b, judgement) in enumerate(PAIRS)
    ]
    return [*notes[:9], *decided, *records, *notes[9:]]


def _twice(send: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """The same write sent twice at the same moment; both are answered alike."""
    start, answers = threading.Barrier(2), []

    def one() -> None:
        start.wait()
        answers.append(send())

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2
    assert _told(answers[0]) == _told(answers[1])
    return answers


def _told(answer: httpx.Response) -> tuple[int, str]:
    """What both are told; which job it is, for it may have begun between the two."""
    return answer.status_code, answer.json().get("job_id", answer.text)
