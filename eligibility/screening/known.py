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


class Known:
    """What is known of the drivers of one screening, one document a driver and audience."""

    def __init__(self, connection: apsw.Connection, state: State, rules: Rules) -> None:
        """Events and answers are told apart by driver once, for there may be thousands of reviews.

        Args:
            connection: holds the scores.
        """
        self._connection, self._as_of = connection, state.as_of.isoformat()
        events = with_meaning(state.events, rules.grounds, rules.screening)
        answers = state.coverage.with_columns(pl.selectors.date().dt.to_string("iso"))
        self._events = _by_driver(events.select("identity_id", *_EVENT, cleared=is_cleared()))
        self._answers = _by_driver(answers)
        names = {"screening": rules.screening.name, "eligibility": rules.grounds.name, "risk": rules.risk.name}
        self._policies = names

    def of(self, matter: Matter) -> dict[str, Any]:
        """Score, events and answers of the driver, as JSON values; what is for the cleared only where the matter is."""
        is_for_all = matter.audience is not Audience.CLEARED
        events = [row for row in self._events.get(matter.identity_id, ()) if not (is_for_all and row["cleared"])]
        return {
            "as_of": self._as_of,
            "score": self._score(matter.identity_id),
            "events": [{name: row[name] for name in _EVENT} for row in events],
            "coverage": self._answers.get(matter.identity_id, []),
            "policies": self._policies,
        }

    def _score(self, identity: str) -> dict[str, Any] | None:
        row = self._connection.execute(
            "SELECT score, band, own, linked, linked_band, linked_with_possible, as_of, policy FROM score "
            "WHERE identity_id = ?",
            (identity,),
        ).fetchone()
        return dict(zip(_SCORE, row, strict=True)) if row else None


def _by_driver(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row.pop("identity_id"), []).append(row)
    return found
