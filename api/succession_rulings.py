"""What people decided about carriers that look like one reopened: kept for ever, taken back by a later word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import apsw
import polars as pl

from graph.successors import RULING
from linkage.errors import UnknownRecord

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE succession_ruling (
        n          INTEGER PRIMARY KEY,
        older      TEXT NOT NULL,  -- key of a carrier record, which leads to its carrier however that is resolved
        younger    TEXT NOT NULL CHECK (younger <> older),
        ruling     TEXT NOT NULL CHECK (ruling IN ('confirmed', 'rejected')),
        reason     TEXT NOT NULL CHECK (trim(reason) <> ''),
        by         TEXT NOT NULL CHECK (trim(by) <> ''),
        at         TEXT NOT NULL,
        known_on   TEXT NOT NULL,
        undone_by  TEXT CHECK (trim(undone_by) <> ''),
        undone_at  TEXT,
        CHECK ((undone_by IS NULL) = (undone_at IS NULL))
    );
    CREATE TRIGGER succession_ruling_stays BEFORE DELETE ON succession_ruling
        BEGIN SELECT raise(ABORT, 'rulings stay'); END;
    CREATE TRIGGER succession_ruling_is_kept BEFORE UPDATE ON succession_ruling
        WHEN old.undone_at IS NOT NULL OR new.undone_at IS NULL
            OR (old.n, old.older, old.younger, old.ruling, old.reason, old.by, old.at, old.known_on)
            IS NOT (new.n, new.older, new.younger, new.ruling, new.reason, new.by, new.at, new.known_on)
        BEGIN SELECT raise(ABORT, 'rulings stay as they were made'); END;
    """,
    # While an expunging is under way, a reason that names the person is rewritten.
    """
    DROP TRIGGER succession_ruling_is_kept;
    CREATE TRIGGER succession_ruling_is_kept BEFORE UPDATE ON succession_ruling
        WHEN ((old.undone_at IS NOT NULL OR new.undone_at IS NULL OR old.reason IS NOT new.reason)
            AND NOT (EXISTS (SELECT 1 FROM expunging WHERE finished_at IS NULL)
                AND (old.undone_by, old.undone_at) IS (new.undone_by, new.undone_at)))
            OR (old.n, old.older, old.younger, old.ruling, old.by, old.at, old.known_on)
            IS NOT (new.n, new.older, new.younger, new.ruling, new.by, new.at, new.known_on)
        BEGIN SELECT raise(ABORT, 'rulings stay as they were made'); END;
    """,
)


@dataclass(frozen=True, slots=True)
class SuccessionRuling:
    """One person's word on two carriers.

    Args:
        older: key of a record of the carrier that ended; `younger` of the one that carries on.
        ruling: confirmed or rejected.
        known_on: ISO day from which on it counts: the day the scores were for.
        undone_by: who took it back, None while it stands.
    """

    n: int
    older: str
    younger: str
    ruling: str
    reason: str
    by: str
    at: str
    known_on: str
    undone_by: str | None = None
    undone_at: str | None = None


@dataclass(frozen=True)
class SuccessionRulings:
    """Reads and writes of the table on one connection."""

    connection: apsw.Connection

    def all(self) -> list[SuccessionRuling]:
        """Every ruling ever made, in order."""
        return [SuccessionRuling(*row) for row in self.connection.execute("SELECT * FROM succession_ruling ORDER BY n")]

    def standing(self) -> pl.DataFrame:
        """Frame RULING: those in force."""
        return as_frame(ruling for ruling in self.all() if ruling.undone_at is None)

    def get(self, n: int) -> SuccessionRuling:
        """Ruling number `n`.

        Raises:
            UnknownRecord: there is none.
        """
        row = self.connection.execute("SELECT * FROM succession_ruling WHERE n = ?", (n,)).fetchone()
        if row is None:
            raise UnknownRecord(
                f"there is no ruling {n} on a succession; see them with: crosslane succession list --all"
            )
        return SuccessionRuling(*row)

    def next_number(self) -> int:
        """The number that the next ruling gets."""
        return int(self.connection.execute("SELECT coalesce(max(n), 0) + 1 FROM succession_ruling").get)

    def insert(self, ruling: SuccessionRuling) -> None:
        """The ruling stands."""
        row = (ruling.n, ruling.older, ruling.younger, ruling.ruling, ruling.reason, ruling.by, ruling.at)
        self.connection.execute(
            "INSERT INTO succession_ruling VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)", (*row, ruling.known_on)
        )

    def undo(self, n: int, by: str, at: str) -> None:
        """Ruling `n` no longer stands."""
        self.connection.execute("UPDATE succession_ruling SET undone_by = ?, undone_at = ? WHERE n = ?", (by, at, n))


def as_frame(rulings: Iterable[SuccessionRuling]) -> pl.DataFrame:
    """Frame RULING of some rulings."""
    rows = [(one.n, one.older, one.younger, one.ruling, one.by, one.known_on) for one in rulings]
    frame = pl.DataFrame(rows, schema=RULING.columns | {"known_on": pl.String}, orient="row")
    return RULING.check(frame.with_columns(pl.col("known_on").str.to_date("%Y-%m-%d")))
