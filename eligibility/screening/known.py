"""What was known and scored of a driver when a review opened, kept beside the review so that it can be shown again."""

from __future__ import annotations

from typing import Any

import apsw
import polars as pl

from eligibility.matters import Audience, Matter
from eligibility.screening.offences import is_cleared, with_meaning
from eligibility.screening.state import Rules, State

_SCORE = ("score", "band", "own", "linked", "linked_band", "linked_with_possible", "as_of", "policy")
_EVENT = [
    "event",
    "incident",
    "record",
    "confidence",
    "code",
    "event_type",
    "status",
    "standing",
    "consequence",
    "level",
]
_EVENT += ["age_days", "weight"]


def known_of(connection: apsw.Connection, state: State, rules: Rules, matter: Matter) -> dict[str, Any]:
    """Score, events and answers of the driver, as JSON values; what is for cleared reviewers only where the matter is.

    Args:
        connection: holds the score.
    """
    identity = matter.identity_id
    row = connection.execute(
        "SELECT score, band, own, linked, linked_band, linked_with_possible, as_of, policy FROM score "
        "WHERE identity_id = ?",
        (identity,),
    ).fetchone()
    events = with_meaning(state.events.filter(pl.col("identity_id") == identity), rules.grounds, rules.screening)
    if matter.audience is not Audience.CLEARED:
        events = events.filter(~is_cleared())
    answers = state.coverage.filter(pl.col("identity_id") == identity).drop("identity_id")
    return {
        "as_of": state.as_of.isoformat(),
        "score": dict(zip(_SCORE, row, strict=True)) if row else None,
        "events": events.select(_EVENT).to_dicts(),
        "coverage": answers.with_columns(pl.selectors.date().dt.to_string("iso")).to_dicts(),
        "policies": {"screening": rules.screening.name, "eligibility": rules.grounds.name, "risk": rules.risk.name},
    }
