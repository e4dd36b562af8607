"""Matters that partners bring: a country answered that its records hold something on a driver."""

from __future__ import annotations

import polars as pl

from eligibility.coverage import Result
from eligibility.exchange import ANSWER
from eligibility.matters import Trigger
from eligibility.screening.items import to_items
from eligibility.screening.policy import ScreeningPolicy


def answered_items(coverage: pl.DataFrame, enrolled: pl.DataFrame, policy: ScreeningPolicy) -> pl.DataFrame:
    """Frame ITEM: one matter a driver, country and record type of which a partner answered that there is something.

    What it is the answer does not say, so it weighs as what an officer decides on, and a person asks on.

    Args:
        coverage: frame COVERAGE.
        enrolled: frame ENROLLED.
    """
    found = coverage.filter(
        pl.col("result") == Result.DEROGATORY.value, pl.col("check").str.starts_with(ANSWER).fill_null(value=False)
    ).join(enrolled.select("identity_id", "anchor"), on="identity_id")
    cell = pl.concat_str("country", "record_type", separator=":")
    what = pl.concat_str("country", pl.lit(" "), pl.col("record_type").str.replace_all("_", " "))
    return to_items(
        found,
        Trigger.OWN_EVENT,
        key=pl.concat_str(pl.lit(ANSWER), cell),
        item=pl.col("check"),
        level=1.0,
        happened_on=pl.col("checked_on"),
        received_on=pl.col("known_on"),
        priority=policy.priorities.discretionary,
        reason=pl.concat_str(
            pl.lit("A partner answered that there is something in these records: "), what, pl.lit(".")
        ),
    )
