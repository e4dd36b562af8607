"""What was known, scored and shown on the day of a decision, as kept, beside what the ledger says of that day now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.reviews.case import open_case
from eligibility.reviews.snapshots import Snapshot, Snapshots
from eligibility.reviews.work import Desk
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace

_FIGURES = ("score", "band", "own", "linked", "linked_band", "linked_with_possible")
_COVERED = ("country", "record_type", "result")


def replay(workspace: Workspace, review_id: int, actor: str, day: date | None = None) -> dict[str, Any]:
    """The `review replay` document: the newest moment kept by the day, in full, and what would differ today.

    Args:
        day: the last one there is by default.

    Raises:
        UnknownRecord: nothing was kept by that day.
    """
    with workspace.reading() as connection:
        review = Desk(connection).get(review_id, actor)
        kept = Snapshots(connection)
        snapshot = kept.as_of(review_id, day or date.max)
        is_whole = snapshot is not None and kept.is_whole(snapshot)
    if snapshot is None:
        raise UnknownRecord(f"review replay: nothing was kept of review {review_id} by that day")
    return {
        "review_id": review_id,
        "identity_id": review.identity_id,
        "moment": snapshot.moment,
        "round": snapshot.round,
        "at": snapshot.at,
        "as_of": snapshot.as_of,
        "digest": snapshot.digest,
        "is_whole": is_whole,
        "is_expunged": snapshot.is_expunged,
        "shown": snapshot.document,
        "differs_now": _differences(workspace, review_id, actor, snapshot),
    }


def _differences(workspace: Workspace, review_id: int, actor: str, snapshot: Snapshot) -> list[dict[str, Any]] | None:
    """What the ledger of today says of the same day in another way: corrections, moves, another policy.

    None for moments of which only what brought the review up was kept.
    """
    if "trace" not in snapshot.document:
        return None
    now = open_case(workspace, review_id, actor, date.fromisoformat(snapshot.as_of)).document()
    then, again = _told(snapshot.document), _told(now)
    return [
        {"what": name, "then": then.get(name), "now": again.get(name)}
        for name in sorted({*then, *again})
        if then.get(name) != again.get(name)
    ]


def _told(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared: figures, the standing of each event, coverage by cell, the records, and the policies."""
    told: dict[str, Any] = {f"record {row['record']}": row["confidence"] for row in document["records"]}
    told["policy"] = document["trace"]["policy"]
    for factor in document["trace"]["factors"]:
        told |= {f"event {item['event']}": item["standing"] for item in factor["evidence"]}
    risk = document["risk"]
    if risk:
        told |= {name: risk[name] for name in (*_FIGURES, "policy")} | {"risk policy": risk["policy"]}
        told["policy"] = document["trace"]["policy"]
    for row in document["coverage"]:
        told[f"coverage {row['country']} {row['record_type']}"] = row["result"]
    return told
