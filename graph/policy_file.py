"""A risk policy out of its file: every number with its source, nothing missing, nothing left over."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

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
from graph.sourced import SourcedReader, read_policy, understood
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


@understood("risk policy")
def _of_file(path: Path | None) -> RiskPolicy:
    shipped = resources.files("graph")
    reader, text = read_policy("risk policy", path, shipped / "risk_policy.toml")
    table = (shipped / "data" / "violations.csv").read_bytes()
    digest = hashlib.sha256(text + b"\0" + table).hexdigest()
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


def _limits(reader: SourcedReader) -> Limits:
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


def _classes(reader: SourcedReader) -> dict[str, SeverityClass]:
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


def _types(reader: SourcedReader, classes: Mapping[str, SeverityClass]) -> dict[str, tuple[tuple[float, Offence], ...]]:
    types: dict[str, list[tuple[float, Offence]]] = {}
    for row in reader.take("event_type"):
        if set(row) != {"name", "class", "from_severity", "source"}:
            raise ModelError("risk policy: an event_type needs name, class, from_severity and source and nothing else")
        name = fold(row["name"])
        reader.sources[f"event_type.{name}.{row['from_severity']}"] = str(row["source"])
        offence = Offence(name, row["class"], _named(classes, row["class"]).lookback_years)
        types.setdefault(name, []).append((float(row["from_severity"]), offence))
    return {name: tuple(sorted(rows, key=lambda row: -row[0])) for name, rows in types.items()}


def _statuses(reader: SourcedReader) -> dict[str, StatusRole]:
    statuses = {}
    for name in sorted(reader.document.get("status", {})):
        role = reader.sourced(f"status.{name}")
        if role not in set(StatusRole):
            raise ModelError(f"risk policy: status.{name} must be one of {', '.join(StatusRole)}")
        statuses[name] = StatusRole(role)
    return statuses


def _scoring(reader: SourcedReader) -> Scoring:
    weights = reader.numbers("score", own_weight=(0, 10), linked_weight=(0, 10), linked_cap=(0, 100))
    scoring = Scoring(*weights, *reader.numbers("bands", look=(0, 100), look_first=(0, 100)))
    if not scoring.look <= scoring.look_first or scoring.linked_cap >= scoring.look_first:
        raise ModelError("risk policy: needs look <= look_first and score.linked_cap below look_first")
    return scoring


def _context(reader: SourcedReader) -> ContextRules:
    counts = {"family_facts": (1, 5), "declared_shown": (0, 1000), "carriers_shown": (0, 1000)}
    counts |= {"carrier_peers": (2, 1000), "second_people": (0, 1000), "second_things": (0, 1000)}
    counts |= {"second_shown": (0, 1000)}
    numbers = {name: int(reader.number(f"context.{name}", *span)) for name, span in counts.items()}
    return ContextRules(
        family_words=_upper(reader, "context.family_words"),
        carrier_window_years=reader.number("context.carrier_window_years", 0.5, 100),
        carrier_interval=reader.number("context.carrier_interval", 0.5, 0.999),
        **numbers,
    )


def _upper(reader: SourcedReader, name: str) -> frozenset[str]:
    words = reader.words(name)
    if not words or any(fold(word) != word for word in words):
        raise reader.wrong(f"{name} must be a list of words in upper case")
    return frozenset(words)
