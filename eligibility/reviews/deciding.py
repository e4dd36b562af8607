"""Outcomes: decided by the reviewer, and signed by a second person where they are adverse.

No figure decides: an outcome needs a named person, a reason and codes, and an adverse one needs a record that the
reviewer confirmed. A score, a band or somebody else's incident is none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw

from eligibility.policy import EligibilityPolicy
from eligibility.reviews.records import CaseRecords, Proposal
from eligibility.reviews.snapshots import Snapshots
from eligibility.reviews.states import ADVERSE, Action, NotAllowed, Outcome, State
from eligibility.reviews.tables import Review, ReviewTables
from eligibility.reviews.work import Act, Desk, next_number
from eligibility.trace import Factor, FactorKind, Finding
from linkage.errors import SettingsError

ON_ALL_THE_FACTS = "LOW_RISK"
"""The one code that any confirmed fact carries: the reviewer is not satisfied on all the facts."""
_CARRYING = (FactorKind.OWN, FactorKind.MATTER, FactorKind.DOUBT)
"""Kinds of factor that an adverse outcome may rest on; a doubt carries no code of a ground, nor that one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person who decides or signs has before them.

    Args:
        factors: the trace, with findings.
        document: all that is shown, to be kept.
        as_of: the day looked at.
        basis: record keys it rests on, with the identity whose they are.
        items: what the driver's reviewers have seen from now on, each with its level.
    """

    factors: Sequence[Factor]
    document: Mapping[str, Any]
    as_of: date
    basis: Sequence[tuple[str, str]] = ()
    items: Sequence[tuple[str, float]] = ()


@dataclass(frozen=True)
class Decisions:
    """Deciding on one connection, inside a transaction."""

    connection: apsw.Connection
    policy: EligibilityPolicy

    def decide(self, review_id: int, wanted: tuple[Outcome, Sequence[str]], act: Act, shown: Shown) -> State:
        """The outcome stands, or waits for a second signature where it is adverse.

        Args:
            wanted: the outcome and its reason codes.

        Raises:
            NotAllowed: a factor is unresolved, the codes do not carry the outcome, or the review is not the person's.
        """
        review = Desk(self.connection).begin(Action.DECIDE, review_id, act)
        outcome, codes = wanted
        if act.by != review.assignee:
            raise NotAllowed("review decide: it is with somebody else; have it assigned to you first")
        require_resolved(shown.factors)
        self._require_codes(outcome, codes, shown.factors)
        waits = outcome in ADVERSE
        n = next_number(self.connection, "review_proposal", review_id)
        row = (review_id, n, review.round, outcome, json.dumps(list(codes)), act.reason, act.by, act.at)
        self.connection.execute(
            "INSERT INTO review_proposal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL)",
            (*row, self.policy.name, None if waits else "final"),
        )
        digest = self._keep(review, "proposed" if waits else "decided", shown, act)
        if waits:
            self._set_state(review_id, State.PROPOSED)
        else:
            self._close(review, outcome, act.at)
        said = "review outcome proposed" if waits else "review closed"
        Desk(self.connection).tell(review, said, act, outcome=outcome, codes=list(codes), n=n, snapshot=digest)
        return State.PROPOSED if waits else State.CLOSED

    def sign(self, review_id: int, act: Act, shown: Shown) -> None:
        """The second person signs, and the adverse outcome stands.

        Raises:
            NotAllowed: the first person signs too, or there is something that the first person had not resolved.
        """
        review = Desk(self.connection).begin(Action.SIGN, review_id, act)
        proposal = self._second(review, act)
        require_resolved(shown.factors)
        self._require_codes(proposal.outcome, proposal.codes, shown.factors)
        self._verdict(proposal, "signed", None, act)
        digest = self._keep(review, "signed", shown, act)
        self._close(review, proposal.outcome, act.at)
        Desk(self.connection).tell(
            review, "review signed", act, outcome=proposal.outcome, codes=list(proposal.codes), snapshot=digest
        )

    def send_back(self, review_id: int, outcome: Outcome, act: Act) -> None:
        """The second person does not sign and says what they would decide; the first decides again."""
        review = Desk(self.connection).begin(Action.RETURN, review_id, act)
        proposal = self._second(review, act)
        if outcome is proposal.outcome:
            raise NotAllowed("review return: this is the outcome that was proposed; sign it, or name another")
        self._verdict(proposal, "returned", outcome, act)
        self._set_state(review_id, State.ASSIGNED)
        Desk(self.connection).tell(review, "review returned", act, outcome=outcome)

    def _second(self, review: Review, act: Act) -> Proposal:
        proposal = CaseRecords(self.connection).waiting(review.review_id)
        if act.by == proposal.by:
            raise NotAllowed("review sign: an adverse outcome is signed by a second person, not by the first again")
        return proposal

    def _verdict(self, proposal: Proposal, verdict: str, outcome: Outcome | None, act: Act) -> None:
        self.connection.execute(
            "UPDATE review_proposal SET verdict = ?, second_outcome = ?, second_reason = ?, second_by = ?, "
            "second_at = ? WHERE review_id = ? AND n = ?",
            (verdict, outcome, act.reason, act.by, act.at, proposal.review_id, proposal.n),
        )

    def _keep(self, review: Review, moment: str, shown: Shown, act: Act) -> str:
        rows = ((record, review.review_id, identity) for record, identity in shown.basis)
        self.connection.executemany("INSERT OR IGNORE INTO review_basis VALUES (?, ?, ?)", rows)
        ReviewTables(self.connection).mark_shown(review, shown.items, act.at)
        return Snapshots(self.connection).keep(
            (review.review_id, review.round), moment, shown.document, (act.at, shown.as_of)
        )

    def _close(self, review: Review, outcome: Outcome, at: str) -> None:
        values = (outcome, at, review.review_id)
        self.connection.execute(
            "UPDATE review SET state = 'closed', outcome = ?, closed_at = ? WHERE review_id = ?", values
        )
        self.connection.execute(
            "UPDATE review_round SET outcome = ?, closed_at = ? WHERE review_id = ? AND round = ?",
            (*values, review.round),
        )

    def _set_state(self, review_id: int, state: State) -> None:
        self.connection.execute("UPDATE review SET state = ? WHERE review_id = ?", (state, review_id))

    def _require_codes(self, outcome: Outcome, codes: Sequence[str], factors: Sequence[Factor]) -> None:
        """The codes are there for this kind of outcome, and what was confirmed carries them."""
        wanted = "adverse" if outcome in ADVERSE else outcome.value
        fitting = sorted(code for code, reason in self.policy.reasons.items() if reason.outcomes == wanted)
        if not codes or len(set(codes)) != len(codes) or not set(codes) <= set(fitting):
            raise SettingsError(f"review decide: give reason codes for {outcome}: any of {', '.join(fitting)}")
        if outcome not in ADVERSE:
            return
        confirmed = [factor for factor in factors if factor.finding and factor.finding["finding"] == Finding.CONFIRMED]
        carrying = [factor for factor in confirmed if factor.kind in _CARRYING]
        if not carrying:
            raise NotAllowed(
                f"review decide: {outcome} needs a factor that you confirmed; a score or another's incident is none"
            )
        supported = {code for factor in carrying for code in factor.reason_codes}
        bare = [code for code in codes if self.policy.reasons[code].categories and code not in supported]
        has_fact = any(factor.kind is not FactorKind.DOUBT for factor in carrying)
        if bare and not (has_fact and bare == [ON_ALL_THE_FACTS]):
            raise NotAllowed(f"review decide: no confirmed factor carries {', '.join(bare)}")


def require_resolved(factors: Sequence[Factor]) -> None:
    """Every factor is resolved.

    Raises:
        NotAllowed: one is not; the text says how many there are and names the first.
    """
    left = [factor.factor for factor in factors if not factor.is_resolved]
    if left:
        raise NotAllowed(f"review decide: still to be resolved: {len(left)}, the first is {left[0]}")
