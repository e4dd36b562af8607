"""The account that the ledger keeps of what changed, in order.

Moved records and new scores are written by whoever moves or scores them, all at once; loads, decisions and reviews by
triggers. Either way it happens in the transaction of the change, and since one writer at a time commits, numbers grow
in the order in which changes became visible.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import apsw


class Topic(StrEnum):
    """What a change is about."""

    IDENTITY = "identity"
    SCORE = "score"
    REVIEW = "review"
    LOAD = "load"
    DECISION = "decision"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the order of changes.

    Args:
        sequence: number of a change that everybody is shown; 0 before the first.
        part: number of a change for cleared reviewers after that one; 0 for that one itself.
    """

    sequence: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Args:
        kind: created, grown, merged, split, shrunk, retired; score; review_opened, review_reopened, review_closed;
            load; decision, decision_undone.
        run_id: the run that made it, None where none did.
        ref: number of the load, decision or review.
        from_id: identity that records left; of a decision that of the first record.
        to_id: identity that records are in now, or that the score or review is of; of a decision that of the second.
        records: keys of the records that moved, or that were judged.
        figures: score, own and linked.
        day: day of the load, of the score or of the review, else the day it was done.
    """

    at: Position
    topic: Topic
    kind: str
    run_id: int | None
    ref: int | None
    from_id: str | None
    to_id: str | None
    records: tuple[str, ...]
    figures: tuple[float, float, float] | None
    day: str

    @property
    def identity_ids(self) -> list[str]:
        """Whom it concerns, each once."""
        return list(dict.fromkeys(one for one in (self.from_id, self.to_id) if one is not None))


_AFTER = (
    "SELECT sequence, 0, topic, what, run_id, ref, from_id, to_id, records, score, own, linked, day FROM change "
    "WHERE sequence > ?1 AND topic IN (SELECT value FROM json_each(?2)) ORDER BY sequence LIMIT ?3"
)
_CLEARED_AFTER = (
    "SELECT sequence, n, 'review', what, NULL, ref, NULL, to_id, NULL, NULL, NULL, NULL, day FROM change_cleared "
    "WHERE (sequence, n) > (?1, ?2) ORDER BY sequence, n LIMIT ?3"
)


@dataclass(frozen=True)
class ChangeLog:
    """The account of one ledger, on one connection."""

    connection: apsw.Connection

    def after(self, position: Position, topics: Collection[Topic], limit: int, *, is_cleared: bool) -> list[Change]:
        """The next changes of the topics, in order.

        Args:
            is_cleared: with those of reviews for cleared reviewers.
        """
        asked = json.dumps(sorted(topics))
        found = [_change(row) for row in self.connection.execute(_AFTER, (position.sequence, asked, limit))]
        if is_cleared and Topic.REVIEW in topics:
            place = (position.sequence, position.part, limit)
            found += [_change(row) for row in self.connection.execute(_CLEARED_AFTER, place)]
        return sorted(found, key=lambda change: change.at)[:limit]

    def era(self) -> str:
        """Which numbering this is: another one after each restore of a backup."""
        return str(self.connection.execute("SELECT token FROM change_era").get)

    def begin_era(self) -> None:
        """What was numbered so far may have been numbered differently in a workspace that is no more."""
        self.connection.execute("UPDATE change_era SET token = lower(hex(randomblob(4)))")

    def head(self, *, is_cleared: bool) -> Position:
        """Where the newest change is."""
        newest = int(self.connection.execute("SELECT coalesce(max(sequence), 0) FROM change").get)
        if not is_cleared:
            return Position(newest)
        last = self.connection.execute(
            "SELECT sequence, n FROM change_cleared ORDER BY sequence DESC, n DESC LIMIT 1"
        ).fetchone()
        return max(Position(newest), Position(*last) if last else Position())


def _change(row: tuple[Any, ...]) -> Change:
    sequence, part, topic, kind, run_id, ref, from_id, to_id, records, *figures, day = row
    return Change(
        at=Position(sequence, part),
        topic=Topic(topic),
        kind=kind,
        run_id=run_id,
        ref=ref,
        from_id=from_id,
        to_id=to_id,
        records=tuple(json.loads(records)) if records else (),
        figures=(figures[0], figures[1], figures[2]) if figures[0] is not None else None,
        day=day,
    )
