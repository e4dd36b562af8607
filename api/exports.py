"""Whole tables for other programs: who belongs where, and every score."""

from __future__ import annotations

from typing import Any

import apsw

IDENTITY_COLUMNS: tuple[str, ...] = ("source", "record_id", "identity_id")
SCORE_COLUMNS: tuple[str, ...] = (
    "identity_id",
    "score",
    "band",
    "own",
    "linked",
    "linked_band",
    "linked_with_possible",
    "as_of",
    "policy",
)


def identity_rows(connection: apsw.Connection) -> list[tuple[str, str, str]]:
    """Every person record with its identity, ordered by record key."""
    rows = connection.execute("SELECT record_key, identity_id FROM membership ORDER BY record_key")
    return [(*_parts(key), identity_id) for key, identity_id in rows]


def score_rows(connection: apsw.Connection) -> list[tuple[Any, ...]]:
    """Every scored identity, highest score first, equal ones by id."""
    return connection.execute(
        f"SELECT {', '.join(SCORE_COLUMNS)} FROM score ORDER BY score DESC, identity_id"  # noqa: S608
    ).fetchall()


def _parts(key: str) -> tuple[str, str]:
    source, _, record_id = key.partition("/")
    return source, record_id
