"""The `ports` document as it may leave the house: small cells hidden, and whatever they could be worked out from."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from eligibility.ports.masking import Cell, Line, hidden_cells
from eligibility.ports.rules import RULES

MASKED = "masked"
"""Stands for a figure that is not told."""

COLUMNS = (
    "port_code",
    "port_name",
    "border",
    "period",
    "lane",
    "crossings",
    "random_exams",
    "random_found",
    "random_per_1000",
    "random_low",
    "random_high",
    "targeted_exams",
    "targeted_found",
    "targeted_per_1000",
    "targeted_low",
    "targeted_high",
    "shrunk_per_1000",
    "shrunk_low",
    "shrunk_high",
    "limit_low",
    "limit_high",
    "ratio",
    "ratio_low",
    "ratio_high",
    "verdict",
    "trucks_12_months",
    "trucks_from",
    "trucks_to",
    "share_covered",
)
ALL = "all"
SIDES = ("fast", "other")
_EXPOSURE = {"random_found": "random", "targeted_found": "targeted"}
_COUNTS = ("crossings", "random", "random_found", "targeted", "targeted_found", "unrecorded", "unstated")
_IN_CHART = {"random": "exams", "random_found": "found"}
_SIGNAL = ("signal", "port_code", "kind", "first", "last", "state", "is_open", "action", "owner")
_MEASURED = ("from", "to", "ratio", "change_of_ratio", "change_elsewhere", "verdict")


def masked(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without small cells.

    Args:
        document: of all ports and days, as `ports_document` gives it.
    """
    hidden = {name: hidden_cells(*_table(document, name)) for name in _COUNTS}
    made = copy.deepcopy(dict(document))
    for row in made["rows"]:
        if row["verdict"] is not None:
            _hide_port(row, hidden)
    made["all_ports"] = _hidden_port(made["all_ports"], hidden)
    made["signals"] = [{name: row[name] for name in _SIGNAL} for row in made["signals"]]
    made["actions"] = [_action(row) for row in made["actions"]]
    made["left_out"] = {
        name: count if not 0 < count < RULES.small_cell else MASKED for name, count in made["left_out"].items()
    }
    made["displacement"] = made["displacement"] and _displacement(made["displacement"])
    made["masked"] = {"below": RULES.small_cell, "cells": sum(len(cells) for cells in hidden.values())}
    return made


def export_rows(document: Mapping[str, Any]) -> Iterator[list[object]]:
    """Rows of COLUMNS: both kinds of lane of all ports and of each, over all quarters and by quarter."""
    nothing: dict[str, Any] = {"port_name": None, "border": None, "volume": {}}
    for row in [{"port_code": ALL} | nothing | document["all_ports"], *document["rows"]]:
        if row["verdict"] is None:
            yield _line(row, {"period": ALL} | _traffic(row))
            continue
        for side in SIDES:
            yield _line(row, {"period": ALL, "lane": side} | _figures(row, row[side]) | _traffic(row))
            for point in (row[side]["chart"] or {}).get("points", ()):
                yield _line(row, {"period": point["quarter"], "lane": side} | _point(point))


def _table(document: Mapping[str, Any], name: str) -> tuple[dict[Cell, int], list[Line]]:
    """Counts of one kind by port, lane and quarter, and the sums that a reader can make up."""
    values: dict[Cell, int] = {}
    lines: list[Line] = []
    for side in SIDES:
        everywhere = document["all_ports"] | {"port_code": ALL}
        rows = [row for row in document["rows"] if row["verdict"] is not None and _can_be(row[side], name)]
        if not rows:
            continue
        found = [_quarters(row, side, name) for row in rows]
        for row, quarters in zip([everywhere, *rows], [_quarters(everywhere, side, name), *found], strict=True):
            port = (row["port_code"], side)
            values |= {port: row[side][name]} | quarters
            lines += [Line(port, tuple(quarters))] if quarters else []
        lines.append(Line((ALL, side), tuple((row["port_code"], side) for row in rows)))
        for cell in _quarters(everywhere, side, name):
            parts = (part for quarters in found for part in quarters if part[2] == cell[2])
            lines.append(Line(cell, tuple(parts)))
    return values, lines


def _can_be(side: Mapping[str, Any], name: str) -> bool:
    """Whether the count could be anything but 0: something was there to be counted."""
    return bool(side[_EXPOSURE.get(name, name)])


def _quarters(row: Mapping[str, Any], side: str, name: str) -> dict[Cell, int]:
    if name not in _IN_CHART or row[side]["chart"] is None:
        return {}
    points = [point for point in row[side]["chart"]["points"] if point["exams"]]
    return {(row["port_code"], side, point["quarter"]): point[_IN_CHART[name]] for point in points}


def _hidden_port(found: dict[str, Any], hidden: Mapping[str, frozenset[Cell]]) -> dict[str, Any]:
    row = found | {"port_code": ALL}
    _hide_port(row, hidden)
    return {name: value for name, value in row.items() if name != "port_code"}


