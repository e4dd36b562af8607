"""What brings a driver before a reviewer and how soon: the numbers and lists of `screening_policy.toml`, frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path

from graph.sourced import read_policy, understood


@dataclass(frozen=True, slots=True)
class Priorities:
    """Where in the queue a matter comes, 0-100.

    Args:
        mandatory: an own event with that consequence, and `discretionary` likewise.
        smuggling: added for an event of that class, and `serious` likewise.
        licence_withdrawn: at least, where a licence no longer holds; `cleared` where only cleared reviewers may see it.
        linked_band: before the linked figure is added.
        possible: share in [0, 1] of what an event would be if it were theirs.
        requested: a review that a person started.
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
    requested: float


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


@understood("screening policy")
def load_screening_policy(path: Path | None = None) -> ScreeningPolicy:
    """The policy of a file, the shipped one by default.

    Raises:
        ModelError: the file cannot be read, lacks a value or its source, has one too many, or one out of range.
    """
    shipped = resources.files("eligibility") / "screening_policy.toml"
    reader, text = read_policy("screening policy", path, shipped)
    policy = ScreeningPolicy(
        name=f"{reader.text('version')}+{hashlib.sha256(text).hexdigest()[:8]}",
        licence_codes=frozenset(reader.words("licence.codes")),
        licence_types=frozenset(reader.words("licence.types")),
        linked_least=reader.number("linked.least_points", 0, 10),
        linked_rise=reader.number("linked.rise", 1, 100),
        possible_level=reader.number("possible.level", 0.01, 0.99),
        priorities=Priorities(**{f.name: reader.number(f"priority.{f.name}", 0, 100) for f in fields(Priorities)}),
        sources=reader.sources,
    )
    reader.finish()
    return policy
