"""Which loads tell of a key, so that a few rows are read by asking a few loads: a workspace has thousands of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import apsw
import orjson

from linkage.ledger.lookup import mark_of

_UNLISTED = "SELECT load_id FROM load EXCEPT SELECT load_id FROM load_listed"
_TELLING = "SELECT load_id FROM load_key WHERE mark IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True)
class LoadKeys:
    """Reads and writes of load_key and load_listed on one connection; they list what the loads' lookups hold."""

    connection: apsw.Connection

    def telling(self, keys: Collection[str]) -> list[int]:
        """Loads that may tell of one of the keys, in order: none that does is missing.

        Args:
            keys: values of columns that are looked up by, see `LOOKED_UP`.
        """
        marks = orjson.dumps([mark_of(key) for key in keys]).decode()
        told = {int(row[0]) for row in self.connection.execute(_TELLING, (marks,))}
        return sorted(told.union(self.unlisted()))

    def add(self, load_id: int, marks: Iterable[int]) -> None:
        """The load tells of the keys with these marks, each given once, and of no others."""
        self.connection.executemany("INSERT INTO load_key VALUES (?, ?)", ((mark, load_id) for mark in marks))
        self.connection.execute("INSERT INTO load_listed VALUES (?)", (load_id,))

    def unlisted(self) -> list[int]:
        """Loads that are asked of every key."""
        return [int(row[0]) for row in self.connection.execute(_UNLISTED)]

    def forget(self) -> None:
        """No load is listed any more."""
        self.connection.execute("DELETE FROM load_key")
        self.connection.execute("DELETE FROM load_listed")
