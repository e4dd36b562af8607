"""A question to the graph as it is kept by a pin or a watch, and what makes a row of its answer the same row later."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from api.patterns import PatternRequest
from graph.schema import NodeKind
from linkage.errors import SettingsError

_KEYS: Mapping[str, tuple[str, ...]] = {
    "near-offenders": ("associate", "offender", "tie", "thing", "event"),
    "shared-vehicles": ("vehicle",),
    "moved-together": ("older", "younger", "first_move"),
    "clusters": ("tie", "thing"),
    "paths": ("places",),
    "nearest-listed": ("listed",),
}
"""Columns by which a row is the same row in another answer to the same question."""
_PEOPLE = frozenset({"associate", "offender", "listed"})
_PERSON = f"{NodeKind.IDENTITY.value} "
_USE = b"rows of patterns"


def ref_of(request: PatternRequest, row: str | None = None) -> str:
    """The question as text, the same for the same question.

    Args:
        row: digest of one row that is meant; None = the whole answer.
    """
    kept = {"name": request.name, "given": dict(request.given)}
    if request.as_of:
        kept["as_of"] = request.as_of.isoformat()
    return orjson.dumps(kept | ({"row": row} if row else {}), option=orjson.OPT_SORT_KEYS).decode()


def asked_by(ref: str) -> tuple[PatternRequest, str | None]:
    """The question that a text stands for, and the digest of the row that is meant.

    Raises:
        SettingsError: it stands for none.
    """
    try:
        kept = orjson.loads(ref)
        given = {str(name): str(value) for name, value in kept["given"].items()}
        day = date.fromisoformat(kept["as_of"]) if "as_of" in kept else None
        return PatternRequest(str(kept["name"]), given, day), kept.get("row")
    except (ValueError, KeyError, TypeError, AttributeError):  # orjson's own error is a ValueError
        raise SettingsError("a pattern is named by its name and parameters") from None


def row_key(pattern: str, row: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What makes it the same row in another answer: identity ids, which may be others later, and all the rest."""
    people: list[str] = []
    rest: list[str] = []
    for column in _KEYS[pattern]:
        for one in listed(row[column]):
            if column in _PEOPLE:
                people.append(one)
            elif one.startswith(_PERSON):
                people.append(one.removeprefix(_PERSON))
            else:
                rest.append(one)
    return people, rest


def digest_of(key: bytes, pattern: str, row: Mapping[str, Any]) -> str:
    """What a row is known by in another answer; says nothing to whoever lacks the workspace's key."""
    return hmac.digest(key, _USE + orjson.dumps([pattern, row_key(pattern, row)]), "sha256").hex()


def listed(value: str | Sequence[str] | None) -> list[str]:
    """The values of a cell, which holds none, one or several."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
