"""The printable pages of coverage: the board with the oldest gaps, and one driver's cells."""

from __future__ import annotations

from typing import Any

from api.report.markup import Html, table
from api.report.printable import printable, section

Document = dict[str, Any]

BOARD = (
    *("country", "record_type", "drivers", "clear", "derogatory", "not_shared", "stale", "never"),
    *("unknown", "unknown_share", "oldest_gap"),
)
CELLS = ("country", "record_type", "result", "checked_on", "age_days", "good_for_days", "legal_basis", "because")
REQUEST = ("request_id", "request_state", "asked_on", "answer_due")
"""What a cell tells of a request that waits for an answer."""
OLDEST = ("identity_id", "gap_since", "gap_days", "gaps", "cells", "countries", "oldest")
LISTED = ("identity_id", *CELLS)
_UNKNOWN = (
    "Unknown is not clear: a type that was never asked for, that the partner does not share, or whose clear answer has "
    "run out says nothing about the driver."
)
_MATTERS = (
    "A country matters for a driver who holds its licence, works for a carrier of it, or lives there or is its citizen "
    "as recorded at enrolment. This decides who is asked, and never a score."
)


def board_page(board: Document, oldest: Document) -> str:
    """Enrolled drivers by country, record type and result, and those whose gap is the oldest."""
    told = f"{board['drivers']:,} enrolled drivers as of {board['as_of']}, policy {board['policy']}."
    shown, total = len(oldest["rows"]), oldest["total"]
    sections = [
        section("By country and record type", _UNKNOWN, _MATTERS, _board(board["rows"])),
        section(
            "Oldest gaps",
            f"{total:,} drivers have a gap; the {shown:,} whose gap is the oldest:"
            if total
            else "No driver has a gap.",
            *([_table("Oldest gaps", OLDEST, oldest["rows"])] if total else []),
        ),
    ]
    return printable("Coverage by country", told, sections)


def oldest_page(oldest: Document) -> str:
    """The drivers whose gap is the oldest."""
    told = f"{oldest['total']:,} enrolled drivers have a gap as of {oldest['as_of']}."
    return printable("Oldest gaps", told, [section("Drivers", _UNKNOWN, _table("Gaps", OLDEST, oldest["rows"]))])


def cells_page(coverage: Document, driver: str | None) -> str:
    """The cells of one driver, or of everybody asked about."""
    title = f"Coverage of {driver}" if driver else "Coverage of enrolled drivers"
    told = f"{len(coverage['rows']):,} cells as of {coverage['as_of']}, policy {coverage['policy']}."
    columns = ("records", "result", "checked_on", "age_days", "legal_basis", "because", "request_state", "answer_due")
    listed = _table(title, columns if driver else ("identity_id", *columns), _named(coverage["rows"]))
    return printable(title, told, [section("Cells", _UNKNOWN, _MATTERS, listed)])


def _board(rows: list[dict[str, Any]]) -> Html:
    columns = ("records", *BOARD[2:8], "unknown_share", "oldest_gap")
    return _table("Drivers by result", columns, _named(rows))


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with country and type in one column, so that they fit a sheet of paper."""
    return [row | {"records": f"{row['country']} {row['record_type'].replace('_', ' ')}"} for row in rows]


def _table(caption: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> Html:
    return table(
        caption, [name.replace("_", " ") for name in columns], [[_cell(row[n]) for n in columns] for row in rows]
    )


def _cell(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
