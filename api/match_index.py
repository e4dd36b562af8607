"""The match index as a serving process holds it: files that all processes map, and the newest loads in memory.

An answer is for the state after the newest load wherever that is to be had in time; where a large load has just been
published, for the state before it, and it says so. Identities are never taken from here but read from the ledger.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import apsw

from api.match_build import LoadStamp, facts_of_loads, files_of, first_of, forget, kept, stamps
from linkage.errors import LedgerError
from linkage.ledger import Workspace
from linkage.model import Model, load_model
from linkage.pipeline.kept_index import PeopleIndex, Segment
from linkage.schema import Kind

LOGGER = "crosslane.match"
REST_S = 30.0
"""Seconds without another attempt after one that failed, so that a full disk costs no processor."""


class MatchNotReady(LedgerError):
    """No state of the ledger can be matched against yet; the same request will be answered later."""

    retryable = True


class _TornError(Exception):
    """A file is not what was written."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How an index is kept.

    Args:
        in_memory: person rows of newest loads that a process holds by itself; more are left to the builder.
        worth_keeping: rows in memory from which the builder puts them into files.
        patience_s: seconds that a request waits for a newer state than is at hand.
        first_s: seconds that it waits where none is.
    """

    in_memory: int = 20_000
    worth_keeping: int = 2_000
    patience_s: float = 0.4
    first_s: float = 8.0


@dataclass(frozen=True)
class _Held:
    """An index and what it is good for.

    Args:
        epoch: of the files; in another one it must not be used.
        token: of the files when they were last looked at.
        newest: the last load that is in it, None for none.
    """

    index: PeopleIndex
    epoch: str
    token: tuple[int, int, int]
    newest: LoadStamp | None


class MatchIndex:
    """The person records of one workspace, ready to be matched against; safe to share between threads."""

    def __init__(self, workspace: Workspace, limits: Limits | None = None) -> None:
        self.model: Model = load_model()
        self._workspace = workspace
        self._limits = limits or Limits()
        self._files = files_of(workspace)
        self._held: _Held | None = None
        self._changed = threading.Condition()
        self._at_work = False
        self._is_building = False
        self._version = 0
        self._rest_until = 0.0
        self._log = logging.getLogger(LOGGER)

    def current(self) -> PeopleIndex:
        """The records after the newest load, or after an earlier one if that one's are not here in time.

        Raises:
            LedgerError: no state of this ledger is at hand yet; to be tried again later.
        """
        until: float | None = None
        while True:
            version = self._version
            with self._workspace.reading() as connection:
                newest = _newest(connection)
                held = self._usable(connection)
            if held is not None and held.newest == newest and held.token == self._files.token():
                return held.index
            if held is not None and self._is_building and not self._at_work:
                break  # what is missing takes its time
            if until is None:
                until = time.monotonic() + (self._limits.first_s if held is None else self._limits.patience_s)
            if not self._wait(version, until):
                break
        if held is None:
            raise MatchNotReady("the index of all records is being made; try again in a minute")
        return held.index

    def _usable(self, connection: apsw.Connection) -> _Held | None:
        """What is held, if it is of this ledger and nothing in it was forgotten since."""
        held = self._held
        if held is None or not held.newest:
            return held
        token = self._files.token()
        if token != held.token and self._files.pointed(self.model).epoch != held.epoch:
            return None
        row = connection.execute(
            "SELECT load_id, finished_at, manifest FROM load WHERE load_id = ?", (held.newest.load_id,)
        ).fetchone()
        return held if row is not None and LoadStamp(*row) == held.newest else None

    def _wait(self, version: int, until: float) -> bool:
        """Somebody is bringing the index up to the ledger; False where no other is there by `until` or nobody is."""
        with self._changed:
            if self._version == version:
                self._start()
            left = max(until - time.monotonic(), 0.0)
            self._changed.wait_for(
                lambda: self._version != version or not (self._at_work or self._is_building), timeout=left
            )
            return self._version != version

    def _start(self) -> None:
        """A thread is at work, but right after a failure; to be called with `_changed` held."""
        if not self._at_work and time.monotonic() >= self._rest_until:
            self._at_work = True
            threading.Thread(target=self._work, name="match-index", daemon=True).start()

    def _work(self) -> None:
        """Brings the index up to the ledger, and has the newest rows put into files where that is worth it."""
        try:
            while True:
                try:
                    is_done = self._catch_up()
                    break
                except _TornError:
                    self._log.warning("a file of the match index is torn; it is made anew")
                    forget(self._workspace)
            if not is_done:
                self._have_built()
        except Exception as error:  # what went wrong may name a person, so its kind is all that is told
            self._fail(error)
        finally:
            with self._changed:
                self._at_work = False
                self._changed.notify_all()

    def _have_built(self) -> None:
        with self._changed:
            if self._is_building:
                return
            self._is_building = True
        threading.Thread(target=self._build, name="match-builder", daemon=True).start()

    def _build(self) -> None:
        """The builder has brought the files up to the ledger; newer loads are taken in meanwhile."""
        command = [sys.executable, "-m", "api.match_build", str(self._workspace.path)]
        environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
        try:
            subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            self._fail(error)
        finally:
            with self._changed:
                self._is_building = False
                self._start()
                self._changed.notify_all()

    def _fail(self, error: Exception) -> None:
        self._log.warning("the match index could not be brought up: %s", type(error).__name__)
        with self._changed:
            self._rest_until = time.monotonic() + REST_S

    def _catch_up(self) -> bool:
        """The index has every load, as far as memory allows; False where the builder should take over."""
        token = self._files.token()
        epoch = self._files.pointed(self.model).epoch
        with self._workspace.reading() as connection:
            loads = stamps(connection)
        segments = self._segments(loads, epoch)
        last = segments[-1].last if segments else 0
        pending = [load.load_id for load in loads if load.load_id > last]
        rows = self._workspace.fact_store.count(Kind.PERSON, pending)
        in_memory = rows + sum(len(segment) for segment in segments if not segment.name)
        if in_memory > self._limits.in_memory:
            return False
        if pending:
            segments = self._grown(segments, loads, pending, rows)
        held = _Held(PeopleIndex.of(self.model, segments), epoch, token, loads[-1] if loads else None)
        with self._changed:
            self._held = held
            self._version += 1
            self._changed.notify_all()
        return in_memory < self._limits.worth_keeping

    def _segments(self, loads: Sequence[LoadStamp], epoch: str) -> list[Segment]:
        """What is on disk and, after it, what memory holds already."""
        held = self._held
        old = list(held.index.segments) if held is not None and held.epoch == epoch and self._is_ours(loads) else []
        opened = {segment.name: segment for segment in old if segment.name}
        found: list[Segment] = []
        for entry in kept(self._files, loads, self.model):
            segment = opened.get(str(entry["name"])) or self._files.read(entry)
            if segment is None:
                raise _TornError
            found.append(segment)
        last = found[-1].last if found else 0
        return [*found, *(segment for segment in old if not segment.name and segment.first > last)]

    def _is_ours(self, loads: Sequence[LoadStamp]) -> bool:
        newest = self._held.newest if self._held else None
        return newest is None or newest in loads

    def _grown(
        self, segments: list[Segment], loads: Sequence[LoadStamp], pending: list[int], rows: int
    ) -> list[Segment]:
        """With the pending loads as a segment in memory, small ones before it taken in."""
        on_disk = sum(1 for segment in segments if segment.name)
        sizes = [(segment.first, len(segment)) for segment in segments[on_disk:]]
        stay = on_disk + first_of(sizes, rows)
        first = segments[stay].first if stay < len(segments) else pending[0]
        again = [load.load_id for load in loads if load.load_id >= first]
        facts, removed = facts_of_loads(self._workspace, again, is_first=not stay)
        return [*segments[:stay], Segment.of((again[0], again[-1]), facts, removed, self.model)]


def _newest(connection: apsw.Connection) -> LoadStamp | None:
    row = connection.execute("SELECT load_id, finished_at, manifest FROM load ORDER BY load_id DESC LIMIT 1").fetchone()
    return LoadStamp(*row) if row else None
