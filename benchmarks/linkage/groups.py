"""Precision and recall by group of records: is the engine as good for every kind of name and pair of countries?"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import mean
from typing import Any

from benchmarks.linkage.engines import ENGINES

_TITLES = {"group": "Naming group (of either record)", "country": "Countries of the two records"}
LEAST_PAIRS = 500
UNKNOWN = "?"
"""Records that name no country; not a group to be compared with others."""


def group_tables(records: Iterable[dict[str, Any]]) -> list[str]:
    """One table a grouping, engines side by side; groups of fewer than LEAST_PAIRS true pairs are left out."""
    done = [record for record in records if record["status"] == "done" and not record["is_sweep"]]
    lines: list[str] = []
    for grouping, title in _TITLES.items():
        found = [record for record in done if grouping in record["score"]["groups"]]
        if found:
            lines += _table(title, grouping, found)
    return lines


def _table(title: str, grouping: str, records: list[dict[str, Any]]) -> list[str]:
    names = [name for name in ENGINES if any(record["engine"] == name for record in records)]
    labels = sorted({label for record in records for label in record["score"]["groups"][grouping]})
    lines = [f"| {title} | true pairs | {' | '.join(f'{name} P / R' for name in names)} |"]
    lines.append("|---" * (len(names) + 2) + "|")
    kept: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for label in labels:
        parts = {name: _parts(records, name, grouping, label) for name in names}
        pairs = mean(part["true_pairs"] for found in parts.values() for part in found)
        if pairs >= LEAST_PAIRS:
            sides = {
                name: (mean(part["precision"] for part in found), mean(part["recall"] for part in found))
                for name, found in parts.items()
            }
            if UNKNOWN not in label:
                for name, side in sides.items():
                    kept[name].append(side)
            cells = (f"{precision:.3f} / {recall:.3f}" for precision, recall in sides.values())
            lines.append(f"| {label} | {pairs:,.0f} | {' | '.join(cells)} |")
    apart = (" / ".join(f"{max(side) - min(side):.3f}" for side in zip(*kept[name], strict=True)) for name in names)
    lines.append(f"| *furthest apart* | | {' | '.join(apart)} |")
    return [*lines, ""]


def _parts(records: list[dict[str, Any]], engine: str, grouping: str, label: str) -> list[dict[str, float]]:
    found = [record["score"]["groups"][grouping] for record in records if record["engine"] == engine]
    return [groups[label] for groups in found if label in groups]
