"""A server of the workspace, as a user starts it, and what it takes."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

CROSSLANE = (sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())")
START_S, EVERY_S = 600.0, 2.0
_URL = re.compile(rb"http://127\.0\.0\.1:(\d+)/")


@dataclass
class Server:
    """A running server.

    Args:
        log: where its standard error goes.
        peak_mb: most memory that its processes had together, pages that they share counted once (PSS), by samples.
    """

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0
    peak_mb: float = 0.0
    is_over: threading.Event = field(default_factory=threading.Event)

    def get(self, path: str, key: str = "") -> tuple[int, bytes]:
        """Status and body of a GET."""
        return self.send("GET", path, key)

    def send(self, method: str, path: str, key: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status and body of a request.

        Args:
            headers: with `_` for `-`.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, {"Authorization": f"Bearer {key}", **named})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def counts(self) -> dict[str, float]:
        """What the server counts of its audit."""
        _, text = self.get("/metrics")
        families = text_string_to_metric_families(text.decode())
        return {one.name: one.value for family in families for one in family.samples if "audit" in one.name}

    def watch(self) -> None:
        """Memory is sampled until it is over."""
        while not self.is_over.wait(EVERY_S):
            self.peak_mb = max(self.peak_mb, sum(map(_pss_mb, family(self.process.pid))))


@contextmanager
def served(workspace: Path, workers: int, folder: Path) -> Iterator[Server]:
    """The workspace is served on a free port of this machine."""
    log = folder / "server.log"
    environment = {"POLARS_MAX_THREADS": "1", **os.environ}
    command = [*CROSSLANE, "serve", "-w", str(workspace), "--port", "0", "--workers", str(workers)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=out, env=environment)
    server = Server(process, log)
    watching = threading.Thread(target=server.watch, daemon=True)
    try:
        _wait_until_ready(server)
        watching.start()
        yield server
    finally:
        server.is_over.set()
        process.terminate()
        process.wait(60)


def crosslane(*arguments: object) -> dict[str, Any]:
    """The JSON document of a command."""
    done = subprocess.run([*CROSSLANE, *map(str, arguments), "--json"], check=True, stdout=subprocess.PIPE)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.process.poll() is None:
        named = _URL.search(server.log.read_bytes())
        if named:
            server.port = int(named[1])
            try:
                if server.get("/readyz")[0] == 200:
                    return
            except OSError:
                pass
        time.sleep(0.2)
    raise RuntimeError(f"the server did not get ready; see {server.log}")


def family(process: int) -> list[int]:
    """The process and all that it started, as far as they run."""
    found = [process]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _pss_mb(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return int(text.split("\nPss:", 1)[1].split()[0]) / 1024 if "\nPss:" in text else 0.0
