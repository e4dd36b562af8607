"""Whose data are due to go by a retention rule, and letting them go."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.expunge.whom import records_of
from eligibility.coverage_policy import load_coverage_policy
from eligibility.retention import memberships_over, over_for
from linkage.ledger import IdentityTables, Workspace
from linkage.schema import ENROLMENT, Kind

_OPEN = "SELECT current_id, count(*) FROM review_today WHERE state <> 'closed' GROUP BY current_id"


def due(workspace: Workspace, years: int, as_of: date) -> dict[str, Any]:
    """The `retention` document: who has been out of the programme for so many years, the longest first.

    Who has an open review is listed and not due: somebody is still to decide about them.

    Args:
        years: as the unit's rule says; no figure comes with the program.
    """
    enrolments = workspace.facts(Kind.ENROLMENT, ENROLMENT.without("raw"))
    memberships = workspace.memberships()
    over = memberships_over(enrolments, memberships, as_of, load_coverage_policy().ended_statuses)
    with workspace.reading() as connection:
        open_reviews = {str(identity): int(count) for identity, count in connection.execute(_OPEN)}
        tables = IdentityTables(connection)
        rows = [
            {
                "identity_id": identity,
                "ended_on": ended_on.isoformat(),
                "records": len(tables.records_of(identity)),
                "open_reviews": open_reviews.get(identity, 0),
                "is_due": identity not in open_reviews,
            }
            for identity, ended_on in over_for(over, years, as_of).iter_rows()
        ]
    return {"as_of": as_of.isoformat(), "years": years, "rows": rows, "due": sum(row["is_due"] for row in rows)}


def records_due(workspace: Workspace, document: dict[str, Any]) -> list[str]:
    """Keys of the person records of everybody whom the document names as due, and who still is."""
    now = due(workspace, document["years"], date.fromisoformat(document["as_of"]))
    named = {row["identity_id"] for row in document["rows"] if row["is_due"]}
    with workspace.reading() as connection:
        still = [row["identity_id"] for row in now["rows"] if row["is_due"] and row["identity_id"] in named]
        return records_of(connection, still)
