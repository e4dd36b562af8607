"""Matters that time alone brings: enrolments past their day, and answers of partners that are too old."""

from __future__ import annotations

import datetime as dt

import polars as pl

from eligibility.coverage import Result
from eligibility.matters import Trigger
from eligibility.screening.items import to_items
from eligibility.screening.policy import ScreeningPolicy


def expired_enrolments(enrolled: pl.DataFrame, as_of: dt.date, policy: ScreeningPolicy) -> pl.DataFrame:
    """Frame ITEM: one matter a driver whose last enrolment ended before the day and stands.

    Args:
        enrolled: frame ENROLLED.
    """
    ended = enrolled.filter(pl.col("expires_on") < as_of)
    name = pl.concat_str(pl.lit("enrolment:"), "lasting", pl.lit(":"), pl.col("expires_on").dt.to_string("iso"))
    return to_items(
        ended,
        Trigger.ENROLMENT_EXPIRED,
        key=name,
        item=name,
        anchor=pl.col("lasting"),
        level=1.0,
        happened_on=pl.col("expires_on"),
        received_on=pl.col("expires_on"),
        priority=policy.priorities.enrolment_expired,
        reason="The enrolment is past its day and nobody has ended or renewed it.",
    )


def expired_coverage(coverage: pl.DataFrame, enrolled: pl.DataFrame, policy: ScreeningPolicy) -> pl.DataFrame:
    """Frame ITEM: one matter a driver and country with a record type whose clear answer is too old.

    What was never asked, or is not shared, has not expired: the coverage board and the exchange deal with it.

    Args:
        coverage: frame COVERAGE.
        enrolled: frame ENROLLED.
    """
    stale = coverage.filter(pl.col("result") == Result.STALE.value).join(
        enrolled.select("identity_id", "anchor"), on="identity_id"
    )
    since = pl.col("checked_on") + pl.duration(days=pl.col("good_for_days") + 1)
    cell = pl.concat_str("country", "record_type", pl.col("checked_on").dt.to_string("iso"), separator=":")
    return to_items(
        stale,
        Trigger.COVERAGE_EXPIRED,
        key=pl.concat_str(pl.lit("coverage:"), "country"),
        item=pl.concat_str(pl.lit("stale:"), cell),
        level=1.0,
        happened_on=since,
        received_on=since,
        priority=policy.priorities.coverage_expired,
        reason=pl.concat_str(pl.lit("A clear answer from "), "country", pl.lit(" is too old to stand.")),
    )
