"""What was known, scored and shown at a moment of a review, kept so that it can be shown again as it was."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import apsw

from eligibility.trail import Step, Trail

_EXPUNGED = "SELECT e.value FROM trail, json_each(trail.detail, '$.expunged') e"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment.

    Args:
        moment: opened, decided or signed.
        as_of: the day that was looked at.
        digest: SHA-256 of the document, which the trail holds too.
    """

    n: int
    round: int
    moment: str
    at: str
    as_of: str
    digest: str
    document: dict[str, Any]

    @property
    def is_expunged(self) -> bool:
        """Whether the document was taken out with the person's other data."""
        return not self.document

    def is_whole(self) -> bool:
        """Whether the document is the one that was kept; one that was taken out cannot be told."""
        return digest_of(self.document) == self.digest


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document in one fixed form."""
    return hashlib.sha256(_written(document)).hexdigest()


@dataclass(frozen=True)
class Snapshots:
    """Reads and writes of snapshots on one connection."""

    connection: apsw.Connection

    def keep(self, of: tuple[int, int], moment: str, document: Mapping[str, Any], when: tuple[str, date]) -> str:
        """The document is kept as what was shown at that moment; its digest is returned, for the trail.

        Args:
            of: number of the review, and its round.
            when: the time, in UTC, and the day that was looked at.
        """
        (review_id, round_), (at, as_of) = of, when
        n = int(
            self.connection.execute(
                "SELECT coalesce(max(n), 0) + 1 FROM review_snapshot WHERE review_id = ?", (review_id,)
            ).get
        )
        digest = digest_of(document)
        packed = zlib.compress(_written(document), 6)
        self.connection.execute(
            "INSERT INTO review_snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (review_id, n, round_, moment, at, as_of.isoformat(), digest, packed),
        )
        return digest

    def of(self, review_id: int) -> list[Snapshot]:
        """Everything kept of a review, oldest first."""
        rows = self.connection.execute(
            "SELECT n, round, moment, at, as_of, digest, document FROM review_snapshot WHERE review_id = ? ORDER BY n",
            (review_id,),
        )
        return [_snapshot(row) for row in rows]

    def as_of(self, review_id: int, day: date) -> Snapshot | None:
        """The newest one kept on the day or before it, None where there is none."""
        kept = [snapshot for snapshot in self.of(review_id) if snapshot.at[:10] <= day.isoformat()]
        return kept[-1] if kept else None

    def expunge(self, review_id: int, step: Step, at: str) -> int:
        """What was shown of a person is taken out for good; that it was there, and when, stays.

        Args:
            step: who takes it out and why.

        Returns:
            How many documents and notes were emptied.
        """
        kept = [snapshot for snapshot in self.of(review_id) if not snapshot.is_expunged]
        self.connection.execute("UPDATE review_snapshot SET document = x'' WHERE review_id = ?", (review_id,))
        self.connection.execute(
            "UPDATE review_note SET text = '(expunged)' WHERE review_id = ? AND text <> '(expunged)'", (review_id,)
        )
        notes = int(self.connection.changes())
        detail = {**step.detail, "expunged": [snapshot.digest for snapshot in kept], "notes": notes}
        Trail(self.connection).append(replace(step, detail=detail), at)
        return len(kept) + notes

    def broken(self) -> list[str]:
        """Snapshots that are not what was kept, or that the trail knows nothing of, one sentence each."""
        told = {str(row[0]) for row in self.connection.execute("SELECT detail ->> 'snapshot' FROM trail") if row[0]}
        out = {str(row[0]) for row in self.connection.execute(_EXPUNGED)}
        reviews = [int(row[0]) for row in self.connection.execute("SELECT DISTINCT review_id FROM review_snapshot")]
        return [
            f"snapshot {snapshot.n} of review {review_id} is not what was kept"
            for review_id in reviews
            for snapshot in self.of(review_id)
            if snapshot.digest not in told
            or not (snapshot.digest in out if snapshot.is_expunged else snapshot.is_whole())
        ]


def _snapshot(row: tuple[Any, ...]) -> Snapshot:
    values: tuple[Any, ...] = (*row[:-1], json.loads(zlib.decompress(row[-1])) if row[-1] else {})
    return Snapshot(*values)


def _written(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
