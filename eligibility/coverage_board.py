"""Coverage counted by country and record type, and the drivers about whom something has been unknown for longest."""

from __future__ import annotations

import datetime as dt

import polars as pl

from eligibility.coverage import COVERAGE, UNKNOWN, Result, policy_order
from eligibility.coverage_policy import CoveragePolicy
from linkage.schema import FrameSchema

BOARD = FrameSchema(
    "coverage_board",
    {
        "country": pl.String,
        "record_type": pl.String,
        "drivers": pl.Int64,  # for whom the country matters
        **{str(result): pl.Int64 for result in Result},
        "unknown": pl.Int64,  # not shared, stale or never
        "unknown_share": pl.Float64,  # of drivers, 0 to 1
        "oldest_gap": pl.Date,  # null without a gap, or where no day is known
    },
)
OLDEST = FrameSchema(
    "oldest_gaps",
    {
        "identity_id": pl.String,
        "gap_since": pl.Date,
        "gap_days": pl.Int64,
        "gaps": pl.Int64,  # cells without a good answer
        "cells": pl.Int64,  # cells that matter
        "countries": pl.List(pl.String),  # with a gap
        "oldest": pl.List(pl.String),  # cells whose gap is the oldest, as "MX criminal"
    },
)


def _mattering(coverage: pl.DataFrame) -> pl.DataFrame:
    """Cells of countries that matter for the driver; what was asked beyond them counts nowhere."""
    return COVERAGE.conform(coverage).filter(pl.col("because").list.len() > 0)


def board(coverage: pl.DataFrame, policy: CoveragePolicy) -> pl.DataFrame:
    """Frame BOARD, one row a country and record type in the order of the policy.

    Args:
        coverage: frame COVERAGE, one row a driver, country and record type.
    """
    is_unknown = pl.col("result").is_in(UNKNOWN)
    counted = (
        _mattering(coverage)
        .group_by("country", "record_type")
        .agg(
            pl.len().alias("drivers"),
            *((pl.col("result") == str(result)).sum().alias(str(result)) for result in Result),
            is_unknown.sum().alias("unknown"),
            pl.col("gap_since").min().alias("oldest_gap"),
        )
    )
    share = counted.with_columns(unknown_share=pl.col("unknown") / pl.col("drivers"))
    return BOARD.conform(share.sort(*policy_order(policy)))


def oldest_gaps(coverage: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Frame OLDEST, one row a driver with a gap, the oldest gap first; a gap of unknown age comes last."""
    cells = _mattering(coverage)
    gaps = cells.filter(pl.col("result").is_in(UNKNOWN))
    since = pl.col("gap_since").min()
    name = pl.col("country") + " " + pl.col("record_type")
    rows = gaps.group_by("identity_id", maintain_order=True).agg(
        since,
        pl.len().alias("gaps"),
        pl.col("country").unique(maintain_order=True).alias("countries"),
        name.filter((pl.col("gap_since") == since).fill_null(value=False)).alias("oldest"),
    )
    counts = cells.group_by("identity_id").agg(pl.len().alias("cells"))
    aged = rows.join(counts, on="identity_id").with_columns(
        gap_days=(pl.lit(as_of) - pl.col("gap_since")).dt.total_days()
    )
    return OLDEST.conform(aged.sort("gap_since", "identity_id", nulls_last=True))
