"""A real `crosslane serve` in a process of its own, with its runner, to be killed at will."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.bootstrap import open_workspace
from api.keys import Keys
from api.roles import Role
from linkage.ledger import Workspace

COMMAND = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())"]
OVER = ("done", "failed")


@dataclass
class Served:
    """One server that answers at `url`."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def client(self, secret: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {secret}"}, timeout=120)

    def kill(self) -> None:
        """As `kill -9` and a machine that goes down do it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)


def start(workspace: Workspace, *options: str, **environment: str) -> Served:
    """A server on a free port, once it listens; its lines are in a file beside the workspace."""
    log = workspace.path.parent / "served.log"
    with log.open("a") as lines:
        seen = lines.tell()
        command = [*COMMAND, "serve", "--port", "0", "-w", str(workspace.path), *options]
        process = subprocess.Popen(
            command, stderr=lines, stdout=lines, text=True, env={**os.environ, "COLUMNS": "200", **environment}
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = log.read_text()[seen:]
        if "Serving " in told:
            return Served(process, told.split("Serving ")[1].split("/api/v1")[0], log)
        assert process.poll() is None, told
        time.sleep(0.02)
    raise AssertionError(f"no server after a minute: {log.read_text()}")


@contextmanager
def served(workspace: Workspace, *options: str, **environment: str) -> Iterator[Served]:
    """A server that is told to stop when the block ends."""
    server = start(workspace, *options, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
            server.process.wait(60)


@contextmanager
def killed(workspace: Workspace, *options: str) -> Iterator[Served]:
    """A server that is killed when the block ends, if it was not before."""
    server = start(workspace, *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


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
