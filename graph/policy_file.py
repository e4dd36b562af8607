"""A risk policy out of its file: every number with its source, nothing missing, nothing left over."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from graph.policy import (
    TIE_KINDS,
    ContextRules,
    Limits,
    Offence,
    RiskPolicy,
    Scoring,
    SeverityClass,
    StatusRole,
    TieRule,
    fold,
)
from linkage.errors import ModelError


def load_policy(path: Path | None = None) -> RiskPolicy:
    """The policy of a file, the shipped one by default.

    Raises:
        ModelError: the file cannot be read, lacks a number or its source, has one too many, or one out of range.
    """
    return _of_file(path) if path else _shipped()


@cache
def _shipped() -> RiskPolicy:
    """Read once: the shipped file stays as it is while a process runs."""
    return _of_file(None)


def _of_file(path: Path | None) -> RiskPolicy:
    shipped = resources.files("graph")
    try:
        text = path.read_bytes() if path else (shipped / "risk_policy.toml").read_bytes()
        document = tomllib.loads(text.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"risk policy {path}: {error}") from error
    table = (shipped / "data" / "violations.csv").read_bytes()
    digest = hashlib.sha256(text + b"\0" + table).hexdigest()
    reader = _Reader(document, {})
    ties = {
        kind: TieRule(*reader.numbers(f"tie.{kind}", strength=(0, 0.99), full_degree=(1, 1e6))) for kind in TIE_KINDS
    }
    classes = _classes(reader)
    policy = RiskPolicy(
        version=reader.text("version"),
        digest=digest,
        ties=ties,
        limits=_limits(reader),
        classes=classes,
        codes=_codes(table.decode(), classes),
        types=_types(reader, classes),
        statuses=_statuses(reader),
        scoring=_scoring(reader),
        context=_context(reader),
        sources=reader.sources,
    )
    reader.finish()
    return policy


class _Reader:
    """Takes values out of a parsed policy, so that what is left over can be refused."""

    def __init__(self, document: dict[str, Any], sources: dict[str, str]) -> None:
        self.document = document
        self.sources = sources

    def take(self, name: str) -> Any:
        *path, last = name.split(".")
        table = self.document
        for part in path:
            table = table.get(part, {})
        if not isinstance(table, dict) or last not in table:
            raise ModelError(f"risk policy: {name} is missing")
        return table.pop(last)

    def text(self, name: str) -> str:
        return str(self.take(name))

    def sourced(self, name: str) -> Any:
        entry = self.take(name)
        if not isinstance(entry, dict) or set(entry) != {"value", "source"} or not str(entry["source"]).strip():
            raise ModelError(f"risk policy: {name} needs a value and a source and nothing else")
        self.sources[name] = str(entry["source"])
        return entry["value"]

    def number(self, name: str, low: float, high: float) -> float:
        value = self.sourced(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ModelError(f"risk policy: {name} must be a number from {low} to {high}")
        return float(value)

    def words(self, name: str) -> frozenset[str]:
        values = self.sourced(name)
        if not isinstance(values, list) or not values or not all(isinstance(v, str) and fold(v) == v for v in values):
            raise ModelError(f"risk policy: {name} must be a list of words in upper case")
        return frozenset(values)

    def numbers(self, table: str, **ranges: tuple[float, float]) -> tuple[float, ...]:
        return tuple(self.number(f"{table}.{name}", low, high) for name, (low, high) in ranges.items())

    def finish(self) -> None:
        left = sorted(_leaves(self.document))
        if left:
            raise ModelError(f"risk policy: unknown entry {left[0]}")


def _leaves(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, value in table.items():
        if isinstance(value, dict) and set(value) != {"value", "source"}:
            names += _leaves(value, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names


def _limits(reader: _Reader) -> Limits:
    values = {
        "hub_degree": int(reader.number("limits.hub_degree", 2, 1e6)),
        "association": reader.number("limits.association", 0, 0.99),
        "strength": reader.number("limits.strength", 0, 0.99),
        "window_years": reader.number("limits.window_years", 0, 100),
        "gap_half_life_years": reader.number("limits.gap_half_life_years", 0.01, 100),
        "distance_half_life_years": reader.number("limits.distance_half_life_years", 0.01, 100),
        "succession_step": reader.number("limits.succession_step", 0, 1),
        "succession_steps": int(reader.number("limits.succession_steps", 0, 10)),
        "review_threshold": reader.number("limits.review_threshold", 0, 1),
    }
    return Limits(**values)  # type: ignore[arg-type]  # two of them are whole numbers


def _classes(reader: _Reader) -> dict[str, SeverityClass]:
    names = sorted(reader.document.get("class", {}))
    ranges = {"severity": (0.0, 0.99), "half_life_years": (0.01, 100.0), "lookback_years": (0.0, 100.0)}
    return {name: SeverityClass(*reader.numbers(f"class.{name}", **ranges)) for name in names}


def _named(classes: Mapping[str, SeverityClass], name: str) -> SeverityClass:
    if name not in classes:
        raise ModelError(f"risk policy: there is no class {name}")
    return classes[name]


def _codes(table: str, classes: Mapping[str, SeverityClass]) -> dict[str, Offence]:
    codes = {}
    for row in csv.DictReader(table.splitlines()):
        unstated = _named(classes, row["class"]).lookback_years
        years = {"life": None, "in_force": None, "none_stated": unstated}
        lookback = years[row["lookback"]] if row["lookback"] in years else float(row["lookback"])
        codes[row["code"]] = Offence(row["category"], row["class"], lookback, row["lookback"] == "in_force")
    return codes


def _types(reader: _Reader, classes: Mapping[str, SeverityClass]) -> dict[str, tuple[tuple[float, Offence], ...]]:
    types: dict[str, list[tuple[float, Offence]]] = {}
    for row in reader.take("event_type"):
        if set(row) != {"name", "class", "from_severity", "source"}:
            raise ModelError("risk policy: an event_type needs name, class, from_severity and source and nothing else")
        name = fold(row["name"])
        reader.sources[f"event_type.{name}.{row['from_severity']}"] = str(row["source"])
        offence = Offence(name, row["class"], _named(classes, row["class"]).lookback_years)
        types.setdefault(name, []).append((float(row["from_severity"]), offence))
    return {name: tuple(sorted(rows, key=lambda row: -row[0])) for name, rows in types.items()}


def _statuses(reader: _Reader) -> dict[str, StatusRole]:
    statuses = {}
    for name in sorted(reader.document.get("status", {})):
        role = reader.sourced(f"status.{name}")
        if role not in set(StatusRole):
            raise ModelError(f"risk policy: status.{name} must be one of {', '.join(StatusRole)}")
        statuses[name] = StatusRole(role)
    return statuses


def _scoring(reader: _Reader) -> Scoring:
    weights = reader.numbers("score", own_weight=(0, 10), linked_weight=(0, 10), linked_cap=(0, 100))
    scoring = Scoring(*weights, *reader.numbers("bands", look=(0, 100), look_first=(0, 100)))
    if not scoring.look <= scoring.look_first or scoring.linked_cap >= scoring.look_first:
        raise ModelError("risk policy: needs look <= look_first and score.linked_cap below look_first")
    return scoring


def _context(reader: _Reader) -> ContextRules:
    counts = {"family_facts": (1, 5), "declared_shown": (0, 1000), "carriers_shown": (0, 1000)}
    counts |= {"carrier_peers": (2, 1000), "second_people": (0, 1000), "second_things": (0, 1000)}
    counts |= {"second_shown": (0, 1000)}
    numbers = {name: int(reader.number(f"context.{name}", *span)) for name, span in counts.items()}
    return ContextRules(
        family_words=reader.words("context.family_words"),
        carrier_window_years=reader.number("context.carrier_window_years", 0.5, 100),
        carrier_interval=reader.number("context.carrier_interval", 0.5, 0.999),
        **numbers,
    )
