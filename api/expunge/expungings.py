"""The ledger's account of expungings: who was taken out by whom and why, by ids only, and what is still to be done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from api.expunge.work import Work
from linkage.ledger.tombstones import KeptOut, Tombstones


@dataclass(frozen=True, slots=True)
class Order:
    """Why somebody is taken out.

    Args:
        actor: the person who has it done.
        reason: stays for ever, and so names nobody.
        kept: tombstones that were kept beside a backup, which stand here too from now on.
    """

    actor: str
    reason: str
    kept: KeptOut | None = None


@dataclass(frozen=True, slots=True)
class Expunging:
    """One order to take people out.

    Args:
        identities: ids of theirs, present and former; `records` how many person records there were.
        work: what is still to be taken out of the ledger's tables; None once they hold nothing.
        places: what was taken out where, counted.
    """

    n: int
    at: str
    actor: str
    reason: str
    identities: tuple[str, ...]
    records: int
    work: Work | None
    places: dict[str, int]
    finished_at: str | None


@dataclass(frozen=True)
class Expungings:
    """Reads and writes of them on one connection."""

    connection: apsw.Connection

    def begin(self, work: Work, order: Order, at: str, held: Mapping[str, int]) -> int:
        """The people are to be taken out, and their records stay out from now on; returns the expunging's number.

        Args:
            held: rows of files that are about them, by place.
        """
        n = int(self.connection.execute("SELECT coalesce(max(n), 0) + 1 FROM expunging").get)
        row = (
            n,
            at,
            order.actor,
            order.reason,
            json.dumps(work.identities),
            len(work.records),
            work.packed(),
            json.dumps(held),
        )
        self.connection.execute(
            "INSERT INTO expunging (n, at, actor, reason, identities, records, work, places) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        if order.kept is not None:
            Tombstones(self.connection).take_in(n, order.kept)
        Tombstones(self.connection).add(n, (*work.records, *work.requests))
        return n

    def under_way(self) -> Expunging | None:
        """The one that is not done, if there is one."""
        row = self.connection.execute("SELECT * FROM expunging WHERE finished_at IS NULL").fetchone()
        return _expunging(row) if row else None

    def get(self, n: int) -> Expunging:
        """The one of that number, which there is."""
        rows = self.connection.execute("SELECT * FROM expunging WHERE n = ?", (n,)).fetchall()
        return _expunging(rows[0])

    def add_places(self, n: int, places: Mapping[str, int]) -> dict[str, int]:
        """So much more was taken out; returns all that was."""
        before = self.get(n).places
        after = before | {place: before.get(place, 0) + count for place, count in places.items()}
        self.connection.execute("UPDATE expunging SET places = ? WHERE n = ?", (json.dumps(after), n))
        return after

    def tables_done(self, n: int) -> None:
        """The tables hold nothing any more, and this one does not either."""
        self.connection.execute("UPDATE expunging SET work = NULL WHERE n = ?", (n,))

    def finish(self, n: int, at: str) -> None:
        """Nothing is left to do."""
        self.connection.execute("UPDATE expunging SET finished_at = ? WHERE n = ?", (at, n))


def _expunging(row: tuple[Any, ...]) -> Expunging:
    n, at, actor, reason, identities, records, work, places, finished_at = row
    task = Work.unpacked(work) if work is not None else None
    return Expunging(
        n, at, actor, reason, tuple(json.loads(identities)), records, task, json.loads(places), finished_at
    )
