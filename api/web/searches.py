"""What a person searched for, kept for the session so that an address names it by a token and Back works.

It stands in a file of its own: a search must not wait for a load, and nothing of it belongs in the ledger.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import apsw
import orjson

from api.search import Query
from linkage.errors import UnknownRecord
from linkage.ledger import write_ahead

FILE = "searches.db"
BUSY_MS = 5_000
KEPT_S = 43_200.0
"""Seconds a search is kept: as long as a session can last."""
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS search "
    "(token TEXT PRIMARY KEY, user TEXT, kind TEXT, query BLOB, at REAL) WITHOUT ROWID"
)
_SEARCH, _LIST, _PATTERN = "search", "list", "pattern"


@dataclass(frozen=True)
class Searches:
    """Searches of all users of a workspace; each is seen by the one who made it."""

    folder: Path

    def keep(self, user: str, query: Query) -> str:
        """The token of a search that is kept from now on; what is too old is gone."""
        return self._keep(user, _SEARCH, asdict(query))

    def find(self, user: str, token: str) -> Query:
        """The search behind a token.

        Raises:
            UnknownRecord: it is too old, or somebody else's.
        """
        return Query(**self._find(user, _SEARCH, token))

    def keep_list(self, user: str, found: Mapping[str, Any]) -> str:
        """The token of a list that was matched, kept like a search."""
        return self._keep(user, _LIST, found)

    def list_of(self, user: str, token: str) -> dict[str, Any]:
        """The list behind a token.

        Raises:
            UnknownRecord: it is too old, or somebody else's.
        """
        return self._find(user, _LIST, token)

    def keep_pattern(self, user: str, ref: str) -> str:
        """The token of a question to the graph, written as `ref_of` writes it, kept like a search."""
        return self._keep(user, _PATTERN, {"ref": ref})

    def pattern_of(self, user: str, token: str) -> str:
        """The question behind a token.

        Raises:
            UnknownRecord: it is too old, or somebody else's.
        """
        return str(self._find(user, _PATTERN, token)["ref"])

    def forget(self) -> int:
        """No search of anybody is kept any more, on disk neither; returns how many there were."""
        if not (self.folder / FILE).exists():
            return 0
        with self._open() as connection:
            connection.execute("DELETE FROM search")
            gone = int(connection.changes())
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def _keep(self, user: str, kind: str, kept: Mapping[str, Any]) -> str:
        token = secrets.token_urlsafe(9)
        with self._open() as connection:
            connection.execute("DELETE FROM search WHERE at < ?", (time.time() - KEPT_S,))
            row = (token, user, kind, orjson.dumps(kept), time.time())
            connection.execute("INSERT INTO search VALUES (?, ?, ?, ?, ?)", row)
        return token

    def _find(self, user: str, kind: str, token: str) -> dict[str, Any]:
        with self._open() as connection:
            row = connection.execute(
                "SELECT query FROM search WHERE token = ? AND user = ? AND kind = ? AND at >= ?",
                (token, user, kind, time.time() - KEPT_S),
            ).fetchone()
        if row is None:
            raise UnknownRecord("no such search")
        found: dict[str, Any] = orjson.loads(row[0])
        return found

    @contextmanager
    def _open(self) -> Iterator[apsw.Connection]:
        path = self.folder / FILE
        path.touch(0o600)  # SQLite gives the files beside it the same mode
        connection = apsw.Connection(str(path))
        try:
            write_ahead(connection, BUSY_MS)
            connection.execute("PRAGMA secure_delete=ON")  # names that were looked for do not outlive their search
            connection.execute(_SCHEMA)
            yield connection
        finally:
            connection.close()
