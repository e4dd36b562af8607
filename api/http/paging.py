"""Lists page by page: the caller hands `next_cursor` back as it came, and nothing else is taken for one."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Annotated, Any

from fastapi import Query

from linkage.errors import SettingsError

MAX_PAGE = 500
MAX_CURSOR = 4000
"""Characters; the parts of a key are ids and numbers, the longest the key of a record."""
_INT64 = 2**63

Key = str | int | float | None

LimitParameter = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Rows of a page at most.")]
CursorParameter = Annotated[
    str | None, Query(max_length=MAX_CURSOR, description="`next_cursor` of the page before; none for the first.")
]


def encode(listing: str, key: Sequence[Key]) -> str:
    """The cursor that goes on after the row of this key.

    Args:
        listing: which list, with what was asked of it: a cursor of one list is refused by every other.
        key: what the list is ordered by, the last part unique.
    """
    # Floats as hexadecimal text, so that a page starts exactly where the one before ended.
    told = [listing, *({"f": part.hex()} if isinstance(part, float) else part for part in key)]
    return base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(listing: str, cursor: str | None, kinds: Sequence[type | tuple[type, ...]]) -> tuple[Any, ...] | None:
    """The key that a cursor holds; None where there is no cursor.

    Args:
        kinds: what each part of the key is.

    Raises:
        SettingsError: the cursor is none that this list gave.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        name, *key = told
        found = tuple(float.fromhex(part["f"]) if isinstance(part, dict) else part for part in key)
        is_ours = name == listing and encode(listing, found) == cursor
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError, OverflowError):
        is_ours, found = False, ()
    if not is_ours or not fits(found, kinds):
        raise SettingsError("cursor: not one that a page of this list gave; start again without it")
    return found


def fits(key: Sequence[Any], kinds: Sequence[type | tuple[type, ...]]) -> bool:
    """Each part of the key is of its kind and can be asked of a database; a truth value is no number."""
    return len(key) == len(kinds) and all(
        isinstance(part, kind) and _can_be_asked(part) for part, kind in zip(key, kinds, strict=True)
    )


def _can_be_asked(part: Any) -> bool:
    if isinstance(part, bool):
        return False
    if isinstance(part, int):
        return -_INT64 <= part < _INT64
    if isinstance(part, float):
        return isfinite(part)
    return not isinstance(part, str) or not any("\ud800" <= letter <= "\udfff" for letter in part)


def page_of(  # noqa: PLR0913, PLR0917 - a list, how it is ordered, and which part of it
    listing: str,
    rows: Sequence[dict[str, Any]],
    place: Callable[[dict[str, Any]], tuple[Any, ...]],
    kinds: Sequence[type | tuple[type, ...]],
    cursor: str | None,
    limit: int,
) -> dict[str, Any]:
    """One page of rows that were read as a whole: rows, next_cursor and total.

    Args:
        rows: in any order.
        place: what they are ordered by, lowest first; the last part is unique.
        kinds: what each part of a place is.

    Raises:
        SettingsError: the cursor is none that this list gave.
    """
    after = decode(listing, cursor, kinds)
    ordered = sorted(rows, key=place)
    left = ordered if after is None else [row for row in ordered if place(row) > after]
    shown = left[:limit]
    more = len(left) > limit
    return {"rows": shown, "next_cursor": encode(listing, place(shown[-1])) if more else None, "total": len(rows)}
