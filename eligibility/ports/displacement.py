"""Whether smugglers turn to FAST drivers: seizures of members by year of membership, and the share that involves them.

Lanes that are quick draw those who would misuse them; rates at the lane may stay low while more members are recruited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from eligibility.ports.rates import Rate, rate
from eligibility.ports.rules import RULES
from graph.policy import fold

SEIZURES = ("SEIZURE", "CUSTOMS_SEIZURE")
"""Event types, as policies fold them, that are a seizure."""
_YEAR_DAYS = 365.25
_OPEN_END = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Year:
    """One calendar year.

    Args:
        driver_years: of membership in it.
        seizures: incidents with a seizure; `of_members` those with anybody who was a member that day.
        low: of members' seizures per 1,000 driver-years; `high` likewise. None without a driver-year.
        share: of_members among seizures, per 1,000.
    """

    year: int
    driver_years: float
    seizures: int
    of_members: int
    low: float | None
    high: float | None
    share: Rate | None

    def document(self) -> dict[str, Any]:
        """The year as JSON values."""
        return {
            "year": self.year,
            "driver_years": self.driver_years,
            "seizures": self.seizures,
            "of_members": self.of_members,
            "per_1000_driver_years": 1000 * self.of_members / self.driver_years if self.driver_years else None,
            "low": self.low,
            "high": self.high,
            "share": self.share and self.share.document(),
        }


@dataclass(frozen=True, slots=True)
class People:
    """Who was seized and who is a member, as known on a day.

    Args:
        events: frame EVENT.
        enrolments: frame ENROLMENT; one without an end runs on, and one that was revoked to the end it states, for
            the files tell no day of revocation.
        memberships: frame MEMBERSHIP.
        until: last day that counts.
    """

    events: pl.DataFrame
    enrolments: pl.DataFrame
    memberships: pl.DataFrame
    until: date


def displacement(people: People) -> list[Year]:
    """The years from the first with a seizure or a member, oldest first."""
    spells, seizures = _spells(people), _seizures(people)
    begin = (spells["start"].min(), seizures["event_date"].min())
    first = min((day for day in begin if isinstance(day, date)), default=None)
    if first is None:
        return []
    involved = set(_during(seizures, spells)["incident"])
    return [_year(spells, seizures, involved, year, people.until) for year in range(first.year, people.until.year + 1)]


def days_to_seizure(people: People) -> list[int]:
    """Days from enrolment to each member's first seizure as a member, shortest first."""
    found = _during(_seizures(people), _spells(people)).sort("identity_id", "event_date")
    first = found.unique("identity_id", keep="first", maintain_order=True)
    return sorted((first["event_date"] - first["since"]).dt.total_days().to_list())


def _spells(people: People) -> pl.DataFrame:
    """Days of membership by person without overlap: identity_id, start, end (the last day included), and since.

    `since` is the day from which on the person was a member without a day between: a renewal is no new enrolment.
    """
    named = people.enrolments.join(people.memberships, on="record_key").filter(pl.col("enrolled_on") <= people.until)
    end = pl.min_horizontal(pl.col("expires_on").fill_null(_OPEN_END), pl.lit(people.until))
    ordered = named.select("identity_id", start="enrolled_on", end=end).sort("identity_id", "start", "end")
    before = pl.col("end").cum_max().shift(1).over("identity_id")
    is_new = (pl.col("start") > before.dt.offset_by("1d")).fill_null(value=True)
    begin = pl.when(before >= pl.col("start")).then(before.dt.offset_by("1d")).otherwise("start")
    runs = ordered.with_columns(run=is_new.cum_sum().over("identity_id"), start=begin, first="start")
    since = pl.col("first").min().over("identity_id", "run")
    return runs.with_columns(since=since).drop("run", "first").filter(pl.col("start") <= pl.col("end"))


def _seizures(people: People) -> pl.DataFrame:
    types = {name for name in people.events["event_type"].unique().drop_nulls() if fold(name) in SEIZURES}
    is_seizure = pl.col("event_type").is_in(sorted(types))
    kept = people.events.filter(is_seizure & (pl.col("event_date") <= people.until))
    incident = pl.coalesce("incident_id", "key")
    named = kept.select("record_key", "event_date", incident=incident)
    return named.join(people.memberships, on="record_key", how="left")


def _during(seizures: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    both = seizures.join(spells, on="identity_id")
    return both.filter(pl.col("event_date").is_between(pl.col("start"), pl.col("end")))


def _year(spells: pl.DataFrame, seizures: pl.DataFrame, involved: set[str], year: int, until: date) -> Year:
    first, last = date(year, 1, 1), min(date(year, 12, 31), until)
    begin, end = pl.max_horizontal("start", pl.lit(first)), pl.min_horizontal("end", pl.lit(last))
    days = spells.select(((end - begin).dt.total_days() + 1).clip(lower_bound=0).sum())
    driver_years = int(days.item() or 0) / _YEAR_DAYS
    incidents = set(seizures.filter(pl.col("event_date").is_between(first, last))["incident"])
    found = len(incidents & involved)
    low, high = _interval(found, driver_years)
    return Year(year, driver_years, len(incidents), found, low, high, rate(found, len(incidents)))


def _interval(found: int, driver_years: float) -> tuple[float | None, float | None]:
    """Exact, by `statsmodels` (Garwood 1936), per 1,000 driver-years."""
    if not driver_years:
        return None, None
    from statsmodels.stats.rates import confint_poisson  # noqa: PLC0415 - a second to import

    low, high = confint_poisson(found, driver_years / 1000, method="exact-c", alpha=RULES.alpha)
    return float(low), float(high)
