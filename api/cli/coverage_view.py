"""How coverage reads to a person, and its rows as CSV."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from api.cli.output import table
from api.report.coverage_page import BOARD, CELLS, LISTED, OLDEST, REQUEST
from api.spreadsheet import csv_text

Document = dict[str, Any]

SHOWN = 30
CELL_CSV = ("identity_id", *CELLS, "check", "gap_since", *REQUEST)


def print_cells(out: Console, document: Document) -> None:
    """One line a driver, country and record type."""
    _print(out, LISTED, document, f"Coverage as of {document['as_of']}")


def print_board(out: Console, document: Document) -> None:
    """One line a country and record type, with counts of drivers."""
    out.print(f"{document['drivers']:,} enrolled drivers as of {document['as_of']}; unknown is not clear.")
    _print(out, BOARD, document, "Drivers by country, record type and result")


def print_oldest(out: Console, document: Document) -> None:
    """One line a driver, the oldest gap first."""
    out.print(f"{document['total']:,} enrolled drivers have a gap as of {document['as_of']}.")
    _print(out, OLDEST, document, "Oldest gaps")


def cells_csv(document: Document) -> str:
    """The cells, lists joined by a bar."""
    return _csv(CELL_CSV, document)


def board_csv(document: Document) -> str:
    """The board."""
    return _csv(BOARD, document)


def oldest_csv(document: Document) -> str:
    """The oldest gaps."""
    return _csv(OLDEST, document)


def _csv(columns: tuple[str, ...], document: Document) -> str:
    return csv_text(columns, ([_joined(row[name]) for name in columns] for row in document["rows"]))


def _joined(value: object) -> object:
    return "|".join(map(str, value)) if isinstance(value, list) else value


def _print(out: Console, columns: tuple[str, ...], document: Document, title: str) -> None:
    rows = document["rows"]
    out.print(table(title, columns, ([row[name] for name in columns] for row in rows[:SHOWN])))
    if len(rows) > SHOWN:
        out.print(f"... and {len(rows) - SHOWN:,} more; --format csv lists all", style="dim")
