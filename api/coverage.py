"""What was ever checked on a driver, country by country: shown beside a score, never part of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from eligibility.coverage import coverage_of, load_coverage_policy
from linkage.ledger import Workspace
from linkage.schema import Kind


def coverage_rows(workspace: Workspace, records: Sequence[str], day: date) -> list[dict[str, Any]]:
    """One row a country and record type that matters: when it was last checked and with what result."""
    checks = workspace.facts(Kind.CHECK)
    return coverage_of(checks, records, day, load_coverage_policy())
