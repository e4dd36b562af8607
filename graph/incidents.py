"""What each recorded event says on a given day: mapped, aged, and with later dispositions taken in.

One incident may yield an arrest, a charge, a citation and a conviction. A disposition ends what was recorded earlier of
the same offence (or, where none is, of the whole incident); what still stands is scored once, by its most serious.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from graph.days import day_number
from graph.policy import DAYS_A_YEAR, UNMAPPED, Offence, RiskPolicy, StatusRole, fold

EVENT_ROW: dict[str, Any] = {
    "person": pl.UInt32,
    "event": pl.String,
    "incident": pl.String,
    "record": pl.UInt32,
    "confidence": pl.Float64,
    "day": pl.Int32,  # days since 1970; the day it became known where no date is given
    "is_dated": pl.Boolean,
    "code": pl.String,
    "event_type": pl.String,
    "severity": pl.Float64,
    "status": pl.String,
    "known_on": pl.Int32,
}
"""Events with the person they are of, as known on the day asked about."""

_STATUS_ORDER = (
    StatusRole.COUNTS,
    StatusRole.IN_FORCE,
    StatusRole.REPLACES,
    StatusRole.CLEARS,
    StatusRole.KEEPS_AGE,
    StatusRole.LIFTS,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Events with what they weigh, in a fixed order.

    Args:
        events: EVENT_ROW plus `standing` (counts, replaced, cleared, lifted, expired, context, unmapped), `class`
            and `category` (null when unmapped), `s`, `half_life_years`, `age_days`, `decay` and `weight` = s x decay
            (0 unless it counts); ordered by person, incident, event.
        moments: person, event, day: the days at which ties to a counting event are measured: its own, and those of the
            records it replaced.
    """

    events: pl.DataFrame
    moments: pl.DataFrame


@dataclass(slots=True)
class _Line:
    """One event of a case file while dispositions are taken in."""

    event: str
    day: int
    role: StatusRole
    offence: Offence | None
    label: str
    standing: str = "counts"
    since: int = 0
    days: tuple[int, ...] = ()


def judge(events: pl.DataFrame, policy: RiskPolicy, as_of: dt.date) -> Judged:
    """What each event weighs on `as_of`.

    Args:
        events: frame EVENT_ROW; what was not known or had not happened by `as_of` is left out already.
    """
    lines = {(person, line.event): line for person, file in _case_files(events, policy) for line in _dispose(file)}
    ordered = events.sort("person", "incident", "event")
    keys = list(ordered.select("person", "event").iter_rows())
    settled = [lines[key] for key in keys]
    judged = ordered.with_columns(_weights(settled, policy, as_of))
    moments = [
        (person, event, day)
        for (person, event), line in zip(keys, settled, strict=True)
        for day in sorted({line.day, *line.days})
    ]
    counting = judged.filter(pl.col("weight") > 0).select("person", "event")
    schema = {"person": pl.UInt32, "event": pl.String, "day": pl.Int32}
    days = pl.DataFrame(moments, schema=schema, orient="row")
    return Judged(judged, days.join(counting, on=["person", "event"], how="semi", maintain_order="left"))


def _case_files(events: pl.DataFrame, policy: RiskPolicy) -> Iterator[tuple[int, list[_Line]]]:
    """The lines of each person in each incident, oldest first."""
    offences = {
        key: policy.offence(*key) for key in events.select("code", "event_type", "severity").unique().iter_rows()
    }
    roles = {status: policy.role(status) for status in events["status"].unique().to_list()}
    fields = ["person", "incident", "event", "day", "known_on", "code", "event_type", "severity", "status"]
    rows = []
    for person, incident, event, day, known_on, code, event_type, severity, status in events.select(fields).iter_rows():
        offence, role = offences[code, event_type, severity], roles[status]
        line = _Line(event, day, role, offence, code or fold(event_type or ""), since=day)
        rows.append(((person, incident), (day, _STATUS_ORDER.index(role), known_on or day, event), line))
    rows.sort(key=lambda row: row[:2])
    start = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end][0] != rows[start][0]:
            yield rows[start][0][0], [line for _, _, line in rows[start:end]]
            start = end


def _dispose(file: list[_Line]) -> list[_Line]:
    """The lines with later dispositions taken in."""
    for place, line in enumerate(file):
        if line.role in (StatusRole.COUNTS, StatusRole.IN_FORCE):
            continue
        lifts = line.role is StatusRole.LIFTS
        open_lines = [earlier for earlier in file[:place] if _holds(earlier) == lifts]
        ended = [earlier for earlier in open_lines if earlier.label == line.label] or open_lines
        for earlier in ended:
            earlier.standing = "lifted" if lifts else "cleared" if line.role is StatusRole.CLEARS else "replaced"
        if lifts or line.role is StatusRole.CLEARS:
            line.standing = "lifted" if lifts else "cleared"
            continue
        line.days = tuple({day for earlier in ended for day in (earlier.day, *earlier.days)})
        if line.offence is None:
            line.offence = next((earlier.offence for earlier in reversed(ended) if earlier.offence), None)
        if line.role is StatusRole.KEEPS_AGE and ended:
            line.since = min(earlier.since for earlier in ended)
    return file


def _holds(line: _Line) -> bool:
    """True for a status that lasts until it is lifted."""
    stated = line.offence is not None and line.offence.in_force and line.role is StatusRole.COUNTS
    return stated or line.role is StatusRole.IN_FORCE


def _weights(lines: list[_Line], policy: RiskPolicy, as_of: dt.date) -> list[pl.Series]:
    today = day_number(as_of)
    classes = [policy.classes[line.offence.class_name] if line.offence else None for line in lines]
    s = np.array([c.severity if c else 0.0 for c in classes], np.float64)
    half_life = np.array([c.half_life_years if c else 1.0 for c in classes], np.float64)
    age = np.array([0 if _holds(line) else max(0, today - line.since) for line in lines], np.int64)
    lookback = np.array([_limit_days(line) for line in lines], np.float64)
    decay = np.exp2(-age / (half_life * DAYS_A_YEAR))
    standing = [
        _standing(line, expired=bool(old > limit), scored=bool(weight > 0))
        for line, old, limit, weight in zip(lines, age, lookback, s, strict=True)
    ]
    counts = np.array([text == "counts" for text in standing], np.bool_)
    return [
        pl.Series("standing", standing, pl.String),
        pl.Series("class", [line.offence.class_name if line.offence else None for line in lines], pl.String),
        pl.Series("category", [line.offence.category if line.offence else UNMAPPED for line in lines], pl.String),
        pl.Series("s", s),
        pl.Series("half_life_years", half_life),
        pl.Series("age_days", age, pl.Int32),
        pl.Series("decay", decay),
        pl.Series("weight", np.where(counts, s * decay, 0.0)),
    ]


def _limit_days(line: _Line) -> float:
    if line.offence is None or line.offence.lookback_years is None or _holds(line):
        return float("inf")
    return line.offence.lookback_years * DAYS_A_YEAR


def _standing(line: _Line, *, expired: bool, scored: bool) -> str:
    if line.standing != "counts":
        return line.standing
    if line.offence is None:
        return "unmapped"
    if not scored:
        return "context"
    return "expired" if expired else "counts"
