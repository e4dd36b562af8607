"""The rows of one load by key, so that a few of them are read without reading all: `lookup.db` beside the Parquet.

A Parquet file has to be read from end to end to find one key; at a million records that is half a second. Here the rows
lie in small packed blocks, and an index tells which blocks hold a value. It says nothing that the Parquet does not say:
a load without one, of an earlier version, is read from its Parquet.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import apsw
import orjson
import polars as pl

from linkage.ledger.kept_connections import KeptConnections
from linkage.schema import FACTS, Kind

LOOKUP = "lookup.db"
WITHDRAWN = "is_withdrawn"
LOOKED_UP: Mapping[Kind, str] = {
    Kind.PERSON: "key",
    Kind.CARRIER: "key",
    Kind.ENROLMENT: "record_key",
    Kind.EMPLOYMENT: "record_key",
    Kind.EVENT: "record_key",
    Kind.CHECK: "record_key",
    Kind.PARTNER_ANSWER: "request_id",
}
"""Kinds of which a few rows are asked for, and the column they are asked by; all of them also by key."""

_BLOCK = 32  # rows; one row costs the unpacking of so many
_SCHEMA = """
CREATE TABLE block (n INTEGER PRIMARY KEY, lines BLOB NOT NULL);
CREATE TABLE place (
    list   TEXT NOT NULL,     -- kind and column
    value  INTEGER NOT NULL,  -- CRC-32 of the value: two values may share one, so rows are compared again
    block  INTEGER NOT NULL REFERENCES block (n),
    PRIMARY KEY (list, value, block)
) WITHOUT ROWID;
"""


def write_lookup(path: Path, facts: Mapping[Kind, pl.DataFrame]) -> None:
    """The rows can be looked up in the file at `path`, which is whole and synced.

    Args:
        facts: rows a kind, as the Parquet files hold them; kinds that nobody looks up are left out.
    """
    connection = apsw.Connection(str(path))
    try:
        connection.execute("PRAGMA journal_mode=OFF")  # a file that was not finished is thrown away with its folder
        connection.execute(_SCHEMA)
        with connection:
            first = 0
            for kind in sorted(set(facts) & set(LOOKED_UP)):
                first = _write_kind(connection, kind, facts[kind], first)
    finally:
        connection.close()


def _write_kind(connection: apsw.Connection, kind: Kind, frame: pl.DataFrame, first: int) -> int:
    column = LOOKED_UP[kind]
    frame = frame.sort(column, "key", nulls_last=True)
    lines = frame.write_ndjson().encode().splitlines()
    blocks = (
        (first + n, zlib.compress(b"\n".join(lines[start : start + _BLOCK]), 1))
        for n, start in enumerate(range(0, len(lines), _BLOCK))
    )
    connection.executemany("INSERT INTO block VALUES (?, ?)", blocks)
    for name in sorted({"key", column}):
        places = {
            (_crc(value), first + row // _BLOCK) for row, value in enumerate(frame[name].to_list()) if value is not None
        }
        rows = ((f"{kind}.{name}", *place) for place in sorted(places))
        connection.executemany("INSERT INTO place VALUES (?, ?, ?)", rows)
    return first + -(-len(lines) // _BLOCK)


@dataclass(frozen=True)
class Lookups:
    """The lookups of a workspace's loads, each opened once.

    Args:
        path: the `records/` folder.
    """

    path: Path
    _opened: dict[int, KeptConnections] = field(default_factory=dict, init=False, repr=False, compare=False)

    def rows(self, load: int, kind: Kind, column: str, values: Sequence[str]) -> pl.DataFrame | None:
        """Rows of the load whose column is one of the values, withdrawals among them; None = it has no lookup for that.

        Frame out:
            The kind's columns and `is_withdrawn`, in no particular order.
        """
        file = self.path / str(load) / LOOKUP
        if kind not in LOOKED_UP or column not in ("key", LOOKED_UP[kind]) or not file.exists():
            return None
        opened = self._opened.setdefault(load, KeptConnections(file, lambda: _open(file)))
        wanted = {value: _crc(value) for value in values}
        with opened.one() as connection:
            found = list(_blocks(connection, f"{kind}.{column}", wanted.values()))
        return _frame(kind, [row for block in found for row in block if row[column] in wanted])


def _open(file: Path) -> apsw.Connection:
    # A load's files never change once its folder has its name.
    return apsw.Connection(f"{file.as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def _blocks(connection: apsw.Connection, name: str, values: Collection[int]) -> Iterator[list[dict[str, object]]]:
    packed = connection.execute(
        "SELECT lines FROM block WHERE n IN "
        "(SELECT block FROM place WHERE list = ? AND value IN (SELECT value FROM json_each(?)))",
        (name, orjson.dumps(sorted(values)).decode()),
    )
    for (lines,) in packed:
        yield [orjson.loads(line) for line in zlib.decompress(lines).splitlines()]


def _frame(kind: Kind, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    columns = {**FACTS[kind].columns, WITHDRAWN: pl.Boolean}
    values = {name: [row.get(name) for row in rows] for name in columns}
    for name, dtype in columns.items():
        if dtype == pl.Date:
            values[name] = [date.fromisoformat(str(text)) if text else None for text in values[name]]
    return pl.DataFrame(values, schema=columns)


def _crc(value: str) -> int:
    return zlib.crc32(value.encode("utf-8", "surrogatepass"))
