"""Days as numbers, as kernels and stores count them, and what was known by a day."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

_EPOCH = date(1970, 1, 1)

UNDATED = -(2**31)
"""Stands for "no first day" where a day is part of what identifies an edge, and may not be null."""


def day_number(day: date) -> int:
    """Days from 1970-01-01 to the day."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The day so many days after 1970-01-01."""
    return _EPOCH + timedelta(days=int(number))


def known_by(day: date | None) -> pl.Expr:
    """Whether a fact's `known_on` is no later than the day; one without a day counts as known, and all do by None."""
    if day is None:
        return pl.lit(value=True)
    return pl.col("known_on").is_null() | (pl.col("known_on") <= day)
