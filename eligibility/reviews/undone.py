"""What relied on a merge that was undone: the reviews and scores are listed, and the reviews are looked at again."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw

from eligibility.reviews.tables import ReviewTables

_BOTH_SIDES = (
    "SELECT DISTINCT l.review_id FROM review_basis l JOIN review_basis r "
    "ON r.review_id = l.review_id AND r.identity_id = l.identity_id "
    "WHERE l.record_key IN (SELECT value FROM json_each(?1)) AND r.record_key IN (SELECT value FROM json_each(?2)) "
    "ORDER BY 1"
)
_SCORES = (
    "SELECT h.identity_id, h.run_id, h.score, h.own, h.linked, h.as_of, h.policy FROM score_history h "
    "WHERE h.run_id = ?1 ORDER BY h.identity_id"
)
_CAME_FROM = "SELECT to_id, min(from_id) FROM move WHERE run_id = ? AND kind = 'split' GROUP BY to_id"
_BEFORE = (
    "SELECT run_id, score, own, linked, as_of, policy FROM score_history WHERE identity_id = ? AND run_id < ? "
    "ORDER BY run_id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Parted:
    """A merge that does not hold any more.

    Args:
        left: record keys of the one person.
        right: record keys of the other.
        decision: number of the decision by which, or None where new evidence parted them.
    """

    left: Collection[str]
    right: Collection[str]
    decision: int | None = None

    @property
    def reason(self) -> str:
        """Why reviews are looked at again."""
        by = f"undone by decision {self.decision}" if self.decision is not None else "undone by new evidence"
        return f"a merge it relied on was {by}"


def parted_by(connection: apsw.Connection, run_id: int, decision: int | None = None) -> list[Parted]:
    """The merges that a run took apart: each identity that records left, those that stayed against those that left.

    Read after the run is written, in its transaction or later.
    """
    left: dict[str, dict[str, list[str]]] = {}
    changes = connection.execute(
        "SELECT from_id, to_id, record_key FROM membership_change WHERE run_id = ? AND to_id IS NOT NULL "
        "ORDER BY from_id, to_id, record_key",
        (run_id,),
    )
    for was, now, record in changes:
        left.setdefault(str(was), {}).setdefault(str(now), []).append(str(record))
    found = []
    for was, groups in left.items():
        stayed = [
            str(row[0])
            for row in connection.execute(
                "SELECT record_key FROM membership WHERE identity_id = ? ORDER BY record_key", (was,)
            )
        ]
        parts = [part for part in (stayed, *groups.values()) if part]
        found += [
            Parted(one, [record for other in parts if other is not one for record in other], decision)
            for one in parts[1:]
        ]
    return found


def relied_on(connection: apsw.Connection, parted: Parted) -> list[int]:
    """Numbers of the reviews that rest on records of both people as if they were one, in order."""
    sides = (json.dumps(sorted(parted.left)), json.dumps(sorted(parted.right)))
    return [int(row[0]) for row in connection.execute(_BOTH_SIDES, sides)]


def scores_relied_on(connection: apsw.Connection, run_id: int) -> list[dict[str, Any]]:
    """The scores that the undoing run changed: what each was before, under which run, and what it is now.

    Whoever came out of an identity had its score until then.
    """
    names = ("identity_id", "run", "score", "own", "linked", "as_of", "policy")
    came_from = dict(connection.execute(_CAME_FROM, (run_id,)))
    found = []
    for row in connection.execute(_SCORES, (run_id,)).fetchall():
        now = dict(zip(names, row, strict=True))
        before = connection.execute(_BEFORE, (came_from.get(now["identity_id"], now["identity_id"]), run_id)).fetchone()
        was = dict(zip(names[1:], before, strict=True)) if before else None
        found.append({"identity_id": now.pop("identity_id"), "before": was, "now": now})
    return found


def look_again_at(connection: apsw.Connection, parted: Sequence[Parted], when: tuple[str, date], by: str) -> list[int]:
    """Every review that relied on one of the merges is open for another look, once; nothing else changes.

    Args:
        when: the time, in UTC, and the day looked at.

    Returns:
        Numbers of the reviews that were closed before, in order.
    """
    at, as_of = when
    tables = ReviewTables(connection)
    reasons: dict[int, str] = {}
    for one in parted:
        for review_id in relied_on(connection, one):
            reasons.setdefault(review_id, one.reason)
    return [
        review_id
        for review_id, reason in sorted(reasons.items())
        if tables.look_again(review_id, reason, at, as_of, by)
    ]
