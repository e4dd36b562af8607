"""Trials of a service: a part of it is killed while decisions come in; whatever was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from api.bootstrap import open_workspace
from api.decide import decide, undo
from api.graph_store import LEDGER, GraphStoreChoice
from api.keys import Keys
from api.progress import Silent
from api.projection import verify_graph
from api.roles import Role
from faults.served import Served, served
from faults.trials import Trial
from faults.twin import complaints, state_of
from linkage.ledger import Workspace
from tools.neo4j.server import Neo4jServer

WORKERS = 2
PAIRS = (
    ("STORY-US/U-1001", "STORY-MX/M-41"),
    ("STORY-YARD/Y-001", "STORY-YARD/Y-002"),
    ("STORY-YARD/Y-003", "STORY-YARD/Y-004"),
)
"""What each writer judges; no two have to do with each other, so that their order says nothing."""
SETTINGS = {"CROSSLANE_RATE_KEY": "0", "CROSSLANE_WRITE_WAIT_S": "60"}
PATIENCE_S = 120.0
AGAIN_S = 0.1
ACTOR = "tester"


class Amiss(Exception):
    """A service did not do what it should; in words."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A service with two workers that decisions are sent to.

    Args:
        workspace: served.
        twin: the same workspace, in which the same is done and nothing happens.
        secret: of a caller who may judge.
        store: that follows.
        usual_s: seconds of a round of decisions that nothing happens to.
        numbers: of rounds.
    """

    server: Served
    workspace: Workspace
    twin: Workspace
    secret: str
    store: GraphStoreChoice = LEDGER
    usual_s: float = 0.0
    numbers: Iterator[int] = field(default_factory=count)


@contextmanager
def a_desk(whole: Path, folder: Path, store: GraphStoreChoice = LEDGER) -> Iterator[Desk]:
    """A service of a copy of the workspace, which has answered before."""
    place, twin = (open_workspace(Path(shutil.copytree(whole, folder / name))) for name in ("desk", "quiet"))
    with place.transaction() as connection:
        secret = str(Keys(connection).add("desk", Role.INVESTIGATOR, ACTOR)["secret"])
    options, settings = ["--workers", str(WORKERS)], dict(SETTINGS)
    if store.server is not None:
        options += ["--store", store.server.uri]
        settings["CROSSLANE_NEO4J_PASSWORD"] = store.server.password
    with served(place, *options, **settings) as server:
        desk = Desk(server, place, twin, secret, store)
        cold, warm = (_round(desk).ended() for _ in range(2))
        if wrong := lost(desk, cold, warm):
            raise RuntimeError(f"decisions fail where nothing happens: {wrong}")
        yield replace(desk, usual_s=warm.seconds)
    for path in (place.path, twin.path):
        shutil.rmtree(path)


def worker_killed(desk: Desk, rng: random.Random) -> Trial:
    """One of two workers is killed at some moment of a round of decisions."""
    going = _round(desk)
    time.sleep(rng.uniform(0.0, desk.usual_s))
    is_cut = going.is_on
    os.kill(desk.server.workers()[0], signal.SIGKILL)  # the oldest: its successor is the other next time
    done = going.ended()
    return Trial("decisions over HTTP", is_cut, (*_goes_on(desk), *lost(desk, done)))


def server_gone(desk: Desk, neo4j: Neo4jServer, rng: random.Random) -> Trial:
    """The graph's server is killed at some moment of a round of decisions, is away for another, and comes back."""
    with _reader(desk) as amiss:
        going = _round(desk)
        time.sleep(rng.uniform(0.0, desk.usual_s))
        is_cut = going.is_on
        neo4j.kill()
        first, away = going.ended(), _round(desk).ended()
        neo4j.start()
        back = _round(desk).ended()
    wrong = [*amiss, *_goes_on(desk), *lost(desk, first, away, back)]
    wrong += [f"nobody is told that the server lags: {told}" for told in away.followed if not told.get("reason")]
    wrong += [f"the server does not catch up: {told}" for told in back.followed if told["is_pending"]]
    if not verify_graph(desk.workspace, desk.store, Silent())["equal"]:
        wrong.append("the server differs from the ledger")
    return Trial("decisions over HTTP", is_cut, tuple(wrong))


@dataclass(frozen=True, slots=True)
class Rounded:
    """How a round of decisions went.

    Args:
        seconds: that it took.
        told: what was acknowledged, a document a write.
        wrong: what was answered that should not have been.
    """

    seconds: float
    told: tuple[dict[str, Any], ...]
    wrong: tuple[str, ...]

    @property
    def followed(self) -> tuple[dict[str, Any], ...]:
        """What each write said of the store that follows."""
        return tuple(told["projection"] for told in self.told)


