"""Which reviews and scores rely on a merge that a person decided, or relied on it until it was undone."""

from __future__ import annotations

from typing import Any

from api.reviews.case import audience_of
from eligibility.matters import Audience
from eligibility.reviews.tables import ReviewTables
from eligibility.reviews.undone import Parted, parted_by, relied_on, scores_relied_on
from linkage.ledger import Decisions, Workspace


def relied_document(workspace: Workspace, decision: int, actor: str = "") -> dict[str, Any]:
    """The `review relied` document of a decision: reviews and scores, and whether the merge still stands.

    Args:
        actor: who asks; reviews for cleared reviewers are there for them alone.

    Raises:
        UnknownRecord: there is no such decision.
    """
    with workspace.reading() as connection:
        judged = Decisions(connection).get(decision)
        run = connection.execute("SELECT max(run_id) FROM run WHERE cause = 'undo' AND ref = ?", (decision,)).get
        parted = parted_by(connection, run, decision) if run else [Parted([judged.a], [judged.b], decision)]
        numbers = sorted({number for one in parted for number in relied_on(connection, one)})
        seen = {Audience.GENERAL, audience_of(connection, actor)}
        reviews = [one for number in numbers if (one := ReviewTables(connection).get(number)).audience in seen]
        return {
            "decision": decision,
            "undone_at": judged.undone_at,
            "reviews": [
                {"review_id": r.review_id, "identity_id": r.identity_id, "state": r.state, "round": r.round}
                for r in reviews
            ],
            "scores": scores_relied_on(connection, run) if run else [],
        }
