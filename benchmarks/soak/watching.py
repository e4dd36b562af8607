"""Memory of each process of a server over time."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.api_load.served import family

EVERY_S = 5.0
_ROLES = (
    ("serve-worker", "answers"),
    ("match_build", "makes the match index"),
    ("work", "does jobs"),
    ("serve", "starts the others"),
)
"""A word of a process's command line, and what it does."""
_FIXED_WORK = bytes(1_000_000)
_PARTS = (("spawn_main", "works out long answers"), ("resource_tracker", "tidies up after it"))


@dataclass
class Process:
    """One process, and what it held.

    Args:
        samples: seconds since the beginning, MB that lie in memory (RSS), MB of those that are its own and no file's.
    """

    pid: int
    role: str
    samples: list[tuple[float, float, float]] = field(default_factory=list)


@dataclass
class Watch:
    """Every process that a server ever had.

    Args:
        root: the server's own.
        pace: seconds since the beginning, and milliseconds of a processor that a fixed piece of work then took: what is
            slower than before may be the machine.
    """

    root: int
    began: float
    is_over: threading.Event
    processes: dict[int, Process] = field(default_factory=dict)
    pace: list[tuple[float, float]] = field(default_factory=list)

    def run(self) -> None:
        """Memory and the machine's pace are sampled until it is over."""
        while not self.is_over.is_set():
            at = time.perf_counter() - self.began
            for pid in family(self.root):
                held = _held_mb(pid)
                if held is not None:
                    known = self.processes.setdefault(pid, Process(pid, _role(pid)))
                    known.samples.append((round(at, 1), *held))
            self.pace.append((round(at, 1), _fixed_work_ms()))
            self.is_over.wait(EVERY_S)


def _fixed_work_ms() -> float:
    began = time.thread_time()
    for _ in range(5):
        hashlib.sha256(_FIXED_WORK).digest()
    return round((time.thread_time() - began) * 1000, 2)


def _role(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "another"
    for part, role in _PARTS:
        if any(part in word for word in words):
            return role
    return next((role for name, role in _ROLES if any(name in word.split(".") for word in words)), "another")


def _held_mb(pid: int) -> tuple[float, float] | None:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = dict(line.split(":", 1) for line in text.splitlines() if line.startswith("Rss") or line.startswith("VmRSS"))
    if "VmRSS" not in found:
        return None  # it has ended, and waits to be noticed
    return tuple(round(int(found[name].split()[0]) / 1024, 1) for name in ("VmRSS", "RssAnon"))  # type: ignore[return-value]
