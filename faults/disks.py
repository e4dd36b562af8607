"""Disks that are full at some moment: a small one of its own where one may be mounted, else files that may not grow."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from faults.child import USUAL, Conditions

SIZE = "64m"
MOST_LEFT = 512 << 10
"""Bytes that are left on a full disk at most; an act of the small workspace writes fewer."""


class Disk(Protocol):
    """Where a workspace lies that is to run out of room.

    Args:
        folder: to put it in.
        told: what is done to it, for the table.
    """

    folder: Path
    told: str

    def filled(self, place: Path, rng: random.Random) -> AbstractContextManager[Conditions]:
        """For as long as the block lasts, there is little room for the workspace at `place`."""
        ...


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system in memory, mounted at a folder; files of others take nearly all of it."""

    folder: Path
    told: str = "a tmpfs with little room left"

    @contextmanager
    def filled(self, place: Path, rng: random.Random) -> Iterator[Conditions]:
        """See Disk."""
        now, others = os.statvfs(self.folder), self.folder / "others"
        with others.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, now.f_bavail * now.f_frsize - rng.randrange(MOST_LEFT))
        try:
            yield USUAL
        finally:
            others.unlink()


@dataclass(frozen=True, slots=True)
class SmallFiles:
    """A folder like any other; no file in it may grow beyond some size."""

    folder: Path
    told: str = "no file may grow (RLIMIT_FSIZE), as nothing may be mounted here"

    @contextmanager
    def filled(self, place: Path, rng: random.Random) -> Iterator[Conditions]:
        """See Disk."""
        largest = max(file.stat().st_size for file in place.rglob("*") if file.is_file())
        yield Conditions(most_bytes=int(largest ** rng.random()))


@contextmanager
def a_disk(folder: Path) -> Iterator[Disk]:
    """The disk that this machine lets us have."""
    mounted = folder / "disk"
    mounted.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(mounted))
    except (OSError, subprocess.CalledProcessError):
        yield SmallFiles(mounted)
        return
    try:
        yield SmallDisk(mounted)
    finally:
        # Lazily: who looked at a workspace may still hold a file of it open.
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)
