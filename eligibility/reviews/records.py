"""What is kept of a review besides where it stands: notes, findings, proposals, appeals, opinions, letters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import apsw

from eligibility.reviews.states import Outcome
from eligibility.reviews.tables import Review


@dataclass(frozen=True, slots=True)
class Proposal:
    """One outcome that a person put forward.

    Args:
        codes: reason codes.
        policy: name of the policy that it was made under.
        verdict: final (needs no second), signed, returned or overtaken; None while it waits.
        second_outcome: what the second person would decide, where they did not sign.
    """

    review_id: int
    n: int
    round: int
    outcome: Outcome
    codes: tuple[str, ...]
    reason: str
    by: str
    at: str
    policy: str
    verdict: str | None
    second_outcome: str | None
    second_reason: str | None
    second_by: str | None
    second_at: str | None

    @property
    def is_outcome(self) -> bool:
        """Whether it became the outcome of its round."""
        return self.verdict in ("final", "signed")


@dataclass(frozen=True)
class CaseRecords:
    """Reads of what is kept beside a review, on one connection."""

    connection: apsw.Connection

    def notes(self, review_id: int) -> list[dict[str, Any]]:
        """Notes, requests for information and answers, oldest first."""
        names = ("n", "round", "kind", "by", "at", "text", "due_on")
        return self._rows(
            names,
            "SELECT n, round, kind, by, at, text, due_on FROM review_note WHERE review_id = ? ORDER BY n",
            review_id,
        )

    def findings(self, review_id: int) -> list[dict[str, Any]]:
        """Findings of every round, oldest first."""
        names = ("n", "round", "factor", "level", "finding", "reason", "by", "at")
        return self._rows(
            names,
            "SELECT n, round, factor, level, finding, reason, by, at FROM review_finding "
            "WHERE review_id = ? ORDER BY n",
            review_id,
        )

    def findings_now(self, review: Review) -> list[dict[str, Any]]:
        """Findings of the present round, the only ones that resolve anything, oldest first, with `items`."""
        rows = self.connection.execute(
            "SELECT n, items FROM review_finding WHERE review_id = ? AND round = ?", (review.review_id, review.round)
        )
        items = {n: None if text is None else json.loads(text) for n, text in rows}
        found = (finding for finding in self.findings(review.review_id) if finding["n"] in items)
        return [finding | {"items": items[finding["n"]]} for finding in found]

    def proposals(self, review_id: int) -> list[Proposal]:
        """Everything that was proposed, oldest first."""
        rows = self.connection.execute("SELECT * FROM review_proposal WHERE review_id = ? ORDER BY n", (review_id,))
        return [_proposal(row) for row in rows]

    def waiting(self, review_id: int) -> Proposal:
        """The proposal that waits for a second signature."""
        return next(proposal for proposal in self.proposals(review_id) if proposal.verdict is None)

    def decided(self, review_id: int) -> Proposal | None:
        """The newest proposal that became an outcome, None where there is none."""
        held = [proposal for proposal in self.proposals(review_id) if proposal.is_outcome]
        return held[-1] if held else None

    def appeals(self, review_id: int) -> list[dict[str, Any]]:
        """Appeals, oldest first."""
        decided = ("decision", "decision_reason", "decided_by", "decided_at")
        names = ("n", "round", "filed_on", "grounds", "evidence", "by", "at", *decided)
        return self._rows(
            names,
            "SELECT n, round, filed_on, grounds, evidence, by, at, decision, decision_reason, decided_by, decided_at "
            "FROM review_appeal WHERE review_id = ? ORDER BY n",
            review_id,
        )

    def opinions(self, review_id: int) -> list[dict[str, Any]]:
        """What others would have decided, oldest first."""
        names = ("round", "by", "outcome", "reason", "at")
        return self._rows(
            names,
            "SELECT round, by, outcome, reason, at FROM review_opinion WHERE review_id = ? ORDER BY at, by",
            review_id,
        )

    def letters(self, review_id: int) -> list[dict[str, Any]]:
        """Letters that were issued, oldest first."""
        names = ("round", "language", "version", "at", "by", "digest")
        return self._rows(
            names,
            "SELECT round, language, version, at, by, digest FROM review_letter "
            "WHERE review_id = ? ORDER BY at, language",
            review_id,
        )

    def rounds(self, review_id: int) -> list[dict[str, Any]]:
        """Every round with what brought it up and how it ended, oldest first."""
        names = (
            "round",
            "trigger",
            "reason",
            "opened_at",
            "as_of",
            "happened_on",
            "received_on",
            "outcome",
            "closed_at",
        )
        return self._rows(
            names,
            "SELECT round, trigger_, reason, opened_at, as_of, happened_on, received_on, outcome, closed_at "
            "FROM review_round WHERE review_id = ? ORDER BY round",
            review_id,
        )

    def _rows(self, names: tuple[str, ...], statement: str, review_id: int) -> list[dict[str, Any]]:
        return [dict(zip(names, row, strict=True)) for row in self.connection.execute(statement, (review_id,))]


def _proposal(row: tuple[Any, ...]) -> Proposal:
    values: tuple[Any, ...] = (*row[:3], Outcome(row[3]), tuple(json.loads(row[4])), *row[5:])
    return Proposal(*values)
