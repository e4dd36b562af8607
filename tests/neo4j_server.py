"""A real Neo4j server of a test run: its own data, its own port, started and ended by the project's script."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from neo4j import GraphDatabase

SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "neo4j" / "neo4j.sh"
REQUIRED = "CROSSLANE_REQUIRE_NEO4J"
"""Environment variable: 1 turns "no server can be had" from a skip into a failure."""


@dataclass(frozen=True)
class Neo4jServer:
    """A server that only this test run uses.

    Args:
        home: folder of its data, settings and logs.
        port: of 127.0.0.1; the same after a restart.
    """

    home: Path
    port: int
    user: str = "neo4j"
    password: str = "for-tests-only"

    @property
    def uri(self) -> str:
        """Where it answers."""
        return f"bolt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """It runs and answers."""
        self._run("start")

    def stop(self) -> None:
        """It has ended in good order."""
        self._run("stop")

    def kill(self) -> None:
        """It has ended by kill -9."""
        self._run("kill")

    def wipe(self) -> None:
        """It runs and holds nothing: no data, no constraints, no trace."""
        self._run("wipe")
        self._run("start")

    def load(self, folder: Path) -> None:
        """It runs and holds the importer's files of the folder and nothing else."""
        self._run("import", str(folder))

    def empty(self) -> None:
        """It holds no nodes; constraints and indexes stay."""
        with GraphDatabase.driver(self.uri, auth=(self.user, self.password)) as driver, driver.session() as session:
            deletion = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
            session.run(deletion).consume()

    def put_aside(self, folder: Path) -> None:
        """The folder holds a copy of the data as they are now; the server runs."""
        self._run("stop")
        shutil.copytree(self.home / "data", folder)
        self._run("start")

    def put_back(self, folder: Path) -> None:
        """The server runs on the data that were put aside."""
        self._run("stop")
        shutil.rmtree(self.home / "data")
        shutil.copytree(folder, self.home / "data")
        self._run("start")

    def remove(self) -> None:
        """It has ended and its data are gone."""
        self._run("wipe")

    def _run(self, *arguments: str) -> None:
        result = _script(
            *arguments,
            NEO4J_HOME=str(self.home),
            NEO4J_PASSWORD=self.password,
            BOLT_PORT=str(self.port),
            HEAP="512m",
            PAGECACHE="128m",
            # Starts in half the time; tests are too short to gain by the better compiler.
            NEO4J_JAVA_OPTIONS="-XX:TieredStopAtLevel=1",
        )
        if result.returncode:
            pytest.fail(f"neo4j.sh {arguments[0]}: {result.stderr}")


def serve(home: Path) -> Iterator[Neo4jServer]:
    """A running server, for as long as its user needs it; skips, or fails when one is required, if none can be had."""
    installed = _script("install")
    if installed.returncode:
        reason = f"no Neo4j server: {installed.stderr.strip()}"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    server = Neo4jServer(home, _free_port())
    server.start()
    try:
        yield server
    finally:
        server.remove()


def _script(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # The server outlives the script, so it must not hold the pipe that the script's own output goes through.
    return subprocess.run(
        ["bash", str(SCRIPT), *arguments],
        env={name: text for name, text in os.environ.items() if name != "HTTP_PORT"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _free_port() -> int:
    """A port below those that the system hands out: a client that waits for its server cannot be given it meanwhile."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    pytest.fail("no free port for a Neo4j server")
