"""Who saw or changed what: `audit.db` beside the ledger, on disk before the answer leaves, in groups.

It holds ids only, never a name or a value of a person, but for the reason that somebody types to see more: what it says
goes when the person is expunged. Its own file keeps readers of people from waiting for a load.
Threads of one process are written together in one transaction; several processes share one sync (`SharedSync`).
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import apsw

from api.audit_sync import Flush, SharedSync
from linkage.errors import LedgerError
from linkage.ledger import KeptConnections, write_ahead

AUDIT = "audit.db"
PLACE = "audit.sync"
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
DROP TRIGGER IF EXISTS audit_is_kept;
CREATE TRIGGER IF NOT EXISTS audit_row_is_kept BEFORE UPDATE ON audit
WHEN (NEW.n, NEW.at, NEW.actor, NEW.action, NEW.identity_id, NEW.detail) IS NOT (OLD.n, OLD.at, OLD.actor, OLD.action,
    OLD.identity_id, iif(OLD.detail LIKE 'reason: %', 'reason: (expunged)', OLD.detail))
BEGIN SELECT raise(ABORT, 'audit rows stay'); END;
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit rows stay'); END;
"""

_EMPTIED = "reason: (expunged)"


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None asks for all.

    Args:
        identities: of these people.
        actor: of one person or service.
        since: made at this time or later, in ISO form.
        before: older than the entry of this number.
    """

    identities: Collection[str] | None = None
    actor: str | None = None
    since: str | None = None
    before: int | None = None


_OF_ALL = (
    "SELECT n, actor, action, identity_id, detail, at FROM audit WHERE ?1 IS NULL AND (?2 IS NULL OR actor = ?2) "
    "AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR n < ?4) ORDER BY n DESC LIMIT ?5"
)
_OF_PEOPLE = (
    "SELECT n, actor, action, identity_id, detail, at FROM audit "
    "WHERE identity_id IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR actor = ?2) "
    "AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR n < ?4) ORDER BY n DESC LIMIT ?5"
)


@dataclass(slots=True)
class _Ticket:
    """Entries that wait to be written; `turn` is set when they were, or when their thread is to write next."""

    entries: Sequence[Entry]
    turn: threading.Event = field(default_factory=threading.Event)
    is_done: bool = False
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that were written in one transaction.

    Args:
        requests: calls of `record` whose entries they are.
        is_synced: it needed a sync of its own; False where another process's came after it.
    """

    requests: int
    entries: int
    is_synced: bool


class AuditLog:
    """The audit of one workspace; safe to share between threads.

    Threads that arrive while one writes are written together by the next, in one transaction.

    Args:
        folder: the workspace's folder.
        watch: told of each group that was written.
        flush: brings a file onto the disk; fdatasync, unless a test watches.
    """

    def __init__(
        self, folder: Path, watch: Callable[[Group], None] = lambda group: None, flush: Flush = os.fdatasync
    ) -> None:
        self._path = folder / AUDIT
        self._open = KeptConnections(self._path, self.connection)
        self._sync = SharedSync(folder / f"{AUDIT}-wal", folder / PLACE, flush)
        self._watch = watch
        self._pending: list[_Ticket] = []
        self._queue = threading.Lock()
        self._is_writing = False

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
            waits, self._is_writing = self._is_writing, True
        if waits:
            ticket.turn.wait()
        if not ticket.is_done:
            self._write_pending()
        if ticket.error is not None:
            raise LedgerError("the audit cannot be written, so nothing is shown; check the disk") from ticket.error

    def entries(self, identity_id: str | None = None, limit: int = 100) -> list[Entry]:
        """The newest entries first, of one identity or of all."""
        if not self._path.exists():
            return []
        with self._open.one() as connection:
            rows = connection.execute(
                "SELECT actor, action, identity_id, detail, at FROM audit "
                "WHERE ?1 IS NULL OR identity_id = ?1 ORDER BY n DESC LIMIT ?2",
                (identity_id, limit),
            )
            return [Entry(*row) for row in rows]

    def page(self, wanted: Wanted, limit: int) -> list[tuple[int, Entry]]:
        """Number and entry, the newest first."""
        if not self._path.exists():
            return []
        who = None if wanted.identities is None else json.dumps(sorted(wanted.identities))
        statement = _OF_ALL if who is None else _OF_PEOPLE
        with self._open.one() as connection:
            rows = connection.execute(statement, (who, wanted.actor, wanted.since, wanted.before, limit))
            return [(int(n), Entry(*row)) for n, *row in rows]

    def details(self, like: str) -> list[str]:
        """Details that fit a pattern of SQL's LIKE, oldest first."""
        if not self._path.exists():
            return []
        with self._open.one() as connection:
            rows = connection.execute("SELECT detail FROM audit WHERE detail LIKE ? ORDER BY n", (like,))
            return [str(row[0]) for row in rows]

    def empty_reasons(self, identities: Collection[str], is_named: Callable[[str], bool]) -> int:
        """Reasons that were typed about these people, or that name them, say nothing any more; returns how many."""
        if not self._path.exists():
            return 0
        of = set(identities)
        with self._open.one() as connection:
            rows = connection.execute("SELECT n, identity_id, detail FROM audit WHERE detail LIKE 'reason: %'")
            left = [(n,) for n, who, detail in rows if detail != _EMPTIED and (who in of or is_named(str(detail)))]
            connection.executemany(f"UPDATE audit SET detail = '{_EMPTIED}' WHERE n = ?", left)  # noqa: S608 - our own
        return len(left)

    def check(self) -> None:
        """The audit can be written now.

        Raises:
            LedgerError: it cannot.
        """
        try:
            with self._open.one() as connection:
                connection.execute("BEGIN IMMEDIATE")
        except (apsw.Error, OSError) as error:
            raise LedgerError("the audit cannot be written; check the disk and who owns the folder") from error

    def _write_pending(self) -> None:
        with self._queue:
            batch, self._pending = self._pending, []
        error: BaseException | None = None
        try:
            entries = [entry for ticket in batch for entry in ticket.entries]
            is_synced = self._write(entries)
            self._watch(Group(len(batch), len(entries), is_synced))
        except (apsw.Error, OSError) as failure:
            error = failure
        except BaseException as failure:
            error = failure
            raise
        finally:
            for ticket in batch:
                ticket.error, ticket.is_done = error, True
                ticket.turn.set()
            self._hand_over()

    def _hand_over(self) -> None:
        """The first of those who came meanwhile writes for all of them."""
        with self._queue:
            self._is_writing = bool(self._pending)
            if self._pending:
                self._pending[0].turn.set()

    def _write(self, entries: Sequence[Entry]) -> bool:
        with self._open.one() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO audit (at, actor, action, identity_id, detail) VALUES (?, ?, ?, ?, ?)",
                [(e.at, e.actor, e.action, e.identity_id, e.detail) for e in entries],
            )
            last = connection.last_insert_rowid()
            connection.execute("COMMIT")
            return self._sync.up_to(last, lambda: int(connection.execute("SELECT max(n) FROM audit").get))

    def connection(self) -> apsw.Connection:
        """A new connection to it; the caller closes it."""
        connection = apsw.Connection(str(self._path))
        write_ahead(connection, BUSY_MS)
        # Every entry is synced before its answer leaves, by `SharedSync`: one sync may count for many transactions.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(_SCHEMA)
        return connection
