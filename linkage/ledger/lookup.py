"""The rows of one load by key, so that a few of them are read without reading all: `lookup.db` beside the Parquet.

A Parquet file has to be read from end to end to find one key; at a million records that is half a second. Here the rows
lie in small packed blocks, and an index tells which blocks hold a value. It says nothing that the Parquet does not say:
a load without one, of an earlier version, is read from its Parquet.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import apsw
import numpy as np
import orjson
import polars as pl

from linkage.disk import DAMAGED
from linkage.errors import FileDamaged
from linkage.ledger.kept_connections import KeptConnections
from linkage.schema import FACTS, Kind
from linkage.unreadable import UNREADABLE

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

MOST_OPEN, KEPT = 32, 2
"""Loads of which connections stay open, and how many of each: memory does not grow with the number of loads."""

_BLOCK = 32  # rows; one row costs the unpacking of so many
_BLOCKS = (
    "SELECT lines FROM block WHERE n IN "
    "(SELECT block FROM place WHERE list = ? AND value IN (SELECT value FROM json_each(?)))"
)
_DATES = {kind: tuple(name for name, of in FACTS[kind].columns.items() if of == pl.Date) for kind in LOOKED_UP}
_SCHEMA = """
CREATE TABLE block (n INTEGER PRIMARY KEY, lines BLOB NOT NULL);
CREATE TABLE place (
    list   TEXT NOT NULL,     -- kind and column
    value  INTEGER NOT NULL,  -- CRC-32 of the value: two values may share one, so rows are compared again
    block  INTEGER NOT NULL REFERENCES block (n),
    PRIMARY KEY (list, value, block)
) WITHOUT ROWID;
"""


def mark_of(value: str) -> int:
    """What stands for the value in an index: its CRC-32, in [0, 2^32)."""
    return zlib.crc32(value.encode("utf-8", "surrogatepass"))


def is_looked_up(kind: Kind, column: str) -> bool:
    """Whether rows of the kind are found by the column without reading all of them."""
    return kind in LOOKED_UP and column in ("key", LOOKED_UP[kind])


def marks_in(path: Path) -> list[int]:
    """Marks of all values that the lookup at `path` finds rows by, ordered, each once."""
    connection = _connect(path)
    try:
        marks = (row[0] for row in connection.execute("SELECT value FROM place"))
        return list(map(int, np.unique(np.fromiter(marks, dtype=np.int64))))
    finally:
        connection.close()


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
            (mark_of(value), first + row // _BLOCK)
            for row, value in enumerate(frame[name].to_list())
            if value is not None
        }
        rows = ((f"{kind}.{name}", *place) for place in sorted(places))
        connection.executemany("INSERT INTO place VALUES (?, ?, ?)", rows)
    return first + -(-len(lines) // _BLOCK)


Row = dict[str, Any]
"""A row by column, with dates as dates; a column that an earlier version did not have is missing."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """The lookup of one load, None where it has none, and the kinds that the load told of."""

    connections: KeptConnections | None
    kinds: frozenset[Kind]


@dataclass(frozen=True)
class Lookups:
    """The rows of a workspace's loads by key; what was opened last for that stays open.

    Args:
        path: the `records/` folder.
    """

    path: Path
    _opened: OrderedDict[int, _Opened] = field(default_factory=OrderedDict, init=False, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def rows(self, load: int, kind: Kind, column: str, values: Sequence[str]) -> list[Row]:
        """Rows of the load whose column is one of the values, withdrawals among them, in no particular order.

        A load without a lookup is read from its Parquet, and so is a column that nobody looks up by.

        Raises:
            FileDamaged: what was written cannot be read.
        """
        opened = self._of(load)
        if kind not in opened.kinds or not values:
            return []
        if opened.connections is None or not is_looked_up(kind, column):
            file = self.path / str(load) / f"{kind}.parquet"
            return _filtered(file, column, values)
        wanted, name = set(values), f"{kind}.{column}"
        with opened.connections.one() as connection:
            try:
                packed = connection.execute(
                    _BLOCKS, (name, orjson.dumps([mark_of(value) for value in wanted]).decode())
                )
                found = [row for (lines,) in packed for row in _unpacked(lines) if row[column] in wanted]
            except (zlib.error, apsw.SQLError, *DAMAGED):
                raise FileDamaged(self.path / str(load) / LOOKUP) from None
        return [row | {name: _day(row.get(name)) for name in _DATES[kind]} for row in found]

    def _of(self, load: int) -> _Opened:
        with self._lock:
            opened = self._opened.get(load) or self._open(load)
            if opened.connections is not None:  # one that is still to be made is looked for again
                self._opened[load] = opened
                self._opened.move_to_end(load)
            if len(self._opened) > MOST_OPEN:
                # Whoever uses one of its connections keeps that; it is closed with the last of them.
                self._opened.popitem(last=False)
        return opened

    def _open(self, load: int) -> _Opened:
        folder = self.path / str(load)
        kinds = frozenset(kind for kind in Kind if (folder / f"{kind}.parquet").exists())
        file = folder / LOOKUP
        connections = KeptConnections(file, lambda: _connect(file), KEPT) if file.exists() else None
        return _Opened(connections, kinds)


def _connect(file: Path) -> apsw.Connection:
    # A load's files never change once its folder has its name.
    return apsw.Connection(
        f"{file.absolute().as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    )


def _filtered(file: Path, column: str, values: Sequence[str]) -> list[Row]:
    try:
        return pl.scan_parquet(file).filter(pl.col(column).is_in(values)).collect().to_dicts()
    except UNREADABLE:
        raise FileDamaged(file) from None


def _unpacked(lines: bytes) -> Iterator[Row]:
    return map(orjson.loads, zlib.decompress(lines).splitlines())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
