"""What has to be on disk before anybody is told that it is there, and what says that it is not what was written."""

from __future__ import annotations

import os
from pathlib import Path

import apsw

DAMAGED = (apsw.CorruptError, apsw.NotADBError)
"""What SQLite raises where the bytes of a database are not what it wrote."""


def sync(place: Path) -> None:
    """The content of a file, or the names in a folder, are on disk.

    Raises:
        OSError: the disk does not take it.
    """
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
