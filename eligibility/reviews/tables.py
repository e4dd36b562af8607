"""The ledger's tables of reviews: opened, reopened and read, one review a driver and matter."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import apsw
import polars as pl

from eligibility.matters import Audience, Matter, Trigger
from eligibility.reviews.snapshots import Snapshots
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
        "identity_then": pl.String,  # the identity's id at the last change
    },
)
SHOWN = FrameSchema("shown", {"identity_id": pl.String, "item": pl.String, "level": pl.Float64})
_READ = (
    "SELECT review_id, current_id, anchor, trigger_, key, audience, state, round, priority, reason, opened_at, as_of, "
    "happened_on, received_on, assignee, outcome, closed_at, identity_id FROM review_today ORDER BY review_id"
)
_OF_DRIVERS = (  # found by index first: whose a review is today is worked out of few
    "WHERE current_id IN (SELECT value FROM json_each(?1)) AND review_id IN ("
    "SELECT r.review_id FROM json_each(?1) w CROSS JOIN membership m ON m.identity_id = w.value "
    "CROSS JOIN review r ON r.anchor = m.record_key UNION "
    "SELECT r.review_id FROM json_each(?1) w CROSS JOIN review r ON r.identity_id = w.value UNION "
    "SELECT r.review_id FROM json_each(?1) w CROSS JOIN redirect d ON d.current = w.value "
    "CROSS JOIN review r ON r.identity_id = d.former) "
)
_READ_SOME = _READ.replace("ORDER BY", _OF_DRIVERS + "ORDER BY")
_SHOWN = (
    "SELECT current_id, item, max(level) FROM review_today JOIN review_item USING (review_id) "
    "GROUP BY current_id, item ORDER BY current_id, item"
)
_SHOWN_SOME = _SHOWN.replace("GROUP BY", _OF_DRIVERS + "GROUP BY")
_RENEW = (
    "UPDATE review SET identity_id = ?, anchor = ?, trigger_ = ?, audience = ?, state = ?, round = ?, priority = ?, "
    "reason = ?, opened_at = ?, as_of = ?, happened_on = ?, received_on = ?, assignee = ?, outcome = NULL, "
    "closed_at = NULL WHERE review_id = ?"
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

    @property
    def days(self) -> tuple[str | None, str | None]:
        """When the earliest of what brought it up happened, and was received."""
        return self.happened_on, self.received_on

    def document(self) -> dict[str, Any]:
        """The review as JSON values."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True)
