"""Letters of a review: which codes of which round go into them, and the digest by which one is known again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw

from eligibility.letters import NEWEST, Language, LetterOf, digest_of, letter
from eligibility.matters import Audience
from eligibility.reviews.records import CaseRecords
from eligibility.reviews.states import NotAllowed
from eligibility.reviews.tables import Review
from eligibility.reviews.work import Act, Desk


@dataclass(frozen=True)
class Correspondence:
    """Letters of reviews on one connection."""

    connection: apsw.Connection

    def letter(self, review: Review, language: Language, round_: int | None = None) -> dict[str, Any]:
        """The letter of a round, the last decided one by default; one that was issued comes in the version it had.

        Returns:
            review_id, round, language, version, digest, text and issued_at.

        Raises:
            NotAllowed: the round is not decided.
        """
        records = CaseRecords(self.connection)
        held = [p for p in records.proposals(review.review_id) if p.is_outcome]
        decided = next((p for p in reversed(held) if round_ in (None, p.round)), None)
        if decided is None:
            raise NotAllowed("review letter: there is no letter before there is an outcome")
        issued = [
            sent
            for sent in records.letters(review.review_id)
            if (sent["round"], sent["language"]) == (decided.round, language.value)
        ]
        version = issued[-1]["version"] if issued else NEWEST
        closed_at = decided.second_at or decided.at
        case, is_cleared = f"{review.review_id}-{decided.round}", review.audience is Audience.CLEARED
        text = letter(LetterOf(case, closed_at[:10], decided.outcome, decided.codes, is_cleared), language, version)
        found = {"review_id": review.review_id, "round": decided.round, "language": language.value, "version": version}
        return found | {
            "digest": digest_of(text),
            "issued_at": issued[-1]["at"] if issued else None,
            "is_as_issued": issued[-1]["digest"] == digest_of(text) if issued else None,
            "text": text,
        }

    def issue(self, review: Review, language: Language, act: Act) -> dict[str, Any]:
        """The letter of the last decided round was sent; its digest stands in the ledger and the trail.

        Raises:
            NotAllowed: there is none, or it was sent in this language before.
        """
        made = self.letter(review, language)
        if made["issued_at"] is not None:
            raise NotAllowed("review letter: it was issued in this language before; print it without --issue")
        row = (made["review_id"], made["round"], language, made["version"], act.at, act.by, made["digest"])
        self.connection.execute("INSERT INTO review_letter VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        told = {name: made[name] for name in ("round", "language", "version", "digest")}
        Desk(self.connection).tell(review, "review letter issued", act, **told)
        return self.letter(review, language)
