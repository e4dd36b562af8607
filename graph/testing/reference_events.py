"""What events weigh, the slow way: one case file at a time, by the rules as the policy file states them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from graph.policy import DAYS_A_YEAR, Offence, RiskPolicy, StatusRole

ORDER_OF_A_DAY = ("counts", "in_force", "replaces", "clears", "keeps_age", "lifts")
"""What is recorded of one day comes in this order: first what is alleged, then what became of it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One event of one person, as recorded.

    Args:
        day: when it happened; when it came to be known where no day is given.
    """

    person: str
    event: str
    incident: str
    record: str
    confidence: float
    day: dt.date
    known_on: dt.date | None
    code: str | None
    event_type: str | None
    severity: float | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """An event that counts.

    Args:
        weight: severity x decay.
        days: at which ties to it are measured.
    """

    said: Said
    weight: float
    days: tuple[dt.date, ...]


@dataclass
class _Entry:
    """A line of a case file that knows the lines before it, and is told which later ones end it."""

    said: Said
    policy: RiskPolicy
    before: list[_Entry] = field(default_factory=list)
    ended_by: list[_Entry] = field(default_factory=list)

    @cached_property
    def role(self) -> StatusRole:
        status = (self.said.status or "").strip().lower()
        return self.policy.statuses.get(status, StatusRole.COUNTS)

    @cached_property
    def label(self) -> str:
        """What makes two lines ones of the same offence."""
        return self.said.code or _folded(self.said.event_type)

    @cached_property
    def stated(self) -> Offence | None:
        """What the policy makes of the code, or of the type and severity where the code is none of the table's."""
        if self.said.code in self.policy.codes:
            return self.policy.codes[self.said.code or ""]
        rows = self.policy.types.get(_folded(self.said.event_type), ())
        reached = [(least, offence) for least, offence in rows if least <= (self.said.severity or 0.0)]
        return max(reached, key=lambda row: row[0])[1] if reached else None

    @cached_property
    def is_in_force(self) -> bool:
        by_table = self.stated is not None and self.stated.in_force and self.role is StatusRole.COUNTS
        return by_table or self.role is StatusRole.IN_FORCE

    @cached_property
    def ends(self) -> list[_Entry]:
        """Lifting ends what is in force, any other disposition what is not: the same offence's, else all of it."""
        if self.role in (StatusRole.COUNTS, StatusRole.IN_FORCE):
            return []
        open_to_it = [line for line in self.before if line.is_in_force == (self.role is StatusRole.LIFTS)]
        return [line for line in open_to_it if line.label == self.label] or open_to_it

    @cached_property
    def replaced(self) -> list[_Entry]:
        return self.ends if self.role in (StatusRole.REPLACES, StatusRole.KEEPS_AGE) else []

    @cached_property
    def offence(self) -> Offence | None:
        """A disposition that names no offence is one of the latest that it replaces."""
        known = [line.offence for line in self.replaced if line.offence is not None]
        return self.stated or (known[-1] if known else None)

    @cached_property
    def since(self) -> dt.date:
        if self.role is StatusRole.KEEPS_AGE and self.replaced:
            return min(line.since for line in self.replaced)
        return self.said.day

    @cached_property
    def days(self) -> set[dt.date]:
        return {self.said.day}.union(*(line.days for line in self.replaced))

    def weight(self, as_of: dt.date) -> float:
        """Severity x decay; 0 where it does not stand, says nothing, or lies past its look-back."""
        stands = self.role not in (StatusRole.CLEARS, StatusRole.LIFTS) and not self.ended_by
        if not stands or self.offence is None:
            return 0.0
        rule = self.policy.classes[self.offence.class_name]
        if self.is_in_force:
            return rule.severity
        age = max(0, (as_of - self.since).days)
        years = self.offence.lookback_years
        if years is not None and age > years * DAYS_A_YEAR:
            return 0.0
        return float(rule.severity * 2.0 ** (-age / (rule.half_life_years * DAYS_A_YEAR)))


def weigh(events: Iterable[Said], policy: RiskPolicy, as_of: dt.date) -> list[Weighed]:
    """The events of one person in one incident that count."""
    lines = [_Entry(said, policy) for said in events]
    lines.sort(key=lambda line: (line.said.day, ORDER_OF_A_DAY.index(line.role), _learned(line.said), line.said.event))
    for place, line in enumerate(lines):
        line.before = lines[:place]
        for ended in line.ends:
            ended.ended_by.append(line)
    counting = [(line, line.weight(as_of)) for line in lines]
    return [Weighed(line.said, weight, tuple(sorted(line.days))) for line, weight in counting if weight > 0]


def _learned(said: Said) -> dt.date:
    return said.known_on or said.day


def _folded(event_type: str | None) -> str:
    return "_".join(re.findall("[0-9A-Z]+", (event_type or "").upper()))
