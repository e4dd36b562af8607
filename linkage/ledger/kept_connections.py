"""Connections that stay open between the questions of a process that answers many requests.

Opening one costs several times what reading a score does: the file is opened, three pragmas are said and the schema is
parsed again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import apsw

KEPT = 16


@dataclass(frozen=True, slots=True)
class _Open:
    """An open connection, and the file and process it belongs to."""

    connection: apsw.Connection
    file: tuple[int, int]
    process: int


@dataclass(frozen=True)
class KeptConnections:
    """Open connections to one database; threads may share this, each connection serves one at a time.

    A connection serves only the process that opened it and only the file that stands at the path now: after a fork, or
    when a backup was put in the file's place, a new one is opened.

    Args:
        path: the database.
        connect: opens a connection to it.
        most: connections that wait for the next question; those over it are closed.
    """

    path: Path
    connect: Callable[[], apsw.Connection]
    most: int = KEPT
    _idle: list[_Open] = field(default_factory=list, init=False, repr=False, compare=False)
    _of_parents: list[_Open] = field(default_factory=list, init=False, repr=False, compare=False)

    @contextmanager
    def one(self) -> Iterator[apsw.Connection]:
        """A connection outside any transaction; what the block leaves undone with it is taken back."""
        reader = self._taken()
        try:
            yield reader.connection
        finally:
            self._give_back(reader)

    def close(self) -> None:
        """No connection is kept."""
        while self._idle:
            self._idle.pop().connection.close()

    def _taken(self) -> _Open:
        file, process = _identity(self.path), os.getpid()
        while True:
            try:
                reader = self._idle.pop()
            except IndexError:
                return _Open(self.connect(), file or _identity(self.path) or (0, 0), process)
            if (reader.file, reader.process) == (file, process):
                return reader
            if reader.process == process:
                reader.connection.close()
            else:  # kept, for closing it here could free locks of the parent process
                self._of_parents.append(reader)

    def _give_back(self, reader: _Open) -> None:
        connection = reader.connection
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            # A statement that was not read to its end would hold its view of the ledger for the next reading.
            if connection.txn_state() == apsw.SQLITE_TXN_NONE and len(self._idle) < self.most:
                self._idle.append(reader)
                return
        except apsw.Error:
            pass
        connection.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and number of the file that stands at the path."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
