"""A pattern's answer for a spreadsheet: people by id and name, things by label and number, no identifier in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.pattern_rows import THINGS, Row, columns_shown
from api.spreadsheet import csv_text
from graph.patterns import pattern_named


def pattern_csv(document: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """The rows as CSV: of people `X` and `X_name`, of things `X` and `X_number`; several in a cell have | between."""
    people = frozenset(pattern_named(document["pattern"]).people)
    columns: list[tuple[str, str]] = []
    for name in columns_shown(document):
        columns.append((name, ""))
        if name in people or name in THINGS:
            columns.append((name, "name" if name in people else "number"))
    head = [f"{name}_{part}" if part else name for name, part in columns]
    return csv_text(head, [[_told(row.cells[name], part) for name, part in columns] for row in rows])


def _told(cell: Mapping[str, Any], part: str) -> object:
    if "people" in cell:
        return " | ".join(one[part or "identity_id"] for one in cell["people"])
    if "things" in cell:
        return " | ".join(_thing(one, part) for one in cell["things"])
    value = cell["value"]
    return " | ".join(map(str, value)) if isinstance(value, list) else value


def _thing(thing: Mapping[str, Any], part: str) -> str:
    """Of a driver on a route the id stands where things have their number."""
    if part:
        return str(thing.get("identity_id") or thing.get("number") or "")
    return " ".join(filter(None, (thing["kind"], thing["label"], thing["detail"])))