class ReviewTables:
    """Reads and writes of reviews on one connection; a writer is inside a transaction."""

    connection: apsw.Connection

    def open(self, matter: Matter, at: str, as_of: date, by: str, known: Mapping[str, Any] | None = None) -> int:
        """A review of the matter waits for somebody; its number is returned.

        Args:
            known: what else was known and scored then, kept beside the matter for replay.
            at: when, in UTC.
            as_of: the day that the driver was looked at for.
            by: the person whose load, decision or screening brought it up.

        Raises:
            NotAllowed: the driver has a review of this matter already; reopen that one.
        """
        if before := self.of_matter(matter.identity_id, matter.key):
            raise NotAllowed(f"review open: review {before[-1]} is about this matter; reopen it")
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
        self._tell((review_id, 1, "opened"), matter, (at, as_of, by), known or {})
        return review_id

    def reopen(  # noqa: PLR0913, PLR0917 - and reopened by these and its number
        self, review_id: int, matter: Matter, at: str, as_of: date, by: str, known: Mapping[str, Any] | None = None
    ) -> bool:
        """The review is about what is new as well: open again in its next round, or taken further where it was open.

        Returns:
            Whether it was closed before.
        """
        review = self.get(review_id)
        was_closed = review.state is State.CLOSED
        round_, days = review.round + int(was_closed), _iso(matter)
        if was_closed:
            self._begin(review_id, round_, matter, (at, as_of.isoformat(), *days))
        else:
            self.overtake(review, matter.reason, by, at)
            days = tuple(min(filter(None, pair), default=None) for pair in zip(days, review.days, strict=True))
        state, assignee = _next(review)
        audience = Audience.CLEARED if Audience.CLEARED in (review.audience, matter.audience) else Audience.GENERAL
        priority = matter.priority if was_closed else max(matter.priority, review.priority)
        opened_at = at if was_closed else review.opened_at
        what = (matter.identity_id, matter.anchor, matter.trigger, audience, state, round_, priority, matter.reason)
        self.connection.execute(_RENEW, (*what, opened_at, as_of.isoformat(), *days, assignee, review_id))
        self._show(review_id, round_, matter, at)
        self._tell((review_id, round_, "reopened" if was_closed else "extended"), matter, (at, as_of, by), known or {})
        return was_closed

    def look_again(self, review_id: int, reason: str, at: str, as_of: date, by: str) -> bool:
        """The review is to be looked at again although nothing new was found: an appeal, or a merge that was undone.

        Returns:
            Whether it was closed before; one that was open stays with its reviewer and has waited since it was opened,
            and what was found is found again.
        """
        review = self.get(review_id)
        was_closed = review.state is State.CLOSED
        self.overtake(review, reason, by, at)
        state, assignee = _next(review)
        who = (review.identity_id, review.anchor, review.trigger, review.audience)
        what = (*who, state, review.round + 1, review.priority, reason)
        opened_at = at if was_closed else review.opened_at
        self.connection.execute(_RENEW, (*what, opened_at, as_of.isoformat(), *review.days, assignee, review_id))
        self.connection.execute(
            "INSERT INTO review_round VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (review_id, review.round + 1, review.trigger, reason, at, as_of.isoformat(), *review.days),
        )
        Trail(self.connection).append(Step(by, "review reopened", review.subject, reason), at)
        return was_closed

    def overtake(self, review: Review, reason: str, by: str, at: str) -> None:
        """An outcome that waits for its second signature does not any more: nobody signs what the first did not see."""
        self.connection.execute(
            "UPDATE review_proposal SET verdict = 'overtaken', second_by = ?, second_at = ?, second_reason = ? "
            "WHERE review_id = ? AND verdict IS NULL",
            (by, at, reason, review.review_id),
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
        rows = self._asked(_READ, _READ_SOME, identity_ids)
        return pl.DataFrame(rows, schema=REVIEW.columns, orient="row")

    def shown(self, identity_ids: Collection[str] | None = None) -> pl.DataFrame:
        """The highest level at which each item was shown to a reviewer of each driver (SHOWN), in order."""
        rows = self._asked(_SHOWN, _SHOWN_SOME, identity_ids)
        return pl.DataFrame(rows, schema=SHOWN.columns, orient="row")

    def _asked(self, everybody: str, some: str, identity_ids: Collection[str] | None) -> list[tuple[Any, ...]]:
        if identity_ids is None:
            return self.connection.execute(everybody).fetchall()
        return self.connection.execute(some, (json.dumps(sorted(set(identity_ids))),)).fetchall()

    def mark_shown(self, review: Review, items: Iterable[tuple[str, float]], at: str) -> None:
        """The items were shown to the review's reviewer, each at a level."""
        self._mark(review.review_id, review.round, items, at)

    def _mark(self, review_id: int, round_: int, items: Iterable[tuple[str, float]], at: str) -> None:
        self.connection.executemany(
            "INSERT INTO review_item VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (review_id, round, item) DO UPDATE SET level = max(level, excluded.level)",
            ((review_id, round_, item, level, at) for item, level in items),
        )

    def _show(self, review_id: int, round_: int, matter: Matter, at: str) -> None:
        self._mark(review_id, round_, matter.shown, at)
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

    def _tell(
        self, of: tuple[int, int, str], matter: Matter, when: tuple[str, date, str], known: Mapping[str, Any]
    ) -> None:
        """What was found is kept, and the trail says so."""
        (review_id, round_, moment), (at, as_of, by) = of, when
        told: dict[str, Any] = {
            name: str(getattr(matter, name)) for name in ("identity_id", "trigger", "key", "anchor", "reason")
        }
        told |= {"priority": matter.priority, "items": [[item, level] for item, level in matter.shown]}
        kept = Snapshots(self.connection).keep((review_id, round_), moment, {"matter": told, **known}, (at, as_of))
        items = [item for item, _ in matter.shown]
        detail = {"trigger": matter.trigger, "key": matter.key, "identity": matter.identity_id, "items": items}
        detail |= {"snapshot": kept}
        Trail(self.connection).append(Step(by, f"review {moment}", f"review:{review_id}", matter.reason, detail), at)


def _next(review: Review) -> tuple[State, str | None]:
    """State and reviewer of a review that is taken up again or further."""
    if review.state is State.CLOSED:
        return State.OPEN, None
    return (State.ASSIGNED if review.state is State.PROPOSED else review.state), review.assignee


def _iso(matter: Matter) -> tuple[str | None, ...]:
    return tuple(day.isoformat() if day else None for day in (matter.happened_on, matter.received_on))
