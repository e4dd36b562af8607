"""Processes that a server starts of its own executable: started again when they end, and ended with the server.

Each holds the end of a pipe from its parent. However the parent ends, by kill -9 too, the pipe breaks and the child
ends with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.append(sys.argv.pop(1)); from api.cli import main; sys.exit(main())"
SHORT_S = 10.0
"""Seconds below which a life counts as a failure to start, after which the next start waits longer."""
MOST_WAIT_S = 30.0
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""Environment of a process that answers for days: glibc gives each thread room of its own to allocate in, and what
answers leave free there is of no use to the others (mallopt(3), M_ARENA_MAX). A server's own comes first."""


class Kept:
    """One process of ours that is there as long as it is wanted.

    Args:
        arguments: its command line after the program's name.
        sockets: descriptors that it inherits.
    """

    def __init__(self, arguments: Sequence[str], sockets: Sequence[int] = ()) -> None:
        self._command = [sys.executable, "-P", "-c", _START, str(ROOT), *arguments]
        self._sockets = tuple(sockets)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """The process runs, and runs again whenever it ends."""
        self._keeper.start()

    def stop(self, wait_s: float = 15.0) -> None:
        """The process was told to end and did, or was ended after `wait_s` seconds."""
        with self._lock:
            self._is_over.set()
            process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _keep(self) -> None:
        wait_s = 1.0
        while True:
            with self._lock:
                if self._is_over.is_set():
                    return
                # In a session of its own: a terminal's Ctrl-C is for the server, which then ends it.
                self._process = process = subprocess.Popen(  # noqa: S603 - our own executable and arguments
                    self._command,
                    stdin=subprocess.PIPE,
                    pass_fds=self._sockets,
                    start_new_session=True,
                    env=FEW_ARENAS | os.environ,
                )
            started = time.monotonic()
            process.wait()
            wait_s = min(wait_s * 2, MOST_WAIT_S) if time.monotonic() - started < SHORT_S else 1.0
            if self._is_over.wait(wait_s):
                return


def end_with_parent(end: Callable[[], object]) -> None:
    """`end` is called once the parent has ended or let go of this process."""

    def watch() -> None:
        descriptor = sys.stdin.fileno()
        while os.read(descriptor, 4096):
            pass
        end()

    threading.Thread(target=watch, name="parent", daemon=True).start()
