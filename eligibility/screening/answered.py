"""Matters that answers bring: a check, or a partner who was asked, found something on a driver."""

from __future__ import annotations

import polars as pl

from eligibility.coverage import Result
from eligibility.exchange import ANSWER
from eligibility.matters import Trigger
from eligibility.screening.items import to_items
from eligibility.screening.policy import ScreeningPolicy


def answered_items(coverage: pl.DataFrame, enrolled: pl.DataFrame, policy: ScreeningPolicy) -> pl.DataFrame:
    """Frame ITEM: one matter a driver, country and record type of which an answer was that there is something.

    What it is the answer does not say, so it weighs as what an officer decides on, and a person asks on. A later answer
    that finds something is new: nobody can tell whether it is the same thing.

    Args:
        coverage: frame COVERAGE.
        enrolled: frame ENROLLED.
    """
    drivers = enrolled.select("identity_id", "anchor")
    found = coverage.filter(pl.col("result") == Result.DEROGATORY.value).join(drivers, on="identity_id")
    is_answer = pl.col("check").str.starts_with(ANSWER)
    cell = pl.concat_str("country", "record_type", separator=":")
    what = pl.concat_str("country", pl.lit(" "), pl.col("record_type").str.replace_all("_", " "))
    return to_items(
        found,
        Trigger.OWN_EVENT,
        key=pl.concat_str(pl.when(is_answer).then(pl.lit(ANSWER)).otherwise(pl.lit("check:")), cell),
        item=pl.concat_str("check", pl.lit("@"), pl.col("checked_on").dt.to_string("iso")),
        level=1.0,
        happened_on=pl.col("checked_on"),
        received_on=pl.col("known_on"),
        priority=policy.priorities.discretionary,
        reason=pl.concat_str(pl.lit("An answer was that there is something in these records: "), what, pl.lit(".")),
    )
