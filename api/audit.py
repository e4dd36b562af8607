"""Who saw or changed what: `audit.db` beside the ledger, written before the answer leaves, in group commits.

It holds ids only, never a name or a value of a person. Its own file keeps readers of people from waiting for a load.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import apsw

from linkage.errors import LedgerError

AUDIT = "audit.db"
BUSY_MS = 30_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    n            INTEGER PRIMARY KEY AUTOINCREMENT,
    at           TEXT NOT NULL,
    actor        TEXT NOT NULL CHECK (actor <> ''),
    action       TEXT NOT NULL CHECK (action <> ''),
    identity_id  TEXT,
    detail       TEXT
);
CREATE INDEX IF NOT EXISTS audit_by_identity ON audit (identity_id) WHERE identity_id IS NOT NULL;
CREATE TRIGGER IF NOT EXISTS audit_is_kept BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit rows stay'); END;
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit rows stay'); END;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody saw or changed.

    Args:
        actor: who: a login name or `key:NAME`.
        action: what, such as `show` or `export identities`.
        identity_id: the identity it concerns, where it concerns one.
        detail: ids and counts only.
        at: when, in UTC; filled when the entry is made.
    """

    actor: str
    action: str
    identity_id: str | None = None
    detail: str | None = None
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


@dataclass(slots=True)
class _Ticket:
    entries: Sequence[Entry]
    is_done: bool = False
    error: Exception | None = None


class AuditLog:
    """The audit of one workspace; safe to share between threads.

    Threads that arrive while one writes are written together by the next, in one transaction.

    Args:
        folder: the workspace's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / AUDIT
        self._pending: list[_Ticket] = []
        self._queue = threading.Lock()
        self._writing = threading.Lock()

    def record(self, entries: Iterable[Entry]) -> None:
        """The entries are on disk when this returns.

        Raises:
            LedgerError: they cannot be written; the caller then shows nothing.
        """
        ticket = _Ticket(list(entries))
        if not ticket.entries:
            return
        with self._queue:
            self._pending.append(ticket)
        with self._writing:
            if not ticket.is_done:
                self._write_pending()
        if ticket.error is not None:
            raise LedgerError("the audit cannot be written, so nothing is shown; check the disk") from ticket.error

    def entries(self, identity_id: str | None = None, limit: int = 100) -> list[Entry]:
        """The newest entries first, of one identity or of all."""
        if not self._path.exists():
            return []
        connection = self._open()
        try:
            rows = connection.execute(
                "SELECT actor, action, identity_id, detail, at FROM audit "
                "WHERE ?1 IS NULL OR identity_id = ?1 ORDER BY n DESC LIMIT ?2",
                (identity_id, limit),
            )
            return [Entry(*row) for row in rows]
        finally:
            connection.close()

    def details(self, like: str) -> list[str]:
        """Details that fit a pattern of SQL's LIKE, oldest first."""
        if not self._path.exists():
            return []
        connection = self._open()
        try:
            rows = connection.execute("SELECT detail FROM audit WHERE detail LIKE ? ORDER BY n", (like,))
            return [str(row[0]) for row in rows]
        finally:
            connection.close()

    def check(self) -> None:
        """The audit can be written now.

        Raises:
            LedgerError: it cannot.
        """
        try:
            connection = self._open()
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            finally:
                connection.close()
        except (apsw.Error, OSError) as error:
            raise LedgerError("the audit cannot be written; check the disk and who owns the folder") from error

    def _write_pending(self) -> None:
        with self._queue:
            batch, self._pending = self._pending, []
        error: Exception | None = None
        try:
            self._write([entry for ticket in batch for entry in ticket.entries])
        except (apsw.Error, OSError) as failure:
            error = failure
        for ticket in batch:
            ticket.error = error
            ticket.is_done = True

    def _write(self, entries: Sequence[Entry]) -> None:
        connection = self._open()
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO audit (at, actor, action, identity_id, detail) VALUES (?, ?, ?, ?, ?)",
                [(e.at, e.actor, e.action, e.identity_id, e.detail) for e in entries],
            )
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _open(self) -> apsw.Connection:
        connection = apsw.Connection(str(self._path))
        connection.set_busy_timeout(BUSY_MS)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(_SCHEMA)
        return connection
