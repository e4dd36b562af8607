"""Matters of enrolments past their day, and of what partners answered: too old to stand, or derogatory."""

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
    stale = _cells(coverage, enrolled, Result.STALE)
    since = pl.col("checked_on") + pl.duration(days=pl.col("good_for_days") + 1)
    return to_items(
        stale,
        Trigger.COVERAGE_EXPIRED,
        key=pl.concat_str(pl.lit("coverage:"), "country"),
        item=pl.concat_str(pl.lit("stale:"), "cell"),
        level=1.0,
        happened_on=since,
        received_on=since,
        priority=policy.priorities.coverage_expired,
        reason=pl.concat_str(pl.lit("A clear answer from "), "country", pl.lit(" is too old to stand.")),
    )


def derogatory_answers(coverage: pl.DataFrame, enrolled: pl.DataFrame, policy: ScreeningPolicy) -> pl.DataFrame:
    """Frame ITEM: one matter a driver, country and record type in which something was found, and no more was said.

    A later answer that finds something is new: nobody can tell whether it is the same thing.

    Args:
        coverage: frame COVERAGE with `known_on` of the answer.
        enrolled: frame ENROLLED.
    """
    return to_items(
        _cells(coverage, enrolled, Result.DEROGATORY),
        Trigger.OWN_EVENT,
        key=pl.concat_str(pl.lit("answer:"), "country", pl.lit(":"), "record_type"),
        item=pl.concat_str(pl.lit("answer:"), "cell"),
        level=1.0,
        happened_on=None,
        received_on=pl.coalesce("known_on", "checked_on"),
        priority=policy.priorities.unmapped,
        reason=pl.concat_str(
            pl.lit("A check of "), "country", pl.lit(" "), "record_type", pl.lit(" records found something.")
        ),
    )


def _cells(coverage: pl.DataFrame, enrolled: pl.DataFrame, result: Result) -> pl.DataFrame:
    """Cells of drivers with that result; `cell` names country, record type and the day of the answer."""
    cell = pl.concat_str("country", "record_type", pl.col("checked_on").dt.to_string("iso"), separator=":")
    found = coverage.filter(pl.col("result") == result.value).with_columns(cell=cell)
    return found.join(enrolled.select("identity_id", "anchor"), on="identity_id")
