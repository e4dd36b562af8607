"""The ledger's tables of screenings: what was looked at, by what cause, and what it brought before reviewers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, fields
from enum import StrEnum

import apsw
import polars as pl

from eligibility.matters import Matter


class Cause(StrEnum):
    """What made a screening happen."""

    LOAD = "load"
    DECISION = "decision"
    UNDO = "undo"
    RESCORE = "rescore"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One screening before it is done.

    Args:
        ref: number of the load or decision, None for the passing of time.
        actor: the person whose change or command it follows.
        at: when, in UTC.
        as_of: the day that drivers are looked at for.
        policy: names of the policies that decide what opens.
        is_all: everybody enrolled is looked at, not only whom a change concerns.
    """

    cause: Cause
    ref: int | None
    actor: str
    at: str
    as_of: dt.date
    policy: str
    is_all: bool


@dataclass(frozen=True, slots=True)
class Screening:
    """What a screening did: drivers looked at, reviews opened, closed ones reopened, open ones taken further.

    Reviews for cleared reviewers are in no count.
    """

    screened: int = 0
    opened: int = 0
    reopened: int = 0
    extended: int = 0


@dataclass(frozen=True)
class ScreeningTables:
    """Reads and writes of screenings on one connection; a writer is inside a transaction."""

    connection: apsw.Connection

    def last(self) -> tuple[dt.date, str] | None:
        """Day and policies of the last screening of everybody, None before the first."""
        row = self.connection.execute(
            "SELECT as_of, policy FROM screening WHERE scope = 'all' ORDER BY screening_id DESC LIMIT 1"
        ).fetchone()
        return (dt.date.fromisoformat(row[0]), str(row[1])) if row else None

    def begin(self, occasion: Occasion, screened: Collection[str]) -> int:
        """The screening is recorded, with whom it looked at; its number is returned."""
        o = occasion
        scope = "all" if o.is_all else "concerned"
        self.connection.execute(
            "INSERT INTO screening (at, cause, ref, actor, as_of, policy, scope, screened, opened, reopened, extended) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)",
            (o.at, o.cause, o.ref, o.actor, o.as_of.isoformat(), o.policy, scope, len(screened)),
        )
        number = self.connection.last_insert_rowid()
        self.connection.executemany(
            "INSERT OR REPLACE INTO screened_last VALUES (?, ?)", ((identity, number) for identity in sorted(screened))
        )
        return number

    def found(self, number: int, review: tuple[int, int], matter: Matter, days: tuple[dt.date, dt.date | None]) -> None:
        """A review was opened or reopened by the screening.

        Args:
            review: its number and round.
            days: the day it was opened for, and the day of the next renewal, where known.
        """
        opened_on, renewal = days
        dates = [
            day.isoformat() if day else None for day in (matter.happened_on, matter.received_on, opened_on, renewal)
        ]
        self.connection.execute(
            "INSERT INTO screening_found VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*review, number, matter.trigger, *dates),
        )

    def end(self, number: int, done: Screening) -> Screening:
        """The screening's counts are in the ledger; they are returned."""
        self.connection.execute(
            "UPDATE screening SET opened = ?, reopened = ?, extended = ? WHERE screening_id = ?",
            (done.opened, done.reopened, done.extended, number),
        )
        return done

    def rows(self, limit: int | None = None) -> pl.DataFrame:
        """Screenings, the newest first."""
        cursor = self.connection.execute(
            "SELECT screening_id, at, cause, ref, actor, as_of, policy, scope, screened, opened, reopened, extended "
            "FROM screening ORDER BY screening_id DESC LIMIT ?",
            (-1 if limit is None else limit,),
        )
        text, whole = pl.String, pl.Int64
        schema = {"screening_id": whole, "at": text, "cause": text, "ref": whole, "actor": text, "as_of": text}
        schema |= {"policy": text, "scope": text} | {f.name: whole for f in fields(Screening)}
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")

    def last_of(self, identity_id: str) -> tuple[int, str] | None:
        """Number and day of the last screening that looked at a driver, whatever it found."""
        row = self.connection.execute(
            "SELECT screening_id, as_of FROM screened_last JOIN screening USING (screening_id) WHERE identity_id = ?",
            (identity_id,),
        ).fetchone()
        return (int(row[0]), str(row[1])) if row else None
