"""SQLite's write-ahead log, for files that several processes may open first at the same moment."""

from __future__ import annotations

import time

import apsw

AGAIN_S = 0.01


def write_ahead(connection: apsw.Connection, wait_ms: int) -> None:
    """The database has a write-ahead log from now on, and the connection waits so long for others.

    While one process gives a new file its log, SQLite tells another at once that the file is busy, whatever it would
    wait: the two could wait for each other.

    Args:
        wait_ms: milliseconds.

    Raises:
        apsw.BusyError: others are at it for longer than that.
    """
    connection.set_busy_timeout(wait_ms)
    until = time.monotonic() + wait_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except apsw.BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(AGAIN_S)
