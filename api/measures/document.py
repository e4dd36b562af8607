"""The `measures` document: do we agree, are we late, does it help?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import scores
from api.measures.hindsight import FOLLOWED_DAYS, day_looked_back_to, kept_measure
from api.measures.links import link_measures
from api.measures.shares import LEAST_BASE
from api.reviews.consistency import agreement_document
from api.screening_reports import lag_document
from eligibility.screening.lag import ALL, TERM_YEARS
from graph.policy_file import load_policy
from linkage.ledger import Workspace

EVERYBODY = ""
"""Nobody's name: figures are those of everybody, so that no difference tells of reviews for the cleared."""


def measures_document(workspace: Workspace) -> dict[str, Any]:
    """What was measured, each figure with its base, and null where nobody measured it or the base is too small.

    It holds no person: neither a driver, nor by whom a review was decided.
    """
    agreement = agreement_document(workspace, EVERYBODY)
    rows = lag_document(workspace)["rows"]
    with workspace.reading() as connection:
        day, back = scores.as_of(connection), day_looked_back_to(connection)
        return {
            "as_of": day.isoformat() if day else None,
            "policy": load_policy().name,
            "least_base": LEAST_BASE,
            "lag": {"term_years": TERM_YEARS, "own": [row for row in rows if row["trigger"] == ALL], "rows": rows},
            "agreement": {
                "second_signatures": _readings(agreement["second_signatures"]),
                "blind_readings": _readings(agreement["blind_readings"]),
                "overrides": [_rate(row) for row in agreement["overrides"]],
                "confidence": agreement["confidence"],
            },
            "bands": {
                "days": FOLLOWED_DAYS,
                "would_look_back_to": back.isoformat() if back else None,
                "measured": kept_measure(connection),
            },
            "links": link_measures(connection),
        }


def _readings(row: Mapping[str, Any]) -> dict[str, Any]:
    """Readings of the same cases: how many were alike, and the share and kappa only on a base that bears them."""
    pairs = row["pairs"]
    told = {"pairs": pairs, "alike": round(row["agreed"] * pairs) if pairs else 0}
    names = ("agreed", "kappa", "low", "high")
    return told | {name: row[name] if pairs >= LEAST_BASE else None for name in names}


def _rate(row: Mapping[str, Any]) -> dict[str, Any]:
    return dict(row) if row["of"] >= LEAST_BASE else {**row, "rate": None, "lower": None, "upper": None}
