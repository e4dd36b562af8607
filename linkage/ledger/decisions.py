"""People's judgements on pairs of records: kept for ever, undone by a later entry, never deleted."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from linkage.errors import UnknownRecord


@dataclass(frozen=True, slots=True)
class Decision:
    """One judgement, by a person, with a reason; `a < b` are record keys.

    Args:
        judgement: same or different.
        undone_by: who took it back, None while it stands.
    """

    n: int
    a: str
    b: str
    judgement: str
    reason: str
    by: str
    at: str
    undone_by: str | None = None
    undone_at: str | None = None


@dataclass(frozen=True)
class Decisions:
    """Reads and writes of the decision table on one connection."""

    connection: apsw.Connection

    def standing(self) -> list[Decision]:
        """Decisions in force; of several on one pair the newest."""
        rows = self.connection.execute("SELECT * FROM decision WHERE undone_at IS NULL ORDER BY n")
        newest = {(row[1], row[2]): Decision(*row) for row in rows}
        return sorted(newest.values(), key=lambda decision: (decision.a, decision.b))

    def all(self) -> list[Decision]:
        """Every decision ever made, in order."""
        return [Decision(*row) for row in self.connection.execute("SELECT * FROM decision ORDER BY n")]

    def get(self, n: int) -> Decision:
        """Decision number `n`.

        Raises:
            UnknownRecord: there is none.
        """
        row = self.connection.execute("SELECT * FROM decision WHERE n = ?", (n,)).fetchone()
        if row is None:
            raise UnknownRecord(f"there is no decision {n}")
        return Decision(*row)

    def next_number(self) -> int:
        """The number that the next decision gets."""
        return int(self.connection.execute("SELECT coalesce(max(n), 0) + 1 FROM decision").get)

    def insert(self, decision: Decision) -> None:
        """The decision stands."""
        self.connection.execute(
            "INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (
                decision.n,
                decision.a,
                decision.b,
                decision.judgement,
                decision.reason,
                decision.by,
                decision.at,
            ),
        )

    def undo(self, n: int, by: str, at: str) -> None:
        """Decision `n` no longer stands."""
        self.connection.execute("UPDATE decision SET undone_by = ?, undone_at = ? WHERE n = ?", (by, at, n))
