"""The ledger's tables of reviews: opened, reopened and read, one review a driver and matter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import apsw
import polars as pl

from eligibility.matters import Audience, Matter, Trigger
from eligibility.reviews.states import NotAllowed, State
from eligibility.trail import Step, Trail
from linkage.errors import UnknownRecord
from linkage.schema import FrameSchema

REVIEW = FrameSchema(
    "review",
    {
        "review_id": pl.Int64,
        "identity_id": pl.String,  # whose it is today
        "anchor": pl.String,
        "trigger": pl.String,
        "key": pl.String,
        "audience": pl.String,
        "state": pl.String,
        "round": pl.Int64,
        "priority": pl.Float64,
        "reason": pl.String,
        "opened_at": pl.String,
        "as_of": pl.String,
        "happened_on": pl.String,
        "received_on": pl.String,
        "assignee": pl.String,
        "outcome": pl.String,
        "closed_at": pl.String,
        "opened_on": pl.String,  # the identity's id at the last change
    },
)
SHOWN = FrameSchema("shown", {"identity_id": pl.String, "item": pl.String, "level": pl.Float64})
_READ = (
    "SELECT review_id, current_id, anchor, trigger_, key, audience, state, round, priority, reason, opened_at, as_of, "
    "happened_on, received_on, assignee, outcome, closed_at, identity_id FROM review_today ORDER BY review_id"
)
_ONE = _READ.replace("ORDER BY review_id", "WHERE review_id = ?")
_OF_DRIVER = (
    "SELECT review_id FROM review WHERE key = ?2 "
    "AND anchor IN (SELECT record_key FROM membership WHERE identity_id = ?1) "
    "UNION SELECT review_id FROM review_today WHERE key = ?2 AND current_id = ?1 "
    "AND identity_id IN (SELECT ?1 UNION ALL SELECT former FROM redirect WHERE current = ?1) ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Review:
    """One review as it stands; `identity_id` is the driver's id today."""

    review_id: int
    identity_id: str
    anchor: str
    trigger: Trigger
    key: str
    audience: Audience
    state: State
    round: int
    priority: float
    reason: str
    opened_at: str
    as_of: str
    happened_on: str | None
    received_on: str | None
    assignee: str | None
    outcome: str | None
    closed_at: str | None

    @property
    def subject(self) -> str:
        """How the trail names it."""
        return f"review:{self.review_id}"

    def document(self) -> dict[str, Any]:
        """The review as JSON values."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True)
class ReviewTables:
    """Reads and writes of reviews on one connection; a writer is inside a transaction."""

    connection: apsw.Connection

    def open(self, matter: Matter, at: str, as_of: date, by: str) -> int:
        """A review of the matter waits for somebody; its number is returned.

        Args:
            at: when, in UTC.
            as_of: the day that the driver was looked at for.
            by: the person whose load, decision or screening brought it up.

        Raises:
            NotAllowed: the driver has a review of this matter already; reopen that one.
        """
        if known := self.of_matter(matter.identity_id, matter.key):
            raise NotAllowed(f"review open: review {known[-1]} is about this matter; reopen it")
        days = _iso(matter)
        what = (matter.identity_id, matter.anchor, matter.trigger, matter.key, matter.audience, State.OPEN, 1)
        row = (*what, matter.priority, matter.reason, at, as_of.isoformat(), *days)
        self.connection.execute(
            "INSERT INTO review (identity_id, anchor, trigger_, key, audience, state, round, priority, reason, "
            "opened_at, as_of, happened_on, received_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        review_id = self.connection.last_insert_rowid()
        self._show(review_id, 1, matter, at)
        self._begin(review_id, 1, matter, (at, as_of.isoformat(), *days))
        self._tell(review_id, "review opened", matter, by, at)
        return review_id

    def reopen(self, review_id: int, matter: Matter, at: str, as_of: date, by: str) -> bool:
        """The review is about what is new as well: open again in its next round, or taken further where it was open.

        An outcome that waited for its second signature is overtaken: nobody signs what the first person did not see.

        Returns:
            Whether it was closed before.
        """
        review = self.get(review_id)
        was_closed = review.state is State.CLOSED
        state, assignee = (State.OPEN, None) if was_closed else (review.state, review.assignee)
        if state is State.PROPOSED:
            state = State.ASSIGNED
            self.overtake(review, matter.reason, by, at)
        days = _iso(matter)
        audience = Audience.CLEARED if Audience.CLEARED in (review.audience, matter.audience) else Audience.GENERAL
        priority = matter.priority if was_closed else max(matter.priority, review.priority)
        what = (matter.identity_id, matter.anchor, audience, state, review.round + 1, priority, matter.reason)
        values = (*what, at, as_of.isoformat(), *days, assignee, review_id)
        self.connection.execute(
            "UPDATE review SET identity_id = ?, anchor = ?, audience = ?, state = ?, round = ?, priority = ?, "
            "reason = ?, opened_at = ?, as_of = ?, happened_on = ?, received_on = ?, assignee = ?, outcome = NULL, "
            "closed_at = NULL WHERE review_id = ?",
            values,
        )
        self._show(review_id, review.round + 1, matter, at)
        self._begin(review_id, review.round + 1, matter, (at, as_of.isoformat(), *days))
        self._tell(review_id, "review reopened" if was_closed else "review extended", matter, by, at)
        return was_closed

    def overtake(self, review: Review, reason: str, by: str, at: str) -> None:
        """The outcome that waits for a second signature does not any more."""
        self.connection.execute(
            "UPDATE review_proposal SET verdict = 'overtaken', second_by = ?, second_at = ?, second_reason = ? "
            "WHERE review_id = ? AND verdict IS NULL AND n = (SELECT max(n) FROM review_proposal WHERE review_id = ?)",
            (by, at, reason, review.review_id, review.review_id),
        )

    def get(self, review_id: int) -> Review:
        """The review of that number.

        Raises:
            UnknownRecord: there is none.
        """
        row = self.connection.execute(_ONE, (review_id,)).fetchone()
        if row is None:
            raise UnknownRecord(f"there is no review {review_id}; see: crosslane review list")
        typed = (*row[:3], Trigger(row[3]), row[4], Audience(row[5]), State(row[6]), *row[7:-1])
        return Review(*typed)

    def of_matter(self, identity_id: str, key: str) -> list[int]:
        """Numbers of the reviews of one matter of one driver, in order."""
        return [int(row[0]) for row in self.connection.execute(_OF_DRIVER, (identity_id, key))]

    def standing(self, identity_ids: Collection[str] | None = None) -> pl.DataFrame:
        """Reviews of the drivers (REVIEW), all drivers where none are named, ordered by number.

        Merges and splits are followed: each row names whose review it is today.
        """
        rows = self.connection.execute(_READ).fetchall()
        return self._of(pl.DataFrame(rows, schema=REVIEW.columns, orient="row"), identity_ids)

    def shown(self, identity_ids: Collection[str] | None = None) -> pl.DataFrame:
        """The highest level at which each item was shown to a reviewer of each driver (SHOWN), in order."""
        rows = self.connection.execute(
            "SELECT current_id, item, max(level) FROM review_item JOIN review_today USING (review_id) "
            "GROUP BY current_id, item ORDER BY current_id, item"
        ).fetchall()
        return self._of(pl.DataFrame(rows, schema=SHOWN.columns, orient="row"), identity_ids)

    def _of(self, frame: pl.DataFrame, identity_ids: Collection[str] | None) -> pl.DataFrame:
        if identity_ids is None:
            return frame
        wanted = pl.DataFrame({"identity_id": sorted(set(identity_ids))}, schema={"identity_id": pl.String})
        return frame.join(wanted, on="identity_id", how="semi", maintain_order="left")

    def _show(self, review_id: int, round_: int, matter: Matter, at: str) -> None:
        self.connection.executemany(
            "INSERT INTO review_item VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (review_id, round, item) DO UPDATE SET level = max(level, excluded.level)",
            ((review_id, round_, item, level, at) for item, level in matter.shown),
        )
        self.connection.execute(
            "INSERT OR IGNORE INTO review_basis SELECT record_key, ?1, identity_id FROM membership "
            "WHERE identity_id = ?2",
            (review_id, matter.identity_id),
        )

    def _begin(self, review_id: int, round_: int, matter: Matter, days: tuple[str | None, ...]) -> None:
        self.connection.execute(
            "INSERT INTO review_round VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (review_id, round_, matter.trigger, matter.reason, *days),
        )

    def _tell(self, review_id: int, action: str, matter: Matter, by: str, at: str) -> None:
        items = [item for item, _ in matter.shown]
        detail = {"trigger": matter.trigger, "key": matter.key, "identity": matter.identity_id, "items": items}
        Trail(self.connection).append(Step(by, action, f"review:{review_id}", matter.reason, detail), at)


def _iso(matter: Matter) -> tuple[str | None, ...]:
    return tuple(day.isoformat() if day else None for day in (matter.happened_on, matter.received_on))
