"""The ledger's tables of the exchange: requests as they were made, and how often each was chased."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date

import apsw
import polars as pl

from linkage.schema import FrameSchema

REQUEST = FrameSchema(
    "exchange_request",
    {
        "n": pl.Int64,
        "request_id": pl.String,
        "partner": pl.String,
        "record_type": pl.String,
        "anchor": pl.String,
        "identity_id": pl.String,  # when it was made
        "gap": pl.String,
        "gap_since": pl.Date,
        "asked_on": pl.Date,
        "due_on": pl.Date,
        "asked_by": pl.String,
        "reason": pl.String,
        "policy": pl.String,
    },
)
CHASE = FrameSchema(
    "exchange_chase",
    {
        "request_id": pl.String,
        "n": pl.Int64,
        "chased_on": pl.Date,
        "due_on": pl.Date,
        "chased_by": pl.String,
        "reason": pl.String,
    },
)


@dataclass(frozen=True, slots=True)
class NewRequest:
    """One row of exchange_request; days in ISO form, the packet as JSON."""

    n: int
    request_id: str
    partner: str
    record_type: str
    anchor: str
    identity_id: str
    gap: str
    gap_since: str | None
    asked_on: str
    due_on: str
    asked_by: str
    reason: str
    policy: str
    packet: str


_SELECT = (
    "SELECT n, request_id, partner, record_type, anchor, identity_id, gap, gap_since, asked_on, due_on, asked_by, "
    "reason, policy FROM exchange_request"
)
EMPTIED = "(expunged)"
_EMPTY = (
    "UPDATE exchange_request SET anchor = ?1, packet = '{}', reason = ?1 "
    "WHERE request_id IN (SELECT value FROM json_each(?2))"
)
_EMPTY_CHASES = "UPDATE exchange_chase SET reason = ?1 WHERE request_id IN (SELECT value FROM json_each(?2))"
_AMONG_IDS = "WHERE request_id IN (SELECT value FROM json_each(?)) ORDER BY n"
_AMONG_ANCHORS = "WHERE anchor IN (SELECT value FROM json_each(?)) ORDER BY n"


class ExchangeTables:
    """Reads and writes of the exchange on one connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def requests(self, as_of: date | None = None) -> pl.DataFrame:
        """Requests made by the day (REQUEST), in order."""
        asked = f"{_SELECT} WHERE anchor <> '{EMPTIED}' AND (?1 IS NULL OR asked_on <= ?1) ORDER BY n"
        return _frame(REQUEST, self._connection.execute(asked, (_iso(as_of),)))

    def requests_named(self, request_ids: Iterable[str]) -> pl.DataFrame:
        """Requests of these ids (REQUEST), in order; ids that name none are passed over."""
        return _frame(REQUEST, self._connection.execute(f"{_SELECT} {_AMONG_IDS}", (_names(request_ids),)))

    def requests_about(self, records: Iterable[str]) -> pl.DataFrame:
        """Requests about the drivers for whom one of these records stands (REQUEST), in order."""
        return _frame(REQUEST, self._connection.execute(f"{_SELECT} {_AMONG_ANCHORS}", (_names(records),)))

    def chases(self, as_of: date | None = None) -> pl.DataFrame:
        """Chases made by the day (CHASE), by request and number."""
        rows = self._connection.execute(
            "SELECT * FROM exchange_chase WHERE ?1 IS NULL OR chased_on <= ?1 ORDER BY request_id, n", (_iso(as_of),)
        )
        return _frame(CHASE, rows)

    def packets(self, request_ids: Iterable[str]) -> list[str]:
        """The packets of some requests as JSON, in the order given."""
        found = []
        for request_id in request_ids:
            row = self._connection.execute("SELECT packet FROM exchange_request WHERE request_id = ?", (request_id,))
            found.append(str(row.get))
        return found

    def anchors(self, request_ids: Iterable[str]) -> list[str]:
        """The records that stand for the drivers of some requests; ids that name no request are passed over."""
        rows = self._connection.executemany(
            "SELECT anchor FROM exchange_request WHERE request_id = ?", ((one,) for one in request_ids)
        )
        return [str(row[0]) for row in rows]

    def empty(self, request_ids: Iterable[str]) -> int:
        """The requests say no more whom they were about, while an expunging is under way; returns how many there are.

        They stay on record with their day and who made them, and are in no list any more.
        """
        names = _names(request_ids)
        self._connection.execute(_EMPTY, (EMPTIED, names))
        emptied = int(self._connection.changes())
        self._connection.execute(_EMPTY_CHASES, (EMPTIED, names))
        return emptied

    def next_number(self) -> int:
        """The number that the next request gets."""
        return int(self._connection.execute("SELECT coalesce(max(n), 0) + 1 FROM exchange_request").get)

    def insert(self, request: NewRequest) -> None:
        """The request is made."""
        self._connection.execute(
            "INSERT INTO exchange_request VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(request)
        )

    def chase(self, request_id: str, chased_on: date, due_on: date, by: tuple[str, str]) -> int:
        """The request is chased once more; returns the how manieth time it is.

        Args:
            by: the person and the reason.
        """
        row = self._connection.execute("SELECT count(*) + 1 FROM exchange_chase WHERE request_id = ?", (request_id,))
        number = int(row.get)
        self._connection.execute(
            "INSERT INTO exchange_chase VALUES (?, ?, ?, ?, ?, ?)",
            (request_id, number, chased_on.isoformat(), due_on.isoformat(), *by),
        )
        return number


def _names(values: Iterable[str]) -> str:
    return json.dumps(sorted(set(values)))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _frame(schema: FrameSchema, rows: Iterable[tuple[object, ...]]) -> pl.DataFrame:
    text = {name: pl.String if dtype == pl.Date else dtype for name, dtype in schema.columns.items()}
    frame = pl.DataFrame(list(rows), schema=text, orient="row")
    return schema.conform(
        frame.with_columns(pl.col(name).str.to_date() for name, dtype in schema.columns.items() if dtype == pl.Date)
    )
