"""A workspace folder: `ledger.db`, `records/`, and the lock that lets one writer in at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TypeVar

import apsw
import polars as pl

from linkage.errors import LedgerError, WriterBusy
from linkage.ledger.facts import FactStore
from linkage.ledger.identity_tables import IdentityTables
from linkage.ledger.kept_connections import KeptConnections
from linkage.ledger.load_keys import LoadKeys
from linkage.ledger.lookup import Lookups
from linkage.ledger.merged import Merged
from linkage.ledger.wal import write_ahead
from linkage.schema import Kind

LEDGER = "ledger.db"
RECORDS = "records"
MERGED = "merged"
LOCK = "ledger.lock"
BUSY_MS = 30_000
WRITER_CACHE = "PRAGMA cache_size = -262144"  # KiB; a load touches pages all over several indexes
LOCK_WAIT_S = 600.0
Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Workspace:
    """The system of record of one investigation unit, in one folder.

    Many processes may read while one writes. Whoever changes what identities, the graph or scores follow from takes
    `exclusive()` for the whole of its work, computes, and publishes in one short `transaction()`. A change that nothing
    is computed from, such as a note, is a `transaction()` alone and waits for no computation; one that rests on what
    its author saw is `considered()`.

    Args:
        path: the folder.
        readers: connections kept open between readings; None = each reading opens its own.
        kept_lookups: those of the loads' rows likewise.
    """

    path: Path
    readers: KeptConnections | None = field(default=None, compare=False, repr=False)
    kept_lookups: Lookups | None = field(default=None, compare=False, repr=False)

    @classmethod
    def create(cls, path: Path) -> Workspace:
        """A new workspace at `path`, or the one that is there already.

        Raises:
            LedgerError: the path is a file, or a folder that holds other things.
        """
        if path.exists() and not path.is_dir():
            raise LedgerError(f"{path} is a file; name a folder for the workspace")
        if path.is_dir() and any(path.iterdir()) and not (path / LEDGER).exists():
            raise LedgerError(f"{path} holds other files; name an empty or new folder for the workspace")
        (path / RECORDS).mkdir(parents=True, exist_ok=True)
        workspace = cls(path)
        workspace.migrate("linkage", _own_migrations())
        return workspace

    @classmethod
    def open(cls, path: Path) -> Workspace:
        """The workspace at `path`, its tables brought up to this version.

        Raises:
            LedgerError: there is none, or a newer version wrote it.
        """
        if not (path / LEDGER).is_file():
            raise LedgerError(f"{path} is no workspace; make one with: crosslane init -w {path}")
        workspace = cls(path)
        workspace.migrate("linkage", _own_migrations())
        return workspace

    def kept_open(self) -> Workspace:
        """The same workspace for a process that reads it over and over, such as a server."""
        readers = KeptConnections(self.path / LEDGER, self.connection)
        return replace(self, readers=readers, kept_lookups=Lookups(self.fact_store.path))

    def connection(self) -> apsw.Connection:
        """A new connection to the ledger; the caller closes it."""
        connection = apsw.Connection(str(self.path / LEDGER))
        write_ahead(connection, BUSY_MS)
        for pragma in ("PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON"):
            connection.execute(pragma)
        return connection

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """One consistent view of the ledger, untouched by writers meanwhile."""
        if self.readers is not None:
            with self.readers.one() as connection:
                connection.execute("BEGIN")
                yield connection
            return
        connection = self.connection()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def exclusive(self, wait_s: float = LOCK_WAIT_S, name: str = LOCK) -> Iterator[None]:
        """Holds a place across processes, the writer's by default; freed by the system if the process dies.

        Args:
            wait_s: seconds to wait for it.
            name: file that stands for the place.

        Raises:
            WriterBusy: another writer kept it longer than `wait_s` seconds.
        """
        descriptor = os.open(self.path / name, os.O_CREAT | os.O_RDWR, 0o600)
        deadline = time.monotonic() + wait_s
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise WriterBusy(
                            f"{self.path} is being written by another process; try again when it is done"
                        ) from None
                    time.sleep(0.05)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """A write transaction: committed when the block ends, rolled back when it raises.

        Raises:
            WriterBusy: another transaction lasted longer than LOCK_WAIT_S seconds.
        """
        connection = self.connection()
        try:
            with _writing(connection, self.path):
                yield connection
        finally:
            connection.close()

    @contextmanager
    def considered(self, look: Callable[[], Seen]) -> Iterator[tuple[apsw.Connection, Seen]]:
        """A write transaction with what `look` saw of the ledger, which nobody has changed since it looked.

        It looks before the transaction, so that others write meanwhile; only where somebody did, it looks again inside.

        Args:
            look: reads the ledger, on connections of its own.
        """
        connection = self.connection()
        try:
            before = _version(connection)
            seen = look()
            with _writing(connection, self.path):
                yield connection, seen if _version(connection) == before else look()
        finally:
            connection.close()

    def migrate(self, package: str, scripts: Sequence[str]) -> None:
        """Applies the numbered scripts of a package that this ledger has not had, each in its own transaction.

        Raises:
            LedgerError: the ledger was written by a newer version that had more scripts.
        """
        if self._scripts_done(package) == len(scripts):
            return  # without the writer's place, so that readers never wait for a load
        with self.exclusive():
            connection = self.connection()
            try:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS schema_version (package TEXT PRIMARY KEY, version INTEGER NOT NULL)"
                )
                row = connection.execute("SELECT version FROM schema_version WHERE package = ?", (package,)).fetchone()
                done = int(row[0]) if row else 0
                if done > len(scripts):
                    raise LedgerError(f"{self.path} was written by a newer Crosslane; update this installation")
                for number in range(done, len(scripts)):
                    with connection:
                        for _ in connection.execute(scripts[number]):
                            pass
                        connection.execute(
                            "INSERT INTO schema_version VALUES (?, ?) "
                            "ON CONFLICT (package) DO UPDATE SET version = excluded.version",
                            (package, number + 1),
                        )
            finally:
                connection.close()

    def _scripts_done(self, package: str) -> int:
        """How many scripts of a package this ledger has had."""
        connection = self.connection()
        try:
            if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").fetchone():
                return 0
            row = connection.execute("SELECT version FROM schema_version WHERE package = ?", (package,)).fetchone()
            return int(row[0]) if row else 0
        finally:
            connection.close()

    @property
    def fact_store(self) -> FactStore:
        """The standardised rows of all loads."""
        return FactStore(self.path / RECORDS, self.merged)

    @property
    def merged(self) -> Merged:
        """The same rows by runs of loads."""
        return Merged(self.path / MERGED, self.path / RECORDS)

    @property
    def lookups(self) -> Lookups:
        """The same rows by key, for reading a few of them."""
        return self.kept_lookups or Lookups(self.fact_store.path)

    def list_keys(self) -> int:
        """The ledger lists which keys each load tells of that can be looked up in; returns how many were not listed."""
        with self.reading() as connection:
            unlisted = LoadKeys(connection).unlisted()
        listed = 0
        for load in unlisted:
            if (marks := self.fact_store.marks(load)) is not None:
                with self.transaction() as connection:
                    LoadKeys(connection).add(load, marks)
                listed += 1
        return listed

    def facts(self, kind: Kind, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Current facts of a kind: the newest version of each key that was not withdrawn, ordered by key."""
        with self.reading() as connection:
            loads = [int(row[0]) for row in connection.execute("SELECT load_id FROM load ORDER BY load_id")]
        return self.fact_store.current(kind, loads, columns)

    def memberships(self) -> pl.DataFrame:
        """Which identity each record belongs to (MEMBERSHIP), ordered by record key."""
        with self.reading() as connection:
            return IdentityTables(connection).memberships()

    def possible_links(self) -> pl.DataFrame:
        """Scored pairs across two identities (SCORED_PAIR), ordered by record keys."""
        with self.reading() as connection:
            return IdentityTables(connection).possible_links()

    def resolve_id(self, text: str) -> str:
        """The current identity id behind an identity id, a former id or a record key.

        Raises:
            UnknownRecord: it names nothing here.
        """
        with self.reading() as connection:
            return IdentityTables(connection).require(text)


@contextmanager
def _writing(connection: apsw.Connection, path: Path) -> Iterator[None]:
    connection.execute(WRITER_CACHE)
    connection.set_busy_timeout(int(LOCK_WAIT_S * 1000))
    try:
        connection.execute("BEGIN IMMEDIATE")
    except apsw.BusyError as error:
        raise WriterBusy(f"{path} is being written by another process; try again when it is done") from error
    yield
    connection.execute("COMMIT")


def _version(connection: apsw.Connection) -> int:
    """Another number after every commit of another connection; see SQLite, PRAGMA data_version."""
    return int(connection.execute("PRAGMA data_version").get)


def _own_migrations() -> list[str]:
    folder = resources.files("linkage.ledger") / "migrations"
    return [
        entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql")
    ]
