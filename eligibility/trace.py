"""The trace of a review: every factor of the policy that concerns a driver, its evidence, and whether it is resolved.

One incident is one factor, shown with all its records and judged by the weightiest that still stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from eligibility.matters import Trigger
from eligibility.policy import Consequence


class FactorKind(StrEnum):
    """What a factor rests on."""

    OWN = "own"  # records of the driver's own
    MATTER = "matter"  # what the review is about, where that is no incident of the driver's own
    DOUBT = "doubt"  # who the driver is: records that may be theirs, came to them, or went
    SCORE = "score"  # a figure, which orders attention and alone carries no outcome
    REQUEST = "request"  # that a person asked for the review, which carries no outcome either
    CONTEXT = "context"  # shown beside, never to be resolved


class Finding(StrEnum):
    """What a reviewer finds of a factor."""

    CONFIRMED = "confirmed"  # it is theirs and it stands
    MITIGATED = "mitigated"  # it stands and is outweighed
    NOT_THEIRS = "not_theirs"
    UNFOUNDED = "unfounded"
    NOTED = "noted"  # looked at, and carries nothing by itself


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record that a factor rests on.

    Args:
        standing: in_scope, expired, context, or what a later record made of it: replaced, cleared, lifted.
        quality: grade that the source gives it.
        confidence: probability that the record is the driver's.
    """

    event: str
    source: str
    record: str
    code: str
    description: str
    consequence: Consequence
    lookback: str
    authority: str | None
    policy_source: str
    points: float | None
    event_date: str | None
    known_on: str | None
    status: str | None
    quality: str | None
    confidence: float
    standing: str
    level: float
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that a reviewer weighs.

    Args:
        factor: what findings name it by.
        says: what it is, in a sentence or as the policy describes it.
        consequence: of the weightiest evidence that stands.
        points: of a published standard, of the same; points of different standards do not add up.
        level: how much it weighs as something shown.
        items: what it holds, each with its level: a finding that was made on less does not resolve it.
        must_resolve: a review cannot be closed before it is resolved.
        reason_codes: that it supports when it is confirmed.
        evidence: weightiest first.
        finding: the finding that resolves it, None while it is open.
    """

    factor: str
    kind: FactorKind
    says: str
    consequence: Consequence
    points: float | None
    level: float
    must_resolve: bool
    reason_codes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    items: tuple[tuple[str, float], ...] = ()
    finding: Mapping[str, Any] | None = None

    def document(self) -> dict[str, Any]:
        """The factor as JSON values."""
        told = asdict(self) | {"is_resolved": self.is_resolved}
        del told["items"]
        return told

    @property
    def is_resolved(self) -> bool:
        """Whether it stands in nobody's way."""
        return not self.must_resolve or self.finding is not None


_KINDS = {
    Trigger.LINKED_BAND: FactorKind.SCORE,
    Trigger.POSSIBLE: FactorKind.DOUBT,
    Trigger.MERGED: FactorKind.DOUBT,
    Trigger.SPLIT: FactorKind.DOUBT,
    Trigger.REQUESTED: FactorKind.REQUEST,
}
"""Kinds of factor that triggers make; the others make a matter."""


def matter_factor(key: str, trigger: Trigger, reason: str, items: Iterable[tuple[str, float]]) -> Factor:
    """What a review is about, where it is no incident of the driver's own.

    Args:
        items: what brought it up, each with its level.
    """
    kind = _KINDS.get(trigger, FactorKind.MATTER)
    held = tuple(items)
    level = float(sum(level for _, level in held))
    return Factor(key, kind, reason, Consequence.NONE, None, level, must_resolve=True, items=held)


def context_factor(factor: str, says: str, points: float | None = None) -> Factor:
    """Something shown beside the factors that nobody has to resolve."""
    return Factor(factor, FactorKind.CONTEXT, says, Consequence.NONE, points, 0.0, must_resolve=False)


def items_shown(factors: Iterable[Factor]) -> list[tuple[str, float]]:
    """What a reviewer who has the factors before them has seen: each incident, and each ground that it names there."""
    shown: dict[str, float] = {}
    for factor in factors:
        if factor.kind is not FactorKind.OWN or not factor.must_resolve:
            continue
        shown |= dict(factor.items)
    return sorted(shown.items())


def with_findings(factors: Iterable[Factor], findings: Iterable[Mapping[str, Any]]) -> list[Factor]:
    """The factors with the newest finding that was made on all that they hold now.

    Args:
        findings: oldest first, with `factor`, `level`, and `items` (what it was made on, or None).
    """
    newest = list(findings)[::-1]
    return [replace(factor, finding=_resolving(factor, newest)) for factor in factors]


def _resolving(factor: Factor, newest: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    found = next((one for one in newest if one["factor"] == factor.factor and _covers(one, factor)), None)
    return None if found is None else {name: value for name, value in found.items() if name != "items"}


def _covers(finding: Mapping[str, Any], factor: Factor) -> bool:
    """Whether a finding was made on as much; without items only its level can be told."""
    if not finding["items"] or not factor.items:
        return bool(finding["level"] >= factor.level)
    made_on = dict(finding["items"])
    return all(level <= made_on.get(item, -1.0) for item, level in factor.items)
