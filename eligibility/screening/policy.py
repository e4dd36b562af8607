"""What brings a driver before a reviewer and how soon: the numbers and lists of `screening_policy.toml`, frozen."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

from linkage.errors import ModelError


@dataclass(frozen=True, slots=True)
class Priorities:
    """Where in the queue a matter comes, 0-100.

    Args:
        mandatory: an own event with that consequence, and `discretionary` likewise.
        smuggling: added for an event of that class, and `serious` likewise.
        licence_withdrawn: at least, where a licence no longer holds; `cleared` where only cleared reviewers may see it.
        linked_band: before the linked figure is added.
        possible: share in [0, 1] of what an event would be if it were theirs.
    """

    mandatory: float
    discretionary: float
    unmapped: float
    smuggling: float
    serious: float
    licence_withdrawn: float
    cleared: float
    linked_band: float
    possible: float
    merged: float
    split: float
    enrolled_twice: float
    enrolment_expired: float
    coverage_expired: float


@dataclass(frozen=True, slots=True)
class ScreeningPolicy:
    """Everything that decides what screening opens, besides grounds, coverage and risk.

    Args:
        name: version and start of the file's digest.
        licence_codes: codes that mean that a licence does not hold; `licence_types` are event types, folded.
        linked_least: points below which a linked incident is never new.
        linked_rise: an incident shown before is new at more than so many times its points.
        possible_level: level of what may be theirs, as a share of what is.
        priorities: order of the queue.
        sources: where each value comes from, by dotted name.
    """

    name: str
    licence_codes: frozenset[str]
    licence_types: frozenset[str]
    linked_least: float
    linked_rise: float
    possible_level: float
    priorities: Priorities
    sources: Mapping[str, str]


def load_screening_policy(path: Path | None = None) -> ScreeningPolicy:
    """The policy of a file, the shipped one by default.

    Raises:
        ModelError: the file cannot be read, lacks a value or its source, has one too many, or one out of range.
    """
    shipped = resources.files("eligibility") / "screening_policy.toml"
    try:
        text = path.read_text("utf-8") if path else shipped.read_text("utf-8")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"screening policy {path}: {error}") from error
    reader = _Reader(document, {})
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    policy = ScreeningPolicy(
        name=f"{document.pop('version', '')}+{digest}",
        licence_codes=reader.words("licence.codes"),
        licence_types=reader.words("licence.types"),
        linked_least=reader.number("linked.least_points", 0, 10),
        linked_rise=reader.number("linked.rise", 1, 100),
        possible_level=reader.number("possible.level", 0.01, 0.99),
        priorities=Priorities(**{f.name: reader.number(f"priority.{f.name}", 0, 100) for f in fields(Priorities)}),
        sources=reader.sources,
    )
    reader.finish()
    return policy


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes sourced values out of a parsed policy, so that what is left over can be refused."""

    document: dict[str, Any]
    sources: dict[str, str]

    def take(self, name: str) -> Any:
        table, _, last = name.partition(".")
        entry = self.document.get(table, {}).pop(last, None)
        if not isinstance(entry, dict) or set(entry) != {"value", "source"} or not str(entry["source"]).strip():
            raise ModelError(f"screening policy: {name} needs a value and a source and nothing else")
        self.sources[name] = str(entry["source"])
        return entry["value"]

    def number(self, name: str, low: float, high: float) -> float:
        value = self.take(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ModelError(f"screening policy: {name} must be a number from {low} to {high}")
        return float(value)

    def words(self, name: str) -> frozenset[str]:
        value = self.take(name)
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            raise ModelError(f"screening policy: {name} must be a list of words")
        return frozenset(value)

    def finish(self) -> None:
        left = [f"{table}.{name}" for table, entries in self.document.items() for name in (entries or ())]
        if left or any(not isinstance(entries, dict) for entries in self.document.values()):
            raise ModelError(f"screening policy: unknown entry {sorted(left or self.document)[0]}")
