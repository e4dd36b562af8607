"""Large carriers' records: counted for all when scores are, so that one person's risk only looks them up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import apsw
import orjson
import polars as pl

from graph.excess import CARRIER_RECORD, carrier_records
from graph.policy_file import load_policy
from graph.store import GraphScan

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE carrier_record (
        as_of         TEXT NOT NULL,
        carrier       TEXT NOT NULL,
        drivers       INTEGER NOT NULL,
        driver_years  REAL NOT NULL,
        incidents     INTEGER NOT NULL,
        expected      REAL NOT NULL,
        ratio         REAL,
        low           REAL,
        high          REAL,
        peers         INTEGER NOT NULL,
        PRIMARY KEY (as_of, carrier)
    ) WITHOUT ROWID;
    """,
)


def count(graph: GraphScan, day: date) -> pl.DataFrame:
    """Frame CARRIER_RECORD as of the day."""
    return carrier_records(graph, load_policy(), day)


def write(connection: apsw.Connection, records: pl.DataFrame, day: date) -> None:
    """The records stand in the table as those of the day; other days keep theirs."""
    connection.execute("DELETE FROM carrier_record WHERE as_of = ?", (day.isoformat(),))
    rows = records.select(pl.lit(day.isoformat()), *CARRIER_RECORD.columns)
    connection.executemany("INSERT INTO carrier_record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.iter_rows())


def refresh(connection: apsw.Connection, graph: GraphScan, day: date) -> None:
    """The records of the day are what the graph gives."""
    write(connection, count(graph, day), day)


class KeptRecords:
    """The records of the newest day up to the one asked about.

    Args:
        connection: open connection to a ledger.
        day: the day asked about; what was counted later is not known then.
    """

    def __init__(self, connection: apsw.Connection, day: date) -> None:
        self._connection = connection
        found = connection.execute("SELECT max(as_of) FROM carrier_record WHERE as_of <= ?", (day.isoformat(),)).get
        self.as_of: date | None = date.fromisoformat(found) if found else None

    def of(self, carriers: Collection[str]) -> pl.DataFrame:
        """Frame CARRIER_RECORD of those of the carriers that have one, ordered by carrier."""
        rows = self._connection.execute(
            "SELECT carrier, drivers, driver_years, incidents, expected, ratio, low, high, peers FROM carrier_record"
            " WHERE as_of = ? AND carrier IN (SELECT value FROM json_each(?)) ORDER BY carrier",
            (self.as_of.isoformat() if self.as_of else "", orjson.dumps(sorted(carriers)).decode()),
        ).fetchall()
        return pl.DataFrame(rows, schema=CARRIER_RECORD.columns, orient="row")
