"""What a decision would do, worked out to the end and then taken back: identities, scores, reviews."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import apsw

from api.decide import Judged, decide_all
from linkage.ledger import IdentityTables, Workspace

_FIGURES = ("own", "linked", "linked_with_possible", "linked_band", "score", "band")


class _Tried(Exception):
    """The decision was tried; what it would do."""

    def __init__(self, effects: dict[str, Any]) -> None:
        super().__init__("tried")
        self.effects = effects


def effects_of(workspace: Workspace, judged: Judged, by: str) -> dict[str, Any]:
    """What `decide` would do with the judgement; nothing of it is done.

    Returns:
        moves, reviews_reopened, reviews (that rely on it), rescored, before and after: identities with their records
        and figures.

    Raises:
        UnknownRecord, SettingsError: as `decide` does.
    """
    with workspace.reading() as connection:
        tables = IdentityTables(connection)
        touched = sorted({tables.require(ref) for ref in (judged.a, judged.b)})
        records = [key for identity in touched for key in tables.records_of(identity)]
        before = _people(connection, records)

    def take_back(connection: apsw.Connection, document: Mapping[str, Any]) -> None:
        raise _Tried({**document, "after": _people(connection, records)})

    try:
        decide_all(workspace, [judged], by, take_back)
    except _Tried as tried:
        found = tried.effects
    return {
        "moves": found["moves"],
        "reviews_reopened": found["relied_on"]["reopened"],
        "reviews": found["relied_on"]["reviews"],
        "rescored": found["rescored"],
        "before": before,
        "after": found["after"],
    }


def _people(connection: apsw.Connection, records: list[str]) -> list[dict[str, Any]]:
    """Identities of the records with the records and figures of each."""
    rows = connection.execute(
        "SELECT m.identity_id, m.record_key FROM json_each(?) j JOIN membership m ON m.record_key = j.value "
        "ORDER BY m.identity_id, m.record_key",
        (json.dumps(records),),
    )
    held: dict[str, list[str]] = {}
    for identity, record in rows:
        held.setdefault(identity, []).append(record)
    found = []
    for identity, keys in held.items():
        row = connection.execute(
            f"SELECT {', '.join(_FIGURES)} FROM score WHERE identity_id = ?",  # noqa: S608 - names of ours
            (identity,),
        ).fetchone()
        figures = dict(zip(_FIGURES, row, strict=True)) if row else {}
        found.append({"identity_id": identity, "records": keys, **figures})
    return found
