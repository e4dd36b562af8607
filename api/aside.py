"""Long answers, worked out in processes of their own, so that no short one waits behind them.

An explanation takes most of a tenth of a second of processor time, nearly all of it under the interpreter's lock: the
process that answers would do nothing else meanwhile. What comes back is the document as it is sent, so that it is
neither taken apart nor put together again.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import orjson

from api.graph_store import GraphStoreChoice
from api.masking import Masker, masker_of
from api.risk import risk
from api.risk_people import people_shown
from graph.errors import UnknownIdentity
from linkage.errors import LedgerError, LinkageError, SettingsError, UnknownRecord
from linkage.ledger import Workspace

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that is ready to be sent.

    Args:
        people: identities that it shows, for the audit; the driver asked about first.
        body: JSON, its identifiers masked.
    """

    people: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Refused:
    """An error on its way between processes: its kind, of those a caller is told, and its text."""

    kind: type[LinkageError]
    text: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What an answer is worked out from."""

    workspace: Workspace
    store: GraphStoreChoice
    masker: Masker

    @classmethod
    def at(cls, workspace: Workspace, store: GraphStoreChoice) -> Desk:
        """That of a workspace."""
        workspace = workspace.kept_open()
        with workspace.reading() as connection:
            return cls(workspace, store, masker_of(connection))

    def explanation(self, reference: str, as_of: date | None) -> Told:
        """The `risk` document of a driver.

        Raises:
            UnknownRecord: the reference names nothing.
            StoreUnavailable: the store does not answer or lags behind the ledger.
        """
        document = risk(self.workspace, reference, as_of, self.store)
        return Told(tuple(people_shown(document)), orjson.dumps(self.masker.document(document)))


class Aside:
    """Works answers out: in processes that it starts, or in the thread that asks where it has none.

    Args:
        processes: how many; each works on one answer at a time, and others wait their turn.
    """

    def __init__(self, workspace: Workspace, store: GraphStoreChoice, processes: int = 0) -> None:
        self._desk = Desk.at(workspace, store)
        self._processes = processes
        self._lock = threading.Lock()
        self._pool = self._started() if processes else None

    def explanation(self, reference: str, as_of: date | None) -> Told:
        """The `risk` document of a driver, when it is ready.

        Raises:
            UnknownRecord: the reference names nothing.
            StoreUnavailable: the store does not answer or lags behind the ledger.
            LedgerError: the process that worked on it ended twice.
        """
        if self._pool is None:
            return self._desk.explanation(reference, as_of)
        return self._done(_explanation, reference, as_of)

    def close(self) -> None:
        """The processes end when they are done, which is waited for, and what they shared is given back.

        A server that a signal ends runs nothing at its exit, so that the system would be left to find the locks.
        """
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
            del pool
            gc.collect()

    def _done(self, work: Callable[..., _T | _Refused], *arguments: object) -> _T:
        for _ in range(2):
            pool = self._pool
            assert pool is not None
            try:
                found: _T | _Refused = pool.submit(work, *arguments).result()
            except BrokenProcessPool:  # the system ended a process: the others of the pool are gone with it
                self._start_again(pool)
                continue
            if isinstance(found, _Refused):
                raise found.kind(found.text)
            return found
        raise LedgerError("what works answers out ended; ask again")

    def _start_again(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            self._processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_sit_down,
            initargs=(self._desk.workspace.path, self._desk.store),
        )
        ready: list[Future[int]] = [pool.submit(os.getpid) for _ in range(self._processes)]
        assert ready  # they start now and not with the first question
        return pool


_DESKS: list[Desk] = []
"""The desk of this process, where it is one that a pool started."""


def _sit_down(path: Path, store: GraphStoreChoice) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _DESKS[:] = [Desk.at(Workspace(path), store)]


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)


def _explanation(reference: str, as_of: date | None) -> Told | _Refused:
    try:
        return _DESKS[0].explanation(reference, as_of)
    except (UnknownRecord, UnknownIdentity) as error:
        return _Refused(UnknownRecord, str(error))
    except SettingsError as error:
        return _Refused(SettingsError, str(error))
    except LinkageError as error:
        return _Refused(LedgerError, str(error))
