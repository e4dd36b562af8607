"""Birth dates to levels: precision, swapped day and month, clipped and mistyped dates, a generation apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl

from linkage.compare.column import Ints, Mask
from linkage.compare.kinds import Agreement, Kind, Levels, level_names
from linkage.model import Attribute, Model

GENERATION_YEARS = (15, 45)


class DateLevel(IntEnum):
    """Agreement of two birth dates, in the order of the model file."""

    MISSING = 0
    EXACT = 1
    EXACT_CLIPPED = 2
    MONTH = 3
    YEAR = 4
    SWAPPED = 5
    NEAR = 6
    CLIPPED = 7
    PART = 8
    CONFLICT = 9
    GENERATION = 10


PREFERENCE = np.array([11, 0, 1, 3, 5, 2, 6, 7, 8, 9, 10], dtype=np.int8)
"""Rank of each level when a date has two readings; lower is better."""


def compare_dates(dates: Ints, other: Ints, left: Ints, right: Ints) -> Levels:
    """The best level over both readings of each side.

    Args:
        dates: year, month, day a record, -1 unknown; `other` the second reading, all -1 where there is none.
    """
    best = _compare(dates[left], dates[right])
    for a, b in ((other, dates), (dates, other), (other, other)):
        two = np.flatnonzero((a[left, 0] >= 0) & (b[right, 0] >= 0))
        if len(two) == 0:
            continue
        level = _compare(a[left[two]], b[right[two]])
        best[two] = np.where(PREFERENCE[level] < PREFERENCE[best[two]], level, best[two])
    return best


@dataclass(frozen=True)
class DateComparator:
    """Year, month and day of every record, -1 for an unknown part, in both readings."""

    dates: Ints
    other: Ints

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> DateComparator:
        """From a column of ISO dates of any precision and, where given, one of their other readings."""
        dates, *other = (_parts(records[name]) for name in attributes[0].columns)
        return cls(dates, other[0] if other else np.full_like(dates, -1))

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement]:
        """Level of each pair of dates."""
        return (Agreement(compare_dates(self.dates, self.other, left, right)),)


DATE = Kind(DateComparator.build, level_names(DateLevel), is_cheap=True)


def _parts(series: pl.Series) -> Ints:
    parts = series.cast(pl.String).str.splitn("-", 3).struct.unnest()
    return np.column_stack(
        [parts[f"field_{i}"].cast(pl.Int32, strict=False).fill_null(-1).to_numpy() for i in range(3)]
    ).astype(np.int32)


def _compare(a: Ints, b: Ints) -> Levels:
    year, month, day = (a[:, i] == b[:, i] for i in range(3))
    full = (a[:, 2] >= 0) & (b[:, 2] >= 0)
    monthly = (a[:, 1] >= 0) & (b[:, 1] >= 0) & ~full
    yearly = ((a[:, 1] < 0) | (b[:, 1] < 0)) & ~full
    clipped = (a[:, 2] == 1) & (a[:, 1] == 1)
    clipped_b = (b[:, 2] == 1) & (b[:, 1] == 1)
    gap = np.abs(a[:, 0] - b[:, 0])
    level = np.full(len(a), DateLevel.CONFLICT, dtype=np.int8)
    level[(gap >= GENERATION_YEARS[0]) & (gap <= GENERATION_YEARS[1])] = DateLevel.GENERATION
    level[full & ((year & month) | (month & day)) & ~(clipped & clipped_b)] = DateLevel.PART
    # That two defaults share day and month says nothing of the years.
    level[full & _near(a, b, year, month, day) & ~(clipped & clipped_b)] = DateLevel.NEAR
    level[full & year & (clipped | clipped_b | (month & ((a[:, 2] == 1) | (b[:, 2] == 1))))] = DateLevel.CLIPPED
    level[full & year & (a[:, 1] == b[:, 2]) & (a[:, 2] == b[:, 1])] = DateLevel.SWAPPED
    level[yearly & year] = DateLevel.YEAR
    level[monthly & year & month] = DateLevel.MONTH
    same = full & year & month & day
    level[same] = DateLevel.EXACT
    level[same & (a[:, 2] == 1)] = DateLevel.EXACT_CLIPPED
    level[(a[:, 0] < 0) | (b[:, 0] < 0)] = DateLevel.MISSING
    return level


def _near(a: Ints, b: Ints, year: Mask, month: Mask, day: Mask) -> Mask:
    """One component differs, and by one digit only, two neighbouring digits swapped or a step of one or ten."""
    one_year = month & day & ~year & _slip(a[:, 0], b[:, 0])
    one_month = year & day & ~month
    one_day = year & month & ~day & _slip(a[:, 2], b[:, 2])
    return one_year | one_month | one_day


def _slip(x: Ints, y: Ints) -> Mask:
    """Whether two numbers are a digit apart, a step of one or ten, or each other's digits swapped."""
    step = np.abs(x - y)
    return np.asarray(_one_digit(x, y) | _turned(x, y) | (step == 1) | (step == 10), dtype=np.bool_)


def _one_digit(x: Ints, y: Ints) -> Mask:
    differing = np.zeros(len(x), dtype=np.int8)
    for _ in range(4):
        differing += (x % 10 != y % 10).astype(np.int8)
        x, y = x // 10, y // 10
    return np.asarray(differing == 1, dtype=np.bool_)


def _turned(x: Ints, y: Ints) -> Mask:
    same_century = x // 100 == y // 100
    turned = same_century & (x % 10 == y // 10 % 10) & (x // 10 % 10 == y % 10) & (x != y)
    return np.asarray(turned, dtype=np.bool_)
