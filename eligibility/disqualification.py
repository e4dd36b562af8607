"""Convictions under 49 CFR 383.51 counted to the period that the rule sets for the first, second and third of a group.

The licensing state disqualifies, not this programme: the count is context for the reviewer and carries no outcome.
Convictions count, from separate incidents. Whether an offence in a private vehicle led to the loss of a licence, and
whether hazardous materials were carried in a major one, no record here says: both stand in the words of the period.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from eligibility.trace import Evidence, Factor
from graph.policy import DAYS_A_YEAR

CONVICTION = "conviction"
_READ = "49 CFR 383.51 as violations.md has it"
_RECALLED = f"{_READ}, from recall: check before quoting"


class Group(StrEnum):
    """Offences that are counted together."""

    MAJOR = "major"
    MAJOR_FELONY = "major, drug or trafficking felony"
    SERIOUS = "serious traffic"
    RAILROAD = "railroad crossing"
    OUT_OF_SERVICE = "out-of-service order"


@dataclass(frozen=True, slots=True)
class Rule:
    """What the rule sets for a group.

    Args:
        codes: beginnings of the codes of the violations table.
        window_years: separate incidents within so many years count together; None = at any time.
        periods: for the first, second, and third or later.
    """

    group: Group
    codes: tuple[str, ...]
    window_years: int | None
    periods: tuple[str, str, str]
    source: str


_LIFE = "life, reinstatement possible after 10 years"
_NEVER = "life, never reinstated"
_FELONIES = ("US-383-MAJ-09", "US-383-MAJ-10")
RULES = (
    Rule(Group.MAJOR_FELONY, _FELONIES, None, (_NEVER, _NEVER, _NEVER), f"{_READ}, Table 1 items 9 and 10"),
    Rule(
        Group.MAJOR,
        ("US-383-MAJ-",),
        None,
        ("1 year, 3 years with hazardous materials", _LIFE, "life, no reinstatement for who was reinstated before"),
        f"{_READ}, Table 1 items 1-8",
    ),
    Rule(
        Group.SERIOUS,
        ("US-383-SER-",),
        3,
        ("none", "60 days", "120 days"),
        f"{_RECALLED}; Table 2, in a private vehicle only where it led to the loss of a licence",
    ),
    Rule(Group.RAILROAD, ("US-383-RR-",), 3, ("60 days", "120 days", "1 year"), f"{_READ}, Table 3"),
    Rule(
        Group.OUT_OF_SERVICE,
        ("US-383-OOS-",),
        10,
        (
            "180 days to 1 year; 180 days to 2 years with hazardous materials or 16 passengers",
            "2 to 5 years; 3 to 5 with hazardous materials or 16 passengers",
            "3 to 5 years",
        ),
        f"{_RECALLED}; Table 4",
    ),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Convictions of one group, up to the newest.

    Args:
        offences: separate incidents within the window that ends with the newest.
        period: that the rule sets for so many.
        incidents: those incidents, as factors name them, oldest first, with their `days`.
        undated: incidents of the group without a day, which are in no window.
        earlier: dated incidents of the group before the window.
        confidence: lowest probability that one of the incidents counted is the driver's.
    """

    group: Group
    offences: int
    period: str
    incidents: tuple[str, ...]
    days: tuple[str, ...]
    undated: int
    earlier: int
    confidence: float | None
    window_years: int | None
    source: str

    def document(self) -> dict[str, Any]:
        """The count as JSON values."""
        told = asdict(self)
        return told | {"incidents": list(self.incidents), "days": list(self.days)}


def disqualifications(factors: Iterable[Factor]) -> list[Counted]:
    """Every group with a conviction that stands, in the order of RULES.

    Args:
        factors: of the driver's own; one incident is one offence, whatever it was convicted of.
    """
    held = list(factors)
    return [_counted(rule, found) for rule in RULES if (found := list(_convictions(rule, held)))]


def _convictions(rule: Rule, factors: Sequence[Factor]) -> Iterator[tuple[date | None, str, float]]:
    """Day, incident and confidence of each incident with a conviction of the group."""
    for factor in factors:
        standing = [item for item in factor.evidence if _is_of(rule, item)]
        if standing:
            days = [date.fromisoformat(item.event_date) for item in standing if item.event_date]
            yield min(days, default=None), factor.factor, max(item.confidence for item in standing)


def _is_of(rule: Rule, item: Evidence) -> bool:
    """Whether it is a conviction of the group that nothing took back, however long ago."""
    stands = item.standing in ("in_scope", "expired") and item.status == CONVICTION
    is_felony = item.code in _FELONIES
    return stands and item.code.startswith(rule.codes) and (is_felony == (rule.group is Group.MAJOR_FELONY))


def _counted(rule: Rule, found: Sequence[tuple[date | None, str, float]]) -> Counted:
    dated = sorted((day, name, sure) for day, name, sure in found if day is not None)
    limit = float("inf") if rule.window_years is None else rule.window_years * DAYS_A_YEAR
    within = [one for one in dated if (dated[-1][0] - one[0]).days <= limit]
    return Counted(
        group=rule.group,
        offences=len(within),
        period=rule.periods[min(len(within), 3) - 1] if within else "no day is known, so none can be told",
        incidents=tuple(name for _, name, _ in within),
        days=tuple(day.isoformat() for day, _, _ in within),
        undated=len(found) - len(dated),
        earlier=len(dated) - len(within),
        confidence=min((sure for _, _, sure in within), default=None),
        window_years=rule.window_years,
        source=rule.source,
    )
