"""What people do to reviews, each in the writer's place and one transaction, and the changed row that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import apsw

from api.also import Also, nothing
from api.reviews.case import Case, day_of, open_case
from api.witness import head_note
from eligibility.clearance import Clearances
from eligibility.letters import Language
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.correspondence import Correspondence
from eligibility.reviews.deciding import Decisions
from eligibility.reviews.redress import Redress
from eligibility.reviews.states import Outcome
from eligibility.reviews.work import Act, Desk
from eligibility.trace import Factor, Finding
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace


@dataclass(frozen=True)
class ReviewActions:
    """The steps of one person on the reviews of a workspace.

    No figure or identity follows from what a person does here, so no step waits for a load that computes: each is one
    short transaction. Those that rest on the case are given the case as it is in that transaction.

    Args:
        actor: who; nobody else's name is taken from anywhere.
        also: what else is written with a step.
    """

    workspace: Workspace
    actor: str
    also: Also = nothing

    def assign(self, review_id: int, to: str, reason: str) -> dict[str, Any]:
        """The review is with `to`."""
        return self._do(review_id, lambda connection: Desk(connection).assign(review_id, to, self._act(reason)))

    def note(self, review_id: int, text: str) -> dict[str, Any]:
        """The note stands."""
        return self._do(review_id, lambda connection: Desk(connection).note(review_id, self._act(text)))

    def ask(self, review_id: int, text: str, due_on: date) -> dict[str, Any]:
        """The review waits for information."""
        return self._do(review_id, lambda connection: Desk(connection).ask(review_id, self._act(text), due_on))

    def answer(self, review_id: int, text: str) -> dict[str, Any]:
        """What came back is written down, and the review goes on."""
        return self._do(review_id, lambda connection: Desk(connection).answer(review_id, self._act(text)))

    def resolve(self, review_id: int, factor: str, finding: Finding, reason: str) -> dict[str, Any]:
        """The finding on the factor stands.

        Raises:
            UnknownRecord: the trace has no such factor.
        """

        def step(connection: apsw.Connection, case: Case) -> None:
            Desk(connection).resolve(review_id, _named(case.factors, factor), finding, self._act(reason))

        return self._with_case(review_id, step)

    def decide(self, review_id: int, outcome: Outcome, codes: Sequence[str], reason: str) -> dict[str, Any]:
        """The outcome stands, or waits for its second signature."""

        def step(connection: apsw.Connection, case: Case) -> None:
            deciding = Decisions(connection, load_eligibility_policy())
            deciding.decide(review_id, (outcome, codes), self._act(reason), case.shown())

        return self._with_case(review_id, step)

    def sign(self, review_id: int, reason: str) -> dict[str, Any]:
        """The adverse outcome stands by a second person's signature."""

        def step(connection: apsw.Connection, case: Case) -> None:
            Decisions(connection, load_eligibility_policy()).sign(review_id, self._act(reason), case.shown())

        return self._with_case(review_id, step)

    def send_back(self, review_id: int, outcome: Outcome, reason: str) -> dict[str, Any]:
        """The second person did not sign."""

        def step(connection: apsw.Connection) -> None:
            Decisions(connection, load_eligibility_policy()).send_back(review_id, outcome, self._act(reason))

        return self._do(review_id, step)

    def appeal(self, review_id: int, grounds: str, evidence: str, filed_on: date) -> dict[str, Any]:
        """The appeal waits for somebody who did not decide."""
        return self._do(
            review_id, lambda connection: Redress(connection).appeal(review_id, evidence, filed_on, self._act(grounds))
        )

    def decide_appeal(self, review_id: int, reason: str, *, is_granted: bool) -> dict[str, Any]:
        """The appeal is decided."""

        def step(connection: apsw.Connection) -> None:
            day = day_of(connection)
            Redress(connection).decide_appeal(review_id, self._act(reason), day, is_granted=is_granted)

        return self._do(review_id, step)

    def opine(self, review_id: int, outcome: Outcome, reason: str) -> dict[str, Any]:
        """What this person would have decided stands beside the outcome."""
        return self._do(review_id, lambda connection: Redress(connection).opine(review_id, outcome, self._act(reason)))

    def letter(self, review_id: int, language: Language, round_: int | None) -> dict[str, Any]:
        """The letter of a decided round, printed again without a trace."""
        with self.workspace.reading() as connection:
            review = Desk(connection).get(review_id, self.actor)
            return Correspondence(connection).letter(review, language, round_) | {"identity_id": review.identity_id}

    def issue_letter(self, review_id: int, language: Language, reason: str) -> dict[str, Any]:
        """The letter of the last decided round was sent."""

        def step(connection: apsw.Connection) -> dict[str, Any]:
            review = Desk(connection).get(review_id, self.actor)
            sent = Correspondence(connection).issue(review, language, self._act(reason))
            return sent | {"identity_id": review.identity_id}

        return self._write(step)

    def grant_clearance(self, name: str, reason: str) -> dict[str, Any]:
        """The person may see what concerns terrorism."""
        return self._write(lambda connection: Clearances(connection).grant(name, reason, self.actor, _now()))

    def withdraw_clearance(self, name: str, reason: str) -> dict[str, Any]:
        """The person may not any more."""
        return self._write(lambda connection: Clearances(connection).withdraw(name, reason, self.actor, _now()))

    def _act(self, reason: str) -> Act:
        return Act(self.actor, reason.strip(), _now())

    def _write(self, step: Callable[[apsw.Connection], dict[str, Any]]) -> dict[str, Any]:
        with self.workspace.transaction() as connection:
            document = step(connection)
            self.also(connection, document)
            return document

    def _do(self, review_id: int, step: Callable[[apsw.Connection], object]) -> dict[str, Any]:
        def whole(connection: apsw.Connection) -> dict[str, Any]:
            step(connection)
            return self._row(connection, review_id)

        return self._write(whole)

    def _with_case(self, review_id: int, step: Callable[[apsw.Connection, Case], object]) -> dict[str, Any]:
        """Does a step that needs all that is known, which nobody has changed since."""
        with self.workspace.considered(lambda: open_case(self.workspace, review_id, self.actor)) as (connection, case):
            step(connection, case)
            document = self._row(connection, review_id)
            self.also(connection, document)
            return document

    def _row(self, connection: apsw.Connection, review_id: int) -> dict[str, Any]:
        """The changed row, with the head of the trail after it."""
        return Desk(connection).get(review_id, self.actor).document() | {"trail_head": head_note(connection)}


def _named(factors: Sequence[Factor], name: str) -> Factor:
    """The factor of that name, or the one incident that holds an event of that key."""
    for factor in factors:
        if name == factor.factor or name in {item.event for item in factor.evidence}:
            return factor
    raise UnknownRecord("review: the trace has no such factor; see: crosslane review show")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
