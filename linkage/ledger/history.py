"""Who was who after an earlier run, told from who is who now and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass

import apsw
import polars as pl

from linkage.errors import SettingsError
from linkage.ledger.facts import FactStore
from linkage.schema import Kind

_PARTITION = {"key": pl.String, "identity_id": pl.String}


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what made it and under which model.

    Args:
        cause: load, decision or undo.
        ref: number of the load or decision.
        model: digest of the model.
        at: when it was published.
    """

    run_id: int
    cause: str
    ref: int
    model: str
    at: str


@dataclass(frozen=True)
class History:
    """Reads of what was, on one connection."""

    connection: apsw.Connection

    def runs(self, after: int = 0, until: int | None = None) -> list[Run]:
        """Runs with a number over `after`, up to `until` where it is given, in order."""
        rows = self.connection.execute(
            "SELECT run_id, cause, ref, model, at FROM run WHERE run_id > ? AND run_id <= ? ORDER BY run_id",
            (after, until if until is not None else 1 << 62),
        )
        return [Run(*row) for row in rows]

    def require(self, run_id: int) -> Run:
        """The run of that number.

        Raises:
            SettingsError: there is none, or nothing was kept of who was who then.
        """
        found = self.runs(run_id - 1, run_id)
        if not found:
            raise SettingsError(f"there is no run {run_id}; see them with: crosslane runs")
        since = int(self.connection.execute("SELECT max(run_id) FROM membership_kept_since").get)
        if run_id < since:
            raise SettingsError(f"run {run_id} lies before run {since}, from which on this workspace keeps who was who")
        return found[0]

    def loads_until(self, run_id: int) -> list[int]:
        """Numbers of the loads whose facts held after a run, in order."""
        rows = self.connection.execute(
            "SELECT ref FROM run WHERE cause = 'load' AND run_id <= ? ORDER BY ref", (run_id,)
        )
        return [int(row[0]) for row in rows]

    def partition(self, run_id: int, facts: FactStore) -> pl.DataFrame:
        """The identity of each person record after a run: key, identity_id, ordered by key.

        Args:
            facts: says which records there were.
        """
        rows = self.connection.execute(
            "SELECT record_key, from_id FROM membership_change c WHERE run_id > ?1 AND run_id = ("
            "SELECT min(run_id) FROM membership_change d WHERE d.record_key = c.record_key AND d.run_id > ?1)",
            (run_id,),
        ).fetchall()
        then = pl.DataFrame(rows, schema={"key": pl.String, "was": pl.String}, orient="row")
        rows = self.connection.execute("SELECT record_key, identity_id FROM membership").fetchall()
        now = pl.DataFrame(rows, schema=_PARTITION, orient="row")
        held = facts.current(Kind.PERSON, self.loads_until(run_id), ["key"])
        both = held.join(then, on="key", how="left").join(now, on="key", how="left")
        told = both.select("key", identity_id=pl.coalesce("was", "identity_id"))
        return told.drop_nulls("identity_id").sort("key")
