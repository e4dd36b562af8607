"""A decision sent while somebody else writes for long: taken on, done in its turn, once, and told as any other."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.audit import AuditLog
from api.bootstrap import open_workspace
from api.roles import Role
from faults.served import served
from linkage.ledger import Decisions
from tests.e2e.http_world import a_world
from tests.e2e.served import key

REASON = "the two were seen together by Wilhelmina"
ASKED = {"a": "US/1", "b": "CA/1", "judgement": "different", "reason": REASON}


def _over(client: httpx.Client, place: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job: dict[str, Any] = client.get(place).json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


@pytest.mark.timeout(200)
def test_a_decision_waits_its_turn_where_a_load_takes_long(tmp_path: Path) -> None:
    workspace = open_workspace(a_world(tmp_path))
    secret, loader = key(workspace, Role.INVESTIGATOR, "judge"), key(workspace, Role.LOADER)
    together = workspace.resolve_id("US/1")
    assert workspace.resolve_id("CA/1") == together
    with served(workspace, CROSSLANE_WRITE_WAIT_S="0.2") as server, server.client(secret) as client:
        headers = {"Idempotency-Key": "k1"}
        with workspace.exclusive():  # a load that somebody started on the command line
            first, again = (client.post("/api/v1/decisions", json=ASKED, headers=headers) for _ in range(2))
            assert (first.status_code, first.text) == (202, again.text), first.text
            wrong = client.post("/api/v1/decisions", json=ASKED | {"a": "US/none"})
            assert wrong.status_code == 202
            assert client.get(f"/api/v1/loads/{first.json()['job_id']}").status_code == 403
        done = _over(client, first.headers["location"])
        assert (done["state"], done["kind"]) == ("done", "decision"), done
        decided = done["decided"]
        assert (decided["decision"]["reason"], decided["decision"]["by"]) == (REASON, "key:judge")
        assert "split" in [move["kind"] for move in decided["moves"]]
        assert [score["identity_id"] for score in decided["relied_on"]["scores"]]
        failed = _over(client, wrong.headers["location"])
        assert (failed["state"], failed["problem"]["status"], failed["decided"]) == ("failed", 404, None)
        with workspace.exclusive():
            back = client.request("DELETE", "/api/v1/decisions/1", json={"reason": "it was another"})
            assert back.status_code == 202
        undone = _over(client, back.headers["location"])["decided"]
        assert undone["decision"]["undone_by"] == "key:judge"
        with server.client(loader) as other:
            assert other.get("/api/v1/loads").json()["rows"] == []
            assert other.get(f"/api/v1/loads/{first.json()['job_id']}").status_code == 404
            assert other.get(first.headers["location"]).status_code == 403
    assert workspace.resolve_id("US/1") == workspace.resolve_id("CA/1")
    with workspace.reading() as connection:
        assert len(Decisions(connection).all()) == 1
        rows = json.dumps(connection.execute("SELECT * FROM job").fetchall())
    assert list((workspace.path / "incoming").iterdir()) == []
    for word in ("Wilhelmina", "another"):
        assert word not in rows + server.log.read_text()
    audited = {entry.identity_id for entry in AuditLog(workspace.path).entries() if entry.action == "decision"}
    assert together in audited
