"""A pattern as a form and its answer as a table: which columns stand in which cell, and how each is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.pattern_rows import Row
from graph.policy_file import load_policy

_CELLS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "near-offenders": (
        ("associate", "associate_events", "associate_from"),
        ("thing", "people", "people_with_events", "gap_days"),
        ("offender", "events", "offender_from"),
        ("event", "event_class", "event_day"),
        ("confidence", "is_possible"),
    ),
    "shared-vehicles": (
        ("vehicle",),
        ("carriers",),
        ("driven_for",),
        ("registered_to",),
        ("some_drivers", "drivers", "drivers_with_events"),
        ("first_driven",),
    ),
    "moved-together": (
        ("older",),
        ("younger", "is_succession"),
        ("people",),
        ("some_people", "people_with_events"),
        ("first_move",),
    ),
    "clusters": (("thing", "is_hub"), ("people",), ("people_with_events",), ("some_people",)),
    "paths": (("route",), ("places",), ("hops",), ("records",), ("confidence", "is_possible")),
    "nearest-listed": (("listed", "because"), ("places",), ("hops",), ("records",), ("confidence", "is_possible")),
}
"""Cells of a row, each of a main column and others below it. Days have their last day beside the first."""
_LAST = {
    "associate_from": "associate_to",
    "offender_from": "offender_to",
    "first_driven": "last_driven",
    "first_move": "last_move",
}
_DAYS = frozenset({"event_day"})
_FLAGS = frozenset({"is_possible", "is_hub", "is_succession"})
_COUNTS = frozenset(
    {
        *("associate_events", "people", "people_with_events", "events", "gap_days", "carriers", "drivers"),
        *("drivers_with_events", "hops", "route"),
    }
)
_CLASSES = "classes"


def headings(pattern: str) -> list[str]:
    """The main columns, in order."""
    return [cell[0] for cell in _CELLS[pattern]]


def is_number(column: str) -> bool:
    """Whether a column is one figure."""
    return column in _COUNTS or column == "confidence"


def table(pattern: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Each row as its number, digest and cells; a cell is a list of parts that say something."""
    return [{"number": row.number, "digest": row.digest, "cells": cells_of(pattern, row.cells)} for row in rows]


def cells_of(pattern: str, cells: Mapping[str, Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """The cells of one row: parts with their column, how they are read (`is`), and what they hold."""
    return [[part for name in cell if (part := _part(name, cells))] for cell in _CELLS[pattern]]


def choices_of(parameter: Mapping[str, Any]) -> Sequence[str]:
    """Words that can be chosen; severity classes that carry points stand in the policy."""
    if parameter["name"] == _CLASSES:
        return sorted(name for name, rule in load_policy().classes.items() if rule.severity > 0)
    found: Sequence[str] = parameter["choices"]
    return found


def written(parameter: Mapping[str, Any]) -> str:
    """A parameter's default as it stands in a form."""
    default = parameter["default"]
    if isinstance(default, list):
        return ",".join(default)
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)


def _part(column: str, cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """What a column says, None where it says nothing."""
    told = _named(column, cells) or _plain(column, cells)
    return {"column": column, **told} if told else None


def _named(column: str, cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """People and things; nothing for other columns."""
    cell = cells[column]
    if column == "places":
        return {"is": "route", "steps": _steps(cell["things"], cells["ties"]["value"])}
    if "things" in cell:
        return {"is": "things", "things": cell["things"], "tie": cells["tie"]["value"] if column == "thing" else None}
    return {"is": "people", "people": cell["people"]} if "people" in cell else {}


def _plain(column: str, cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    value = cells[column]["value"]
    if value in (None, [], "") or (column in _FLAGS and not value):
        return {}
    if column in _LAST:
        return {"is": "span", "first": value, "last": cells[_LAST[column]]["value"]}
    return {"is": _read_as(column, value), "value": value}


def _read_as(column: str, value: object) -> str:
    if column in _FLAGS:
        return "flag"
    if column in _COUNTS:
        return "count"
    if column in _DAYS:
        return "day"
    return "figure" if isinstance(value, float) else "list" if isinstance(value, list) else "text"


def _steps(places: Sequence[Mapping[str, Any]], ties: Sequence[str]) -> list[dict[str, Any]]:
    """Places along a route, each with the kinds of tie that lead on from it."""
    kinds = [[one.split(" ")[0] for one in tie.split(", ")] for tie in ties]
    return [{"place": place, "ties": on} for place, on in zip(places, [*kinds, []], strict=True)]
