"""What a reviewer does to a review before it is decided: each step by a named person, told in the trail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import apsw

from eligibility.clearance import Clearances
from eligibility.matters import Audience
from eligibility.reviews.states import Action, NotAllowed, State, require
from eligibility.reviews.tables import Review, ReviewTables
from eligibility.trace import Factor, FactorKind, Finding
from eligibility.trail import Step, Trail
from linkage.errors import SettingsError, UnknownRecord


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, why and when.

    Args:
        by: the person.
        reason: why, in words that others can check.
        at: when, in UTC.
    """

    by: str
    reason: str
    at: str


@dataclass(frozen=True)
class Desk:
    """The steps of reviewers on one connection, inside a transaction.

    A person who is not cleared is told that a review for cleared reviewers is not there.
    """

    connection: apsw.Connection

    def get(self, review_id: int, by: str) -> Review:
        """The review, if the person may see it.

        Raises:
            UnknownRecord: there is none that they may see.
        """
        review = ReviewTables(self.connection).get(review_id)
        if review.audience is Audience.CLEARED and not Clearances(self.connection).is_cleared(by):
            raise UnknownRecord(f"there is no review {review_id}; see: crosslane review list")
        return review

    def begin(self, action: Action, review_id: int, act: Act) -> Review:
        """The review, if its state and the person allow the action and a reason is given."""
        if not act.by.strip():
            raise SettingsError(f"review {action}: needs a person; set CROSSLANE_ACTOR to a name")
        review = self.get(review_id, act.by)
        require(action, review.state)
        if not act.reason.strip():
            raise SettingsError(f"review {action}: needs a reason; say --reason TEXT")
        return review

    def tell(self, review: Review, action: str, act: Act, **detail: object) -> None:
        """The step is in the trail."""
        Trail(self.connection).append(Step(act.by, action, review.subject, act.reason, detail), act.at)

    def assign(self, review_id: int, to: str, act: Act) -> None:
        """The review is with a reviewer, who is cleared where it must be; an outcome that waited does not any more."""
        review = self.begin(Action.ASSIGN, review_id, act)
        if not to.strip() or not to.isprintable():
            raise SettingsError("review assign: give the name of a person")
        if review.audience is Audience.CLEARED and not Clearances(self.connection).is_cleared(to):
            raise NotAllowed("review assign: the person is not cleared for this review")
        state = State.WAITING if review.state is State.WAITING else State.ASSIGNED
        ReviewTables(self.connection).overtake(review, act.reason, act.by, act.at)
        self.connection.execute("UPDATE review SET state = ?, assignee = ? WHERE review_id = ?", (state, to, review_id))
        self.tell(review, "review assigned", act, to=to)

    def note(self, review_id: int, act: Act) -> None:
        """The reason of the act stands as a note."""
        review = self.begin(Action.NOTE, review_id, act)
        n = self._write_note(review, "note", act)
        self.tell(review, "review note", Act(act.by, "note written", act.at), note=n)

    def ask(self, review_id: int, act: Act, due_on: date) -> None:
        """Information was asked for, and the review waits for it."""
        review = self.begin(Action.ASK, review_id, act)
        n = self._write_note(review, "request", act, due_on)
        self.connection.execute("UPDATE review SET state = ? WHERE review_id = ?", (State.WAITING, review_id))
        self.tell(review, "review information asked", Act(act.by, "information asked for", act.at), note=n)

    def answer(self, review_id: int, act: Act) -> None:
        """What came back, or that nothing came, is written down, and the review goes on."""
        review = self.begin(Action.ANSWER, review_id, act)
        n = self._write_note(review, "answer", act)
        self.connection.execute("UPDATE review SET state = ? WHERE review_id = ?", (State.ASSIGNED, review_id))
        self.tell(review, "review information answered", Act(act.by, "answer written down", act.at), note=n)

    def resolve(self, review_id: int, factor: Factor, finding: Finding, act: Act) -> None:
        """The reviewer's finding on a factor stands, for what the factor holds now."""
        review = self.begin(Action.RESOLVE, review_id, act)
        _require_reviewer(review, act)
        if not factor.must_resolve:
            raise NotAllowed("review resolve: this is context, and nobody has to resolve it")
        if finding is Finding.NOTED and factor.kind is FactorKind.OWN:
            raise NotAllowed("review resolve: a record of the driver's own is confirmed, mitigated, or not theirs")
        n = self._next("review_finding", review_id)
        row = (review_id, n, review.round, factor.factor, factor.level, finding, act.reason, act.by, act.at)
        made_on = json.dumps(factor.items)
        self.connection.execute("INSERT INTO review_finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, made_on))
        self.tell(review, "review factor resolved", act, factor=factor.factor, finding=finding, n=n)

    def _write_note(self, review: Review, kind: str, act: Act, due_on: date | None = None) -> int:
        n = self._next("review_note", review.review_id)
        due = due_on.isoformat() if due_on else None
        row = (review.review_id, n, review.round, kind, act.by, act.at, act.reason, due)
        self.connection.execute("INSERT INTO review_note VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return n

    def _next(self, table: str, review_id: int) -> int:
        return next_number(self.connection, table, review_id)


_NEXT = {
    "review_note": "SELECT coalesce(max(n), 0) + 1 FROM review_note WHERE review_id = ?",
    "review_finding": "SELECT coalesce(max(n), 0) + 1 FROM review_finding WHERE review_id = ?",
    "review_proposal": "SELECT coalesce(max(n), 0) + 1 FROM review_proposal WHERE review_id = ?",
    "review_appeal": "SELECT coalesce(max(n), 0) + 1 FROM review_appeal WHERE review_id = ?",
}


def next_number(connection: apsw.Connection, table: str, review_id: int) -> int:
    """The number that a review's next row of a table gets."""
    return int(connection.execute(_NEXT[table], (review_id,)).get)


def _require_reviewer(review: Review, act: Act) -> None:
    if act.by != review.assignee:
        raise NotAllowed("review: it is with somebody else; have it assigned to you first")
