"""How long it takes from an event to a person's decision, beside waiting for the five-year renewal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import apsw
import polars as pl

TERM_YEARS = 5
"""A FAST membership lasts five years, and a renewal is a fresh vetting: CBSA FAST terms; program.md section 1."""

_FOUND = (
    "SELECT f.review_id, f.round, f.trigger_, f.happened_on, f.received_on, f.opened_on, f.renewal_on, "
    "(SELECT date(min(r.closed_at)) FROM review_round r WHERE r.review_id = f.review_id AND r.round >= f.round) "
    "FROM screening_found f JOIN review USING (review_id) WHERE review.audience = 'general' "
    "ORDER BY 1, 2, f.screening_id"
)
FOUND = {
    "review_id": pl.Int64,
    "round": pl.Int64,
    "trigger": pl.String,
    "happened_on": pl.String,
    "received_on": pl.String,
    "opened_on": pl.String,
    "renewal_on": pl.String,
    "decided_on": pl.String,
}
EVENTS = ("own_event", "licence_withdrawn")
"""Triggers that are events of a driver's own: these are what the five-year renewal would have found."""
ALL = "events of their own"
_DAYS = ("happened_on", "received_on", "opened_on", "renewal_on", "decided_on")


@dataclass(frozen=True, slots=True)
class Span:
    """One step of the way, from one day to another.

    Args:
        name: as the table shows it.
        first: column of the day it starts on, `last` of the day it ends on.
    """

    name: str
    first: str
    last: str


SPANS = (
    Span("event to record received", "happened_on", "received_on"),
    Span("record received to review opened", "received_on", "opened_on"),
    Span("event to review opened", "happened_on", "opened_on"),
    Span("review opened to decision", "opened_on", "decided_on"),
    Span("event to five-year renewal", "happened_on", "renewal_on"),
)


def read_found(connection: apsw.Connection) -> pl.DataFrame:
    """Frame FOUND with days as dates: everything that screenings brought before reviewers, in order.

    A round that another look took further before anybody decided it was decided with the round after it. What is for
    cleared reviewers is not in it: to others it does not exist, not as a count either.
    """
    rows = connection.execute(_FOUND).fetchall()
    frame = pl.DataFrame(rows, schema=FOUND, orient="row")
    return frame.with_columns(pl.col(name).str.to_date() for name in _DAYS)


def lag_table(found: pl.DataFrame, since: dt.date | None = None) -> pl.DataFrame:
    """Days each step took: trigger, step, reviews, median, p95; ordered by trigger and the order of the steps.

    Args:
        found: as `read_found` gives it.
        since: records received earlier are left out: what was there before screening began was nobody's delay.

    Returns:
        One row a trigger and step, first the events of their own together; figures are null where no review has both
        days.
    """
    counted = found if since is None else found.filter(pl.col("received_on") >= since)
    own = counted.filter(pl.col("trigger").is_in(EVENTS)).with_columns(trigger=pl.lit(ALL))
    everything = pl.concat([own, counted])
    parts = []
    for place, span in enumerate(SPANS):
        days = (pl.col(span.last) - pl.col(span.first)).dt.total_days()
        parts.append(
            everything.group_by("trigger").agg(
                step=pl.lit(span.name),
                place=pl.lit(place),
                reviews=days.count().cast(pl.Int64),
                median=days.median(),
                p95=days.quantile(0.95, "linear"),
            )
        )
    rows = pl.concat(parts).sort(pl.col("trigger") != ALL, "trigger", "place")
    return rows.drop("place")


def renewal_after(enrolled_on: dt.date | None, day: dt.date | None) -> dt.date | None:
    """The first five-year renewal after the day; None where either day is unknown or there is no such date."""
    if enrolled_on is None or day is None:
        return None
    year = enrolled_on.year + TERM_YEARS
    while (renewal := _same_day(enrolled_on, year)) <= day:
        year += TERM_YEARS
    return renewal


def _same_day(day: dt.date, year: int) -> dt.date:
    """The day in another year, 29 February as 1 March."""
    try:
        return day.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1)
