"""What was known, scored and shown at a moment of a review, kept so that it can be shown again as it was."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw

from eligibility.trail import EXPUNGED
from graph.errors import StoreDamaged
from linkage.ledger import LEDGER

_KEPT = "SELECT review_id, n, digest, document FROM review_snapshot ORDER BY review_id, n"
_ONE = "SELECT digest, document FROM review_snapshot WHERE review_id = ? AND n = ?"
_EXPUNGED = "SELECT e.value FROM trail, json_each(trail.detail, '$.expunged') e WHERE action = ?"
_REDACTED = (
    "SELECT e.key, e.value FROM trail, json_each(trail.detail, '$.redacted') e WHERE action = ? ORDER BY trail.n"
)


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

    def is_whole(self, left: str | None = None) -> bool:
        """Whether the document is the one that was kept; one that was taken out cannot be told.

        Args:
            left: digest of what an expunging left of it, where one did.
        """
        return digest_of(self.document) == (left or self.digest)


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
        self.connection.execute(
            "INSERT INTO review_snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (review_id, n, round_, moment, at, as_of.isoformat(), digest, _packed(document)),
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

    def empty(self, review_id: int) -> list[str]:
        """What was shown of a person is taken out for good, while an expunging is under way; that it was there stays.

        Returns:
            Digests of the documents, for the detail of the step that tells.
        """
        kept = [snapshot.digest for snapshot in self.of(review_id) if not snapshot.is_expunged]
        self.connection.execute("UPDATE review_snapshot SET document = x'' WHERE review_id = ?", (review_id,))
        return kept

    def redact(self, redact: Callable[[Any], Any]) -> dict[str, str]:
        """What was shown of others is as the function has it, while an expunging is under way.

        Returns:
            By digest of each document that is another now, the digest of what is left; for the step that tells.
        """
        redacted = {}
        keys = self.connection.execute("SELECT review_id, n FROM review_snapshot ORDER BY review_id, n").fetchall()
        for review_id, n in keys:
            kept: list[tuple[Any, ...]] = self.connection.execute(_ONE, (review_id, n)).fetchall()
            ((digest, packed),) = kept  # one document at a time: all of them together may not fit
            document = unpacked(packed)
            left = redact(document)
            if left != document:
                values = (_packed(left), review_id, n)
                self.connection.execute("UPDATE review_snapshot SET document = ? WHERE review_id = ? AND n = ?", values)
                redacted[str(digest)] = digest_of(left)
        return redacted

    def broken(self) -> list[str]:
        """Snapshots that are not what was kept, or that the trail knows nothing of, one sentence each."""
        told = {str(row[0]) for row in self.connection.execute("SELECT detail ->> 'snapshot' FROM trail") if row[0]}
        out = {str(row[0]) for row in self.connection.execute(_EXPUNGED, (EXPUNGED,))}
        left = self._redacted()
        return [
            f"snapshot {n} of review {review_id} is not what was kept"
            for review_id, n, digest, document in self.connection.execute(_KEPT)
            if digest not in told or not (_is_what(left.get(digest, digest), document) if document else digest in out)
        ]

    def is_whole(self, snapshot: Snapshot) -> bool:
        """Whether a document is the one that was kept, or what the trail says is left of it."""
        return snapshot.is_whole(self._redacted().get(snapshot.digest))

    def _redacted(self) -> dict[str, str]:
        """By digest of each document that was kept whole, the digest of what was left of it."""
        return {str(row[0]): str(row[1]) for row in self.connection.execute(_REDACTED, (EXPUNGED,))}


def _is_what(digest: str, document: bytes) -> bool:
    try:
        return digest_of(unpacked(document)) == digest
    except StoreDamaged:
        return False


def unpacked(document: bytes) -> dict[str, Any]:
    """A document as the ledger keeps it; empty where it was taken out.

    Raises:
        StoreDamaged: it is not what was kept.
    """
    try:
        found: dict[str, Any] = json.loads(zlib.decompress(document)) if document else {}
    except (zlib.error, ValueError):
        raise StoreDamaged(LEDGER) from None
    return found


def _snapshot(row: tuple[Any, ...]) -> Snapshot:
    values: tuple[Any, ...] = (*row[:-1], unpacked(row[-1]))
    return Snapshot(*values)


def _packed(document: Mapping[str, Any]) -> bytes:
    return zlib.compress(_written(document), 6)


def _written(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
