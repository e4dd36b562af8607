"""What each ledger change did to the graph, kept beside it for the stores outside the ledger that follow it."""

from __future__ import annotations

import io
from dataclasses import fields
from typing import cast

import apsw
import polars as pl

from graph.embedded.statements import ChangeLogStatements
from graph.schema import GraphChange
from graph.store import Mark

KEPT_BYTES = 256 * 2**20
"""Changes kept at most, compressed; a follower that lags further behind is compared as a whole (assumed)."""


class ChangeLog:
    """The log on one connection; whoever changes the graph writes it in the same transaction.

    Args:
        connection: open connection to a file with the tables of `MIGRATIONS`.
        kept_bytes: how much is kept.
    """

    def __init__(self, connection: apsw.Connection, kept_bytes: int = KEPT_BYTES) -> None:
        self._connection = connection
        self._kept_bytes = kept_bytes
        self._sql = ChangeLogStatements.load()

    def head(self) -> Mark:
        """Where a store that follows everything stands."""
        origin, sequence, token = self._connection.execute(self._sql.log_head).fetchall()[0]
        return Mark(str(origin), int(str(sequence)), str(token))

    def token_of(self, sequence: int) -> str | None:
        """What the change is called, None where there is none of that number."""
        found = self._connection.execute(self._sql.log_token, (sequence,)).fetchone()
        return str(found[0]) if found else None

    def is_kept_after(self, sequence: int) -> bool:
        """True when what every later change did is kept."""
        missing = self._connection.execute(self._sql.log_missing, (sequence,)).get
        return not missing

    def change(self, sequence: int) -> GraphChange:
        """What a kept change did."""
        parts = self._connection.execute(self._sql.log_change, (sequence,)).fetchall()[0]
        return GraphChange(*(pl.read_ipc(io.BytesIO(cast("bytes", part))) for part in parts))

    def record(self, sequence: int, change: GraphChange) -> None:
        """The change is in the log, in full while somebody follows; what no longer fits is dropped, oldest first."""
        packed = [_packed(getattr(change, field.name)) for field in fields(GraphChange)]
        is_kept = bool(self.followers()) and sum(map(len, packed)) <= self._kept_bytes
        self._connection.execute(self._sql.log_record, (sequence, *(packed if is_kept else [None] * len(packed))))
        if is_kept:
            self._connection.execute(self._sql.log_drop, (self._kept_bytes,))

    def clear(self) -> None:
        """No change is known; followers stay."""
        self._connection.execute(self._sql.log_clear)

    def followers(self) -> dict[str, bool]:
        """Stores that follow, and whether each was found to differ."""
        return {str(store): bool(drifted) for store, drifted in self._connection.execute(self._sql.log_followers)}

    def follow(self, store: str, *, is_drifted: bool = False) -> None:
        """The store follows from now on.

        Args:
            store: its address, without user or password.
            is_drifted: it was found to differ from this graph.
        """
        self._connection.execute(self._sql.log_follow, (store, int(is_drifted)))


def _packed(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()