@dataclass(frozen=True, slots=True)
class _Round:
    """Every writer judges its pair and takes that back, each write sent until it is acknowledged."""

    began: float
    writers: tuple[Future[list[dict[str, Any]]], ...]

    @property
    def is_on(self) -> bool:
        return not all(one.done() for one in self.writers)

    def ended(self) -> Rounded:
        wrong = tuple(str(error) for one in self.writers if (error := one.exception()))
        told = tuple(told for one in self.writers if not one.exception() for told in one.result())
        return Rounded(time.monotonic() - self.began, told, wrong)


def _round(desk: Desk) -> _Round:
    pool = ThreadPoolExecutor(len(PAIRS))
    began = time.monotonic()
    name = f"round {next(desk.numbers)}"
    writers = tuple(pool.submit(_written, desk, pair, f"{name}, pair {n}") for n, pair in enumerate(PAIRS))
    pool.shutdown(wait=False)
    return _Round(began, writers)


def _written(desk: Desk, pair: tuple[str, str], reason: str) -> list[dict[str, Any]]:
    """The answers to a judgement and to its taking back."""
    asked = {"a": pair[0], "b": pair[1], "judgement": "same", "reason": reason}
    key = reason.replace(" ", "-")
    with desk.server.client(desk.secret) as client:
        judged = _acknowledged(client, "POST", "/api/v1/decisions", asked, f"{key}-judged")
        place = f"/api/v1/decisions/{judged['decision']['n']}"
        return [judged, _acknowledged(client, "DELETE", place, {"reason": reason}, f"{key}-undone")]


def _acknowledged(client: httpx.Client, method: str, path: str, body: Mapping[str, str], key: str) -> dict[str, Any]:
    """What a write was answered; a broken connection or a busy service is asked again, under the same key."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            answer = client.request(method, path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            time.sleep(AGAIN_S)
            continue
        if answer.is_success:
            document: dict[str, Any] = answer.json()
            return document
        _require_words(answer)
        time.sleep(AGAIN_S)
    raise Amiss(f"{method} is not acknowledged after {PATIENCE_S:.0f} s")


def _require_words(answer: httpx.Response) -> None:
    """Only "not now" is an answer, and it says so in words."""
    kind = answer.headers.get("content-type", "")
    if answer.status_code != 503 or kind != "application/problem+json" or not answer.json()["detail"]:
        raise Amiss(f"answered {answer.status_code}: {answer.text}")


@contextmanager
def _reader(desk: Desk) -> Iterator[list[str]]:
    """Somebody looks around a driver all the time; what was answered that should not have been."""
    amiss: list[str] = []
    is_over = threading.Event()

    def read() -> None:
        with desk.server.client(desk.secret) as client:
            while not is_over.wait(AGAIN_S):
                answer = client.get(f"/api/v1/drivers/{PAIRS[0][0]}/graph")
                try:
                    if answer.status_code != 200:
                        _require_words(answer)
                except Amiss as error:
                    amiss.append(f"a reader was {error}")

    reading = threading.Thread(target=read)
    reading.start()
    try:
        yield amiss
    finally:
        is_over.set()
        reading.join()


def _goes_on(desk: Desk) -> list[str]:
    """What keeps the service from being as it was."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with desk.server.client(desk.secret) as client:
            try:
                if len(desk.server.workers()) == WORKERS and client.get("/readyz").is_success:
                    return []
            except httpx.TransportError:
                pass
        time.sleep(AGAIN_S)
    return ["the service does not become what it was"]


def lost(desk: Desk, *rounds: Rounded) -> list[str]:
    """What is wrong, lost, doubled or other than where nothing happened; the twin has it all afterwards."""
    acknowledged = [told["decision"] for done in rounds for told in done.told]
    with desk.workspace.reading() as connection:
        held = connection.execute("SELECT n, a, b, reason, undone_at IS NULL FROM decision ORDER BY n").fetchall()
    found = [one for done in rounds for one in done.wrong]
    for number, reason in sorted({(one["n"], one["reason"]) for one in acknowledged}):
        rows = [row for row in held if row[3] == reason]
        if [row[0] for row in rows] != [number]:
            found.append(f"decision {number} was acknowledged and is there {len(rows)} times")
        elif rows[0][4]:
            found.append(f"decision {number} was taken back and still stands")
    for _, a, b, reason, _ in held:
        if reason in {one["reason"] for one in acknowledged}:
            told = decide(desk.twin, a, b, "same", reason, ACTOR)
            undo(desk.twin, told["decision"]["n"], ACTOR)
    if state_of(desk.workspace.path, in_order=False) != state_of(desk.twin.path, in_order=False):
        found.append("the decisions lead elsewhere than where nothing happens")
    return found + [f"doctor: {one}" for one in complaints(desk.workspace.path, desk.store)]
