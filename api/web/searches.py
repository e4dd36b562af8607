"""What a person searched for, kept for the session so that an address names it by a token and Back works.

It stands in a file of its own: a search must not wait for a load, and nothing of it belongs in the ledger.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import apsw
import orjson

from api.search import Query
from linkage.errors import UnknownRecord

FILE = "searches.db"
KEPT_S = 43_200.0
"""Seconds a search is kept: as long as a session can last."""
_SCHEMA = "CREATE TABLE IF NOT EXISTS search (token TEXT PRIMARY KEY, user TEXT, query BLOB, at REAL) WITHOUT ROWID"


@dataclass(frozen=True)
class Searches:
    """Searches of all users of a workspace; each is seen by the one who made it."""

    folder: Path

    def keep(self, user: str, query: Query) -> str:
        """The token of a search that is kept from now on; what is too old is gone."""
        token = secrets.token_urlsafe(9)
        with self._open() as connection:
            connection.execute("DELETE FROM search WHERE at < ?", (time.time() - KEPT_S,))
            connection.execute(
                "INSERT INTO search VALUES (?, ?, ?, ?)", (token, user, orjson.dumps(asdict(query)), time.time())
            )
        return token

    def find(self, user: str, token: str) -> Query:
        """The search behind a token.

        Raises:
            UnknownRecord: it is too old, or somebody else's.
        """
        with self._open() as connection:
            row = connection.execute(
                "SELECT query FROM search WHERE token = ? AND user = ? AND at >= ?", (token, user, time.time() - KEPT_S)
            ).fetchone()
        if row is None:
            raise UnknownRecord("no such search")
        return Query(**orjson.loads(row[0]))

    @contextmanager
    def _open(self) -> Iterator[apsw.Connection]:
        connection = apsw.Connection(str(self.folder / FILE))
        try:
            connection.set_busy_timeout(5_000)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA secure_delete=ON")  # names that were looked for do not outlive their search
            connection.execute(_SCHEMA)
            yield connection
        finally:
            connection.close()
