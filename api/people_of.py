"""Whose the rows of a load are, once it is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import polars as pl

from api.intake import FileIntake
from linkage.schema import FACTS, Kind

_COLUMN = {Kind.PERSON: "key"} | {kind: "record_key" for kind in Kind if "record_key" in FACTS[kind].columns}


def people_of(connection: apsw.Connection, taken: Sequence[FileIntake]) -> list[dict[str, Any]]:
    """Each accepted row that is about a person: file, line, identity_id (None where no record of theirs is here yet).

    Ids only, by file and line; a row that is a person's record tells of that one, whatever else it mentions.

    Args:
        connection: in the transaction of the load, its identities written.
    """
    found: list[dict[str, Any]] = []
    for number, file in enumerate(taken):
        about = [_about(kind, frame) for kind, frame in file.facts.items() if kind in _COLUMN]
        if not about:
            continue
        first = pl.concat(about).sort("line", "place", "record_key").unique("line", keep="first", maintain_order=True)
        for line, record_key in first.select("line", "record_key").iter_rows():
            found.append({"file": number, "line": line, "identity_id": _identity(connection, record_key)})
    return found


def _about(kind: Kind, facts: pl.DataFrame) -> pl.DataFrame:
    column = _COLUMN[kind]
    place = pl.lit(0 if kind is Kind.PERSON else 1)
    return facts.filter(pl.col(column).is_not_null()).select("line", record_key=column, place=place)


def _identity(connection: apsw.Connection, record_key: str) -> str | None:
    row = connection.execute("SELECT identity_id FROM membership WHERE record_key = ?", (record_key,)).fetchone()
    return str(row[0]) if row else None
