"""One sync to disk for all who wrote before it began, whatever thread or process they are of.

A sync takes a good deal longer than writing an entry, and counts for everything written before it. So whoever wants one
waits for a place that all processes share, and finds there up to which entry the last one went: often past their own.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

_STATE = struct.Struct("<QQQ")  # device and number of the synced file, last entry that is on disk


class Flush(Protocol):
    """Brings what was written to a file so far onto the disk."""

    def __call__(self, descriptor: int, /) -> None:
        """All of it is on disk when this returns."""


class SharedSync:
    """Syncs of one file that several processes append to.

    The place is a small file. What it holds is never trusted beyond what the file itself shows: after a restored backup
    the last entry would be further than the newest one there is, and then everything is synced again.

    Args:
        written: the file, such as the write-ahead log of a database.
        place: where processes meet; made when it is missing.
        flush: fdatasync, unless a test watches.
    """

    def __init__(self, written: Path, place: Path, flush: Flush = os.fdatasync) -> None:
        self._written = written
        self._place = place
        self._flush = flush

    def up_to(self, entry: int, newest: Callable[[], int]) -> bool:
        """Entry number `entry`, which was written, is on disk; True when a sync of its own was needed for that.

        Args:
            newest: number of the last entry that anybody wrote; numbers grow in the order of writing.

        Raises:
            OSError: the disk did not take it.
        """
        place = os.open(self._place, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(place, fcntl.LOCK_EX)
            descriptor = os.open(self._written, os.O_RDWR | os.O_CLOEXEC)
            try:
                head, found = newest(), os.fstat(descriptor)
                if entry <= _synced(place, (found.st_dev, found.st_ino)) <= head:
                    return False
                self._flush(descriptor)
                os.pwrite(place, _STATE.pack(found.st_dev, found.st_ino, head), 0)
                return True
            finally:
                os.close(descriptor)
        finally:
            os.close(place)


def _synced(place: int, file: tuple[int, int]) -> int:
    """The last entry that is known to be on disk; 0 = none is."""
    held = os.pread(place, _STATE.size, 0)
    if len(held) < _STATE.size:
        return 0
    *of, entry = _STATE.unpack(held)
    return int(entry) if tuple(of) == file else 0
