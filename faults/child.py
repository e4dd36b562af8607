"""A command line in a process of its own, which can be killed, or given little room on the disk."""

from __future__ import annotations

import contextlib
import ctypes
import io
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import time_machine

import graph.push
from graph.batches import split
from graph.schema import GraphChange

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["api.cli", "neo4j", "scipy.sparse", "time_machine"])
"""What takes long to import is imported once, for all children. None of it may start a thread that a command needs, as
the first work of Polars does: threads do not come along into a child."""
PATIENCE_S = 120.0
BEGUN, PART = "begun", "part"
_CAPABILITY_VERSION = 0x20080522  # linux/capability.h, _LINUX_CAPABILITY_VERSION_3


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Args:
        code: exit code; None when it was killed before it said anything.
        said: on standard error.
        seconds: that it took.
        parts: transactions in which a push was written.
    """

    code: int | None
    said: str = ""
    seconds: float = 0.0
    parts: int = 0

    @property
    def is_acknowledged(self) -> bool:
        """Whether it told its caller that it was done."""
        return self.code == 0


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which a command runs.

    Args:
        most_bytes: no file may grow beyond, as on a disk that is full.
        is_bound: what a file's permissions forbid is forbidden to it, too, whoever runs it.
        days_back: how far its clock is set back.
        push_rows: that it writes to a graph server in one transaction, 0 = as many as usual.
        settings: environment variables of its own.
    """

    most_bytes: int | None = None
    is_bound: bool = False
    days_back: int = 0
    push_rows: int = 0
    settings: tuple[tuple[str, str], ...] = ()


USUAL = Conditions()


class Running:
    """A command that runs."""

    def __init__(self, words: Sequence[str], conditions: Conditions = USUAL) -> None:
        self._words = tuple(words)
        self._answer, theirs = CONTEXT.Pipe(duplex=False)
        self._told: Ended | None = None
        self._process = CONTEXT.Process(target=_child, args=(self._words, theirs, conditions))
        self._process.start()
        theirs.close()

    def wait(self, seconds: float, parts: int = 0) -> None:
        """Returns so long after the command began, or after it came to that part of a push; at once when it is over."""
        for _ in range(1 + parts):
            self._hear()
            if self._told:
                return
        time.sleep(seconds)

    @property
    def is_on(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL: it has no time for anything."""
        self._process.kill()

    def ended(self) -> Ended:
        """How it ended, once it has.

        Raises:
            TimeoutError: it did not.
            RuntimeError: it ended without a word, and nobody killed it.
        """
        self._process.join(PATIENCE_S)
        if self._process.is_alive():
            self.kill()
            self._process.join()
            raise TimeoutError(f"{self._words[0]} took longer than {PATIENCE_S:.0f} s")
        with contextlib.closing(self._answer), contextlib.suppress(EOFError):
            while self._answer.poll():
                self._hear()
        if self._told is None and self._process.exitcode != -signal.SIGKILL:
            raise RuntimeError(f"{self._words[0]} ended without a word: {self._process.exitcode}")
        return self._told or Ended(None)

    def _hear(self) -> None:
        told = self._answer.recv()
        self._told = told if isinstance(told, Ended) else None


def run(words: Sequence[str], conditions: Conditions = USUAL) -> Ended:
    """The end of a command that nobody kills."""
    return Running(words, conditions).ended()


def _child(words: tuple[str, ...], answer: Connection, conditions: Conditions) -> None:
    from api.cli import main  # noqa: PLC0415 - in the child only

    os.environ.update(conditions.settings)
    if conditions.most_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (conditions.most_bytes, conditions.most_bytes))
    if conditions.is_bound and os.geteuid() == 0:
        _drop_capabilities()
    parts = _Parts(conditions.push_rows, answer)
    if conditions.push_rows:
        graph.push.split = parts.of
    with contextlib.ExitStack() as around:
        if conditions.days_back:
            back = datetime.now(UTC) - timedelta(days=conditions.days_back)
            around.enter_context(time_machine.travel(back, tick=True))
        around.enter_context(contextlib.redirect_stdout(io.StringIO()))
        said = around.enter_context(contextlib.redirect_stderr(io.StringIO()))
        answer.send(BEGUN)
        started = time.perf_counter()
        code = main(list(words))
        seconds = time.perf_counter() - started
    answer.send(Ended(code, said.getvalue(), seconds, parts.count))


class _Parts:
    """The parts of a push, each told as it is about to be written."""

    def __init__(self, rows: int, answer: Connection) -> None:
        self.rows, self.count, self._answer = rows, 0, answer

    def of(self, whole: GraphChange) -> Iterator[GraphChange]:
        """See `graph.batches.split`."""
        for part in split(whole, self.rows):
            self.count += 1
            self._answer.send(PART)
            yield part


def _drop_capabilities() -> None:
    """Root, too, may do only what permissions let the owner of a file do; capset(2)."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    none_of_them = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, none_of_them):
        raise OSError(ctypes.get_errno(), "capset")
