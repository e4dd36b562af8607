"""A real `crosslane serve` with its processes, any of which may be killed."""

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

import httpx

from linkage.ledger import Workspace

COMMAND = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())"]
START_S = 60.0


@dataclass
class Served:
    """One server that answers at `url`."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def client(self, secret: str) -> httpx.Client:
        """Calls it with a key."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {secret}"}, timeout=120)

    def workers(self) -> list[int]:
        """The processes that answer, the oldest first, where there are several."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        children = [int(word) for task in tasks for word in _read(task).split()]
        return sorted(pid for pid in children if b"serve-worker" in _read(Path(f"/proc/{pid}/cmdline")))

    def kill(self) -> None:
        """As `kill -9` and a machine that goes down do it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)


def start(workspace: Workspace, *options: str, **environment: str) -> Served:
    """A server on a free port, once it listens; its lines are in a file beside the workspace.

    Raises:
        RuntimeError: it does not start; its lines.
    """
    log = workspace.path.parent / "served.log"
    with log.open("a") as lines:
        seen = lines.tell()
        command = [*COMMAND, "serve", "--port", "0", "-w", str(workspace.path), *options]
        process = subprocess.Popen(
            command, stderr=lines, stdout=lines, text=True, env={**os.environ, "COLUMNS": "200", **environment}
        )
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        told = log.read_text()[seen:]
        if "Serving " in told:
            return Served(process, told.split("Serving ")[1].split("/api/v1")[0], log)
        time.sleep(0.02)
    process.kill()
    raise RuntimeError(f"no server: {log.read_text()[seen:]}")


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


def _read(told: Path) -> bytes:
    """What the system tells there of a process or thread; nothing once it has ended."""
    try:
        return told.read_bytes()
    except OSError:
        return b""
