"""One line a driver: the name, birth date, countries and score that lists and searches show."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from linkage.errors import SettingsError

UNNAMED = "(no name)"


@dataclass(frozen=True, slots=True)
class Driver:
    """What a list shows of one identity.

    Args:
        name: the longest spelling among its records.
        birth_date: the date that most of its records give; of equals the earliest.
        countries: countries of its records, in order.
        records: number of its records.
        score: 0-100, orders queues only; None before the first scoring.
    """

    identity_id: str
    name: str
    birth_date: str | None
    countries: tuple[str, ...]
    records: int
    score: float | None
    band: str | None

    def document(self) -> dict[str, Any]:
        """The driver as JSON values."""
        return {
            "identity_id": self.identity_id,
            "name": self.name,
            "birth_date": self.birth_date,
            "countries": list(self.countries),
            "records": self.records,
            "score": self.score,
            "band": self.band,
        }


@dataclass(frozen=True, slots=True)
class Page:
    """Some drivers of a list.

    Args:
        next_cursor: where the next page starts; None after an empty page, since nothing can follow.
        total: drivers in the whole list.
        as_of: the day the scores are for.
    """

    drivers: tuple[Driver, ...]
    next_cursor: str | None
    total: int
    as_of: str | None


def drivers_of(connection: apsw.Connection, identities: Sequence[str]) -> list[Driver]:
    """The drivers behind the identity ids, in their order; ids that hold no record are left out."""
    wanted = list(dict.fromkeys(identities))
    rows = connection.execute(
        "SELECT m.identity_id, r.name, r.birth_date, r.country, s.score, s.band FROM json_each(?) j "
        "JOIN membership m ON m.identity_id = j.value "
        "LEFT JOIN search_record r ON r.record_key = m.record_key "
        "LEFT JOIN score s ON s.identity_id = m.identity_id ORDER BY m.identity_id, m.record_key",
        (json.dumps(wanted),),
    )
    records: dict[str, list[tuple[Any, ...]]] = {}
    for identity_id, *rest in rows:
        records.setdefault(str(identity_id), []).append(tuple(rest))
    return [_driver(identity, records[identity]) for identity in wanted if identity in records]


def names_of(connection: apsw.Connection, identities: Sequence[str]) -> dict[str, str]:
    """What the drivers behind the identity ids are called; ids that hold no record are left out."""
    return {driver.identity_id: driver.name for driver in drivers_of(connection, identities)}


def drivers_by_score(connection: apsw.Connection, cursor: str | None, limit: int) -> Page:
    """The next `limit` drivers, highest score first; equal scores are ordered by identity id.

    Args:
        cursor: `next_cursor` of the page before, None for the first page.

    Raises:
        SettingsError: the cursor is none that this list gave.
    """
    score, identity = _decode(cursor) if cursor else (None, "")
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT identity_id, score FROM score WHERE ?1 IS NULL OR score < ?1 OR (score = ?1 AND identity_id > ?2) "
        "ORDER BY score DESC, identity_id LIMIT ?3",
        (score, identity, limit),
    ).fetchall()
    total, as_of = connection.execute("SELECT (SELECT count(*) FROM score), (SELECT max(as_of) FROM score)").get
    next_cursor = _encode(rows[-1][1], rows[-1][0]) if rows else None
    return Page(tuple(drivers_of(connection, [row[0] for row in rows])), next_cursor, int(total), as_of)


def _driver(identity_id: str, records: Sequence[tuple[Any, ...]]) -> Driver:
    names = [row[0] for row in records if row[0]]
    dates = [row[1] for row in records if row[1]]
    return Driver(
        identity_id=identity_id,
        name=max(names, key=len) if names else UNNAMED,
        birth_date=min(dates, key=lambda date: (-dates.count(date), -len(date), date)) if dates else None,
        countries=tuple(sorted({row[2] for row in records if row[2]})),
        records=len(records),
        score=records[0][3],
        band=records[0][4],
    )


def _encode(score: float, identity_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([float(score).hex(), identity_id]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[float, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        score, identity_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return float.fromhex(score), str(identity_id)
    except (binascii.Error, ValueError, TypeError):
        raise SettingsError("cursor: not one that a page of this list gave; start again without it") from None
