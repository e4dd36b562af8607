"""A command line in a process of its own, which can be killed, or given little room on the disk."""

from __future__ import annotations

import contextlib
import ctypes
import io
import multiprocessing
import os
import resource
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import time_machine

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["apsw", "numpy", "orjson", "polars", "pydantic", "rich.console", "scipy.sparse", "typer"]
)
"""What takes long to import is imported once. Our own packages are not: some use Polars as they are imported, whose
threads do not come along into a child."""
PATIENCE_S = 120.0
_CAPABILITY_VERSION = 0x20080522  # linux/capability.h, _LINUX_CAPABILITY_VERSION_3


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Args:
        code: exit code; None when it was killed before it said anything.
        said: on standard error.
    """

    code: int | None
    said: str = ""

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
    """

    most_bytes: int | None = None
    is_bound: bool = False
    days_back: int = 0


USUAL = Conditions()


class Running:
    """A command that runs."""

    def __init__(self, words: Sequence[str], conditions: Conditions = USUAL) -> None:
        self._words = tuple(words)
        self._answer, theirs = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_child, args=(self._words, theirs, conditions))
        self._process.start()
        theirs.close()

    def kill(self) -> None:
        """SIGKILL: it has no time for anything."""
        self._process.kill()

    def ended(self) -> Ended:
        """How it ended, once it has."""
        self._process.join(PATIENCE_S)
        if self._process.is_alive():
            self.kill()
            self._process.join()
            raise TimeoutError(f"{self._words[0]} took longer than {PATIENCE_S:.0f} s")
        with contextlib.closing(self._answer):
            try:
                return Ended(*self._answer.recv()) if self._answer.poll() else Ended(None)
            except EOFError:
                return Ended(None)


def run(words: Sequence[str], conditions: Conditions = USUAL) -> Ended:
    """The end of a command that nobody kills."""
    return Running(words, conditions).ended()


def _child(words: tuple[str, ...], answer: Connection, conditions: Conditions) -> None:
    from api.cli import main  # noqa: PLC0415 - in the child only

    if conditions.most_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (conditions.most_bytes, conditions.most_bytes))
    if conditions.is_bound and os.geteuid() == 0:
        _drop_capabilities()
    with contextlib.ExitStack() as around:
        if conditions.days_back:
            back = datetime.now(UTC) - timedelta(days=conditions.days_back)
            around.enter_context(time_machine.travel(back, tick=True))
        around.enter_context(contextlib.redirect_stdout(io.StringIO()))
        said = around.enter_context(contextlib.redirect_stderr(io.StringIO()))
        code = main(list(words))
    answer.send((code, said.getvalue()))


def _drop_capabilities() -> None:
    """Root, too, may do only what permissions let the owner of a file do; capset(2)."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    none_of_them = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, none_of_them):
        raise OSError(ctypes.get_errno(), "capset")
