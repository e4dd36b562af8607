"""What screenings did and how long each step took, as documents."""

from __future__ import annotations

from datetime import date
from typing import Any

from api import scores
from eligibility.screening.lag import lag_table, read_found
from eligibility.screening.runs import ScreeningTables
from linkage.ledger import Workspace


def lag_document(workspace: Workspace, since: date | None = None) -> dict[str, Any]:
    """The `screen --lag` document: days from event to record, to review, to decision, and to the five-year renewal.

    Args:
        since: records received earlier are left out.
    """
    with workspace.reading() as connection:
        rows = lag_table(read_found(connection), since).to_dicts()
        return {"rows": rows, "since": since.isoformat() if since else None, "as_of": _day(scores.as_of(connection))}


def runs_document(workspace: Workspace) -> dict[str, Any]:
    """The `screen --runs` document: every screening, the newest first, the ones that found nothing too."""
    with workspace.reading() as connection:
        rows = ScreeningTables(connection).rows().to_dicts()
        return {"rows": rows, "as_of": _day(scores.as_of(connection))}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
