"""Appeals, decided by a third person, and blind second readings, which change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import apsw

from eligibility.reviews.records import CaseRecords
from eligibility.reviews.states import ADVERSE, Action, NotAllowed, Outcome
from eligibility.reviews.tables import ReviewTables
from eligibility.reviews.work import Act, Desk, next_number


@dataclass(frozen=True)
class Redress:
    """Appeals and blind second readings on one connection, inside a transaction."""

    connection: apsw.Connection

    def appeal(self, review_id: int, evidence: str, filed_on: date, act: Act) -> int:
        """The driver's appeal, with the act's reason as its grounds, waits for somebody who did not decide.

        Raises:
            NotAllowed: the outcome is not adverse, or an appeal waits already.
        """
        review = Desk(self.connection).begin(Action.APPEAL, review_id, act)
        if review.outcome not in ADVERSE:
            raise NotAllowed(f"review appeal: the outcome is {review.outcome}; only an adverse one is appealed")
        if any(appeal["decision"] is None for appeal in CaseRecords(self.connection).appeals(review_id)):
            raise NotAllowed("review appeal: an appeal waits for its decision already")
        n = next_number(self.connection, "review_appeal", review_id)
        row = (review_id, n, review.round, filed_on.isoformat(), act.reason, evidence, act.by, act.at)
        self.connection.execute(
            "INSERT INTO review_appeal VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL)", row
        )
        said = Act(act.by, "appeal written down", act.at)
        Desk(self.connection).tell(review, "review appealed", said, n=n, filed_on=filed_on.isoformat())
        return n

    def decide_appeal(self, review_id: int, act: Act, as_of: date, *, is_granted: bool) -> None:
        """The appeal is decided: the outcome stands, or the review is open again in its next round.

        Raises:
            NotAllowed: no appeal waits, or the person decided or signed what is appealed, or what was decided since.
        """
        review = Desk(self.connection).begin(Action.APPEAL, review_id, act)
        records = CaseRecords(self.connection)
        waiting = [appeal for appeal in records.appeals(review_id) if appeal["decision"] is None]
        if not waiting:
            raise NotAllowed("review appeal: no appeal waits for a decision")
        since = [p for p in records.proposals(review_id) if p.is_outcome and p.round >= waiting[0]["round"]]
        if act.by in {person for proposal in since for person in (proposal.by, proposal.second_by)}:
            raise NotAllowed("review appeal: it is decided by somebody who neither decided nor signed the outcome")
        decision = "granted" if is_granted else "upheld"
        self.connection.execute(
            "UPDATE review_appeal SET decision = ?, decision_reason = ?, decided_by = ?, decided_at = ? "
            "WHERE review_id = ? AND n = ?",
            (decision, act.reason, act.by, act.at, review_id, waiting[0]["n"]),
        )
        Desk(self.connection).tell(review, f"review appeal {decision}", act, n=waiting[0]["n"])
        if is_granted:
            reason = f"appeal {waiting[0]['n']} was granted"
            ReviewTables(self.connection).look_again(review_id, reason, act.at, as_of, act.by)

    def opine(self, review_id: int, outcome: Outcome, act: Act) -> None:
        """What somebody who did not decide would have decided stands beside the outcome and changes nothing.

        Raises:
            NotAllowed: the person decided or signed this round, or said so before.
        """
        review = Desk(self.connection).begin(Action.OPINE, review_id, act)
        records = CaseRecords(self.connection)
        decided = records.decided(review_id)
        if decided is not None and act.by in (decided.by, decided.second_by):
            raise NotAllowed("review opinion: it is given by somebody who neither decided nor signed the outcome")
        if any(o["by"] == act.by and o["round"] == review.round for o in records.opinions(review_id)):
            raise NotAllowed("review opinion: you gave one before, and it stays")
        row = (review_id, review.round, act.by, outcome, act.reason, act.at)
        self.connection.execute("INSERT INTO review_opinion VALUES (?, ?, ?, ?, ?, ?)", row)
        Desk(self.connection).tell(review, "review opinion", Act(act.by, "opinion given", act.at))
