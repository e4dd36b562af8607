"""What tests send to a real `crosslane serve`."""

from __future__ import annotations

import time
from typing import Any

import httpx

from api.bootstrap import open_workspace
from api.keys import Keys
from api.roles import Role
from linkage.ledger import Workspace

OVER = ("done", "failed")


def key(workspace: Workspace, role: Role, name: str = "") -> str:
    """The secret of a new key."""
    with open_workspace(workspace.path).transaction() as connection:
        return str(Keys(connection).add(name or f"{role} {time.monotonic_ns()}", role, "tester")["secret"])


def send(client: httpx.Client, text: str | bytes, source: str, **fields: str) -> dict[str, Any]:
    """The job of a file that was taken on."""
    answer = post(client, text, source, **fields)
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/loads/{job['job_id']}"
    return job


def post(
    client: httpx.Client, text: str | bytes, source: str, *, idempotency: str | None = None, **fields: str
) -> httpx.Response:
    headers = {"Idempotency-Key": idempotency} if idempotency else {}
    data = {"source": source, "today": "2026-06-30", **fields}
    return client.post("/api/v1/loads", data=data, files={"file": ("file.csv", text)}, headers=headers)


def job_of(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """The job as it stands."""
    answer = client.get(f"/api/v1/loads/{job_id}")
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def followed(client: httpx.Client, job_id: str, wait_s: float = 120) -> dict[str, Any]:
    """The job once it is over."""
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        job = job_of(client, job_id)
        if job["state"] in OVER:
            return job
        time.sleep(0.05)
    raise AssertionError(f"not over after {wait_s} s: {job}")
