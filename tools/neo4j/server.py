"""A real Neo4j server for one run: its own data, its own port, started and ended by the script beside this."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from neo4j import GraphDatabase

SCRIPT = Path(__file__).resolve().with_name("neo4j.sh")


class ServerFault(Exception):
    """The script could not do what it was asked; its own words."""


@dataclass(frozen=True)
class Neo4jServer:
    """A server that only this run uses.

    Args:
        home: folder of its data, settings and logs.
        port: of 127.0.0.1; the same after a restart.

    Raises:
        ServerFault: from everything that asks the script.
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
        """It has ended by kill -9, at this moment."""
        with suppress(OSError, ValueError):  # it does not run
            os.kill(int((self.home / "run" / "crosslane.pid").read_text()), signal.SIGKILL)
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
        _script(
            *arguments,
            NEO4J_HOME=str(self.home),
            NEO4J_PASSWORD=self.password,
            BOLT_PORT=str(self.port),
            HEAP="512m",
            PAGECACHE="128m",
            # Starts in half the time; such runs are too short to gain by the better compiler.
            NEO4J_JAVA_OPTIONS="-XX:TieredStopAtLevel=1",
        )


def install() -> None:
    """The server's program is there.

    Raises:
        ServerFault: it cannot be had, and why.
    """
    _script("install")


@contextmanager
def a_server(home: Path) -> Iterator[Neo4jServer]:
    """A running server, for as long as its user needs it.

    Raises:
        ServerFault: none can be had, and why.
    """
    install()
    server = Neo4jServer(home, _free_port())
    server.start()
    try:
        yield server
    finally:
        server.remove()


def _script(*arguments: str, **environment: str) -> None:
    # The server outlives the script, so it must not hold the pipe that the script's own output goes through.
    done = subprocess.run(
        ["bash", str(SCRIPT), *arguments],
        env={name: text for name, text in os.environ.items() if name != "HTTP_PORT"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerFault(done.stderr.strip() or f"neo4j.sh {arguments[0]} failed")


def _free_port() -> int:
    """A port below those that the system hands out: a client that waits for its server cannot be given it meanwhile."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise ServerFault("no free port")
