"""The `changes` document: what changed after a place, as another system reads it page by page."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from api.changes.log import Change, ChangeLog, Position, Topic
from eligibility.clearance import Clearances
from linkage.errors import Outlived, SettingsError
from linkage.ledger import Workspace

_PLACE = re.compile(r"(0|[1-9][0-9]{0,14})(?:-([1-9][0-9]{0,8}))?(?:\.([0-9a-f]{8}))?")
EVERYTHING = frozenset(Topic)
BEGINNING = Position()


@dataclass(frozen=True, slots=True)
class ChangesQuestion:
    """Which changes.

    Args:
        since: where the last page ended; the first is at the very beginning.
        era: of the numbering that the place is in.
        topics: what they are about.
        limit: changes of a page at most.
    """

    since: Position = BEGINNING
    era: str = ""
    topics: Collection[Topic] = EVERYTHING
    limit: int = 100


def place_of(text: str) -> tuple[Position, str]:
    """The place that a cursor of this feed names, and the era of its number.

    Raises:
        SettingsError: it is none.
    """
    found = _PLACE.fullmatch(text)
    if found is None:
        raise SettingsError("since: give 0, or next_cursor as a page of changes gave it")
    return Position(int(found[1]), int(found[2] or 0)), found[3] or ""


def changes_document(workspace: Workspace, question: ChangesQuestion, actor: str) -> dict[str, Any]:
    """The `changes` document: rows, next_cursor, and whether more follow.

    A follower that asks on from `next_cursor` sees each change once, in order. At the end the cursor stays where it is
    until something changes.

    Args:
        actor: who asks: what concerns reviews for cleared reviewers is told to them alone.

    Raises:
        Outlived: the place was given before a backup was restored.
    """
    with workspace.reading() as connection:
        is_cleared = Clearances(connection).is_cleared(actor)
        log = ChangeLog(connection)
        era = log.era()
        if question.since != BEGINNING and question.era != era:
            raise Outlived("a backup was restored since this cursor was given: begin at 0 again")
        found = log.after(question.since, question.topics, question.limit + 1, is_cleared=is_cleared)
        head = log.head(is_cleared=is_cleared)
    rows, has_more = found[: question.limit], len(found) > question.limit
    # What was looked through and not asked for need not be looked through again.
    end = rows[-1].at if has_more else max(question.since, head)
    return {"rows": [_told(change, era) for change in rows], "next_cursor": _cursor(end, era), "has_more": has_more}


def people_of(document: dict[str, Any]) -> list[str]:
    """Identity ids that the document tells of, each once, for the audit."""
    return list(dict.fromkeys(identity for row in document["rows"] for identity in row["identity_ids"]))


def _cursor(place: Position, era: str) -> str:
    number = f"{place.sequence}-{place.part}" if place.part else str(place.sequence)
    return f"{number}.{era}" if era and place != BEGINNING else number


def _told(change: Change, era: str) -> dict[str, Any]:
    score, own, linked = change.figures or (None, None, None)
    number = change.ref
    return {
        "at": _cursor(change.at, era),
        "kind": change.kind,
        "identity_ids": change.identity_ids,
        "from": change.from_id,
        "to": change.to_id,
        "records": list(change.records),
        "score": score,
        "own": own,
        "linked": linked,
        "load_id": number if change.topic is Topic.LOAD else None,
        "decision": number if change.topic is Topic.DECISION else None,
        "review_id": number if change.topic is Topic.REVIEW else None,
        "run": change.run_id,
        "day": change.day,
    }
