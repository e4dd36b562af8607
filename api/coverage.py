"""What was ever checked on a driver, country by country: shown beside a score, never part of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from linkage.ledger import Workspace
from linkage.schema import Kind


def coverage_rows(workspace: Workspace, records: Sequence[str], day: date) -> list[dict[str, Any]]:
    """One row a country and record type that matters: when it was last checked and with what result."""
    from eligibility.coverage import coverage_of
    checks, enrolments = workspace.facts(Kind.CHECK), workspace.facts(Kind.ENROLMENT)
    return coverage_of(checks, enrolments, records, day).to_dicts()
