"""The `review show` document: the case, and what people did to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from api.reviews.case import Case, audience_of
from api.risk_people import people_shown
from eligibility.matters import Audience
from eligibility.reviews.records import CaseRecords
from eligibility.reviews.snapshots import Snapshots
from eligibility.reviews.tables import ReviewTables
from eligibility.trail import Trail
from linkage.ledger import Workspace

BLIND = ("findings", "proposals", "opinions", "appeals", "letters", "rounds", "trail", "snapshots", "notes")
"""What a second reader is not shown."""


def people_of(document: Mapping[str, Any]) -> list[str]:
    """Identity ids that a case shows, each once, the driver first, for the audit."""
    driver, found = document["driver"], document.get("risk")
    others = people_shown(found) if found else []
    possible = [link["identity_id"] for link in driver.get("possible_links", ())]
    return list(dict.fromkeys([driver["identity_id"], *others, *possible]))


def case_document(workspace: Workspace, case: Case, actor: str) -> dict[str, Any]:
    """The `review show` document: the case, and what people did to it."""
    review_id = case.review.review_id
    with workspace.reading() as connection:
        records, tables = CaseRecords(connection), ReviewTables(connection)
        others = tables.standing([case.review.identity_id])
        cleared = audience_of(connection, actor) is Audience.CLEARED
        kept = [
            {"n": s.n, "round": s.round, "moment": s.moment, "at": s.at, "as_of": s.as_of, "digest": s.digest}
            for s in Snapshots(connection).of(review_id)
        ]
        return {
            **case.review.document(),
            **case.document(),
            "findings": records.findings(review_id),
            "notes": records.notes(review_id),
            "proposals": [asdict(proposal) for proposal in records.proposals(review_id)],
            "appeals": records.appeals(review_id),
            "opinions": records.opinions(review_id),
            "letters": records.letters(review_id),
            "rounds": records.rounds(review_id),
            "snapshots": kept,
            "other_reviews": [
                {name: row[name] for name in ("review_id", "trigger", "key", "state", "outcome")}
                for row in others.iter_rows(named=True)
                if row["review_id"] != review_id and (cleared or row["audience"] == Audience.GENERAL)
            ],
            "trail": [entry.document() for entry in Trail(connection).of(case.review.subject)],
        }


def blinded(document: dict[str, Any]) -> dict[str, Any]:
    """The case without what others found, wrote and decided."""
    hidden: dict[str, Any] = {name: [] for name in BLIND} | {"outcome": None, "assignee": None, "closed_at": None}
    factors = [factor | {"finding": None, "is_resolved": None} for factor in document["trace"]["factors"]]
    hidden["other_reviews"] = [review | {"outcome": None} for review in document["other_reviews"]]
    return document | hidden | {"trace": document["trace"] | {"factors": factors, "unresolved": []}}