def _hide_port(row: dict[str, Any], hidden: Mapping[str, frozenset[Cell]]) -> None:
    """Figures of one port that are hidden, or that a hidden one could be worked out from, are not told."""
    gone = {side: {name for name in _COUNTS if (row["port_code"], side) in hidden[name]} for side in SIDES}
    for side in SIDES:
        _hide_side(row, side, gone[side], hidden)
    if any(gone[side] & {"random", "random_found"} for side in SIDES):
        for name in ("crude_ratio", "ratio", "smallest_ratio", "exams_needed"):
            row[name] = MASKED
    volume = row.get("volume")
    if volume and volume["shared_crossings"] is not None:
        is_small = volume["shared_crossings"] < RULES.small_cell
        if is_small or any("crossings" in gone[side] for side in SIDES):
            volume |= {"shared_crossings": MASKED, "share_covered": MASKED}


def _hide_side(row: dict[str, Any], side: str, gone: set[str], hidden: Mapping[str, frozenset[Cell]]) -> None:
    held = row[side]
    held |= dict.fromkeys(gone, MASKED)
    chart = held["chart"]
    if gone & {"random", "random_found"}:
        held |= dict.fromkeys(("random_rate", "shrunk_rate", "targeting", "missed"), MASKED)
        if chart:
            chart["centre"] = MASKED
    if gone & {"targeted", "targeted_found"}:
        held |= dict.fromkeys(("targeted_rate", "targeting"), MASKED)
    if gone & {"crossings", "targeted", "unrecorded"}:
        held["missed"] = MASKED
    for point in chart["points"] if chart else ():
        cell = (row["port_code"], side, point["quarter"])
        _hide_point(point, {name for name in _IN_CHART if cell in hidden[name]}, has_centre=chart["centre"] != MASKED)


def _hide_point(point: dict[str, Any], gone: set[str], *, has_centre: bool) -> None:
    point |= {_IN_CHART[name]: MASKED for name in gone}
    if gone:
        point |= {"rate": MASKED, "is_outside": None}
    if "random" in gone or not has_centre:
        point |= {"lower": MASKED, "upper": MASKED, "is_outside": None}


def _action(row: Mapping[str, Any]) -> dict[str, Any]:
    """An action with ratios in place of counts, and none where a count behind it is small."""
    told = {name: value for name, value in row.items() if name not in {"raised", "before", "after"}}
    small = any(_is_small(row[name]) for name in ("before", "after"))
    for name in ("before", "after"):
        held = row[name]
        told[name] = held and {key: held[key] for key in _MEASURED if key in held}
        if held and small:
            told[name] |= {key: MASKED for key in _MEASURED[2:5] if key in held}
    return told


def _displacement(held: Mapping[str, Any]) -> dict[str, Any]:
    """Years with a small count without what it could be worked out from; there are no sums over years."""
    few = RULES.small_cell
    made = dict(held) | {"years": [dict(year) for year in held["years"]]}
    for year in made["years"]:
        if year["of_members"] < few:
            year.update(dict.fromkeys(("of_members", "per_1000_driver_years", "low", "high", "share"), MASKED))
        if year["seizures"] < few:
            year.update(seizures=MASKED, share=MASKED)
    if held["members_seized"] < few:
        made |= {"members_seized": MASKED, "median_days_to_seizure": MASKED}
    return made


def _is_small(found: Mapping[str, Any] | None) -> bool:
    if found is None:
        return False
    return any(not found[side] or found[side]["found"] < RULES.small_cell for side in SIDES)


def _line(row: Mapping[str, Any], figures: Mapping[str, object]) -> list[object]:
    held = {name: row[name] for name in ("port_code", "port_name", "border")} | dict(figures)
    return [held.get(name) for name in COLUMNS]


def _figures(row: Mapping[str, Any], side: Mapping[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {"crossings": side["crossings"], "verdict": row["verdict"]}
    for exam in ("random", "targeted"):
        found |= {f"{exam}_exams": side[exam], f"{exam}_found": side[f"{exam}_found"]}
        found |= _parts(
            side[f"{exam}_rate"], {"per_1000": f"{exam}_per_1000", "low": f"{exam}_low", "high": f"{exam}_high"}
        )
    shrunk = {"per_1000": "shrunk_per_1000", "low": "shrunk_low", "high": "shrunk_high"}
    return (
        found
        | _parts(side["shrunk_rate"], shrunk)
        | _parts(row["ratio"], {"value": "ratio", "low": "ratio_low", "high": "ratio_high"})
    )


def _parts(held: Mapping[str, Any] | str | None, names: Mapping[str, str]) -> dict[str, object]:
    if held is None:
        return {}
    if isinstance(held, str):
        return dict.fromkeys(names.values(), held)
    return {column: round(held[name], 3) for name, column in names.items()}


def _point(point: Mapping[str, Any]) -> dict[str, object]:
    rounded = {
        name: round(value, 3) if isinstance(value := point[name], float) else value
        for name in ("rate", "lower", "upper")
    }
    return {
        "random_exams": point["exams"],
        "random_found": point["found"],
        "random_per_1000": rounded["rate"],
        "limit_low": rounded["lower"],
        "limit_high": rounded["upper"],
    }


def _traffic(row: Mapping[str, Any]) -> dict[str, object]:
    volume = row["volume"]
    share = volume.get("share_covered")
    return {
        "trucks_12_months": volume.get("trucks"),
        "trucks_from": volume.get("trucks_from"),
        "trucks_to": volume.get("trucks_to"),
        "share_covered": round(share, 5) if isinstance(share, float) else share,
    }
