"""Crossings counted: one row a stratum, FAST and other trucks apart, random and targeted examinations apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from linkage.schema import CROSSING, FrameSchema

UNKNOWN = "unknown"

CLEAR = ("clear", "none", "negative", "no violation")
"""Words by which an examination says that it found nothing."""


class Exam(StrEnum):
    """How a truck came to be examined."""

    NONE = "none"
    RANDOM = "random"  # by a rule that nobody at the lane can foresee
    TARGETED = "targeted"  # on suspicion
    OTHER = "other"


class Load(StrEnum):
    """Whether the truck carried anything."""

    LADEN = "laden"
    EMPTY = "empty"
    UNKNOWN = "unknown"


CELL = FrameSchema(
    "port_cell",
    {
        "port_code": pl.String,
        "quarter": pl.Date,  # first day of it
        "load": pl.String,  # Load
        "commodity": pl.String,  # "unknown" where not stated
        "is_fast": pl.Boolean,
        "crossings": pl.Int64,
        "random": pl.Int64,  # random examinations whose result is stated
        "random_found": pl.Int64,  # of those, with any finding
        "targeted": pl.Int64,
        "targeted_found": pl.Int64,
        "unrecorded": pl.Int64,  # examinations without a result: in no rate
        "unstated": pl.Int64,  # crossings that do not say whether there was an examination
    },
)
"""Key: the first five columns. Counts, one row a port, quarter, load, commodity and kind of lane."""

KEY = ("port_code", "quarter", "load", "commodity", "is_fast")
COUNTS = tuple(name for name in CELL.columns if name not in KEY)


@dataclass(frozen=True, slots=True)
class Counted:
    """Cells, and the crossings that are in none.

    Args:
        cells: frame CELL, ordered by its key.
        left_out: crossings by what they lack: date, port_code or is_fast; the first one lacking counts.
        last_day: newest crossing, None where there is none.
    """

    cells: pl.DataFrame
    left_out: dict[str, int]
    last_day: date | None


def count_cells(crossings: pl.DataFrame, kinds: frozenset[str] = frozenset()) -> Counted:
    """Crossings as cells.

    Args:
        crossings: frame CROSSING, any order.
        kinds: findings that count, in lower case; empty = all of them.
    """
    needed = ("date", "port_code", "is_fast")
    lacking = pl.coalesce(pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in needed)
    given = CROSSING.conform(crossings).select(*needed, "exam", "result", "is_laden", "commodity", lacking=lacking)
    left_out = dict.fromkeys(needed, 0) | dict(
        given.drop_nulls("lacking").group_by("lacking").len().sort("lacking").iter_rows()
    )
    whole = given.filter(pl.col("lacking").is_null())
    last = whole["date"].max()
    return Counted(_cells(whole, kinds), left_out, last if isinstance(last, date) else None)


def exam_kind(column: str = "exam") -> pl.Expr:
    """The examination in one of the words of `Exam`, null where it is not stated."""
    word = pl.col(column).str.strip_chars().str.to_lowercase()
    known = word.is_in([Exam.NONE, Exam.RANDOM, Exam.TARGETED])
    return pl.when(known).then(word).when(word.is_not_null() & (word != "")).then(pl.lit(Exam.OTHER.value))


def between(cells: pl.DataFrame, since: date | None, until: date | None) -> pl.DataFrame:
    """Cells of the quarters that begin in the period; None = no end on that side."""
    low = pl.lit(value=True) if since is None else pl.col("quarter") >= since
    high = pl.lit(value=True) if until is None else pl.col("quarter") <= until
    return cells.filter(low & high)


def total(cells: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Counts summed over everything but the named columns, ordered by them."""
    summed = [pl.col(name).sum() for name in COUNTS]
    return cells.group_by(by).agg(summed).sort(by) if by else cells.select(summed)


def _cells(whole: pl.DataFrame, kinds: frozenset[str]) -> pl.DataFrame:
    result = pl.col("result").str.strip_chars().str.to_lowercase()
    stated = result.is_not_null() & (result != "")
    found = stated & ~result.is_in(CLEAR)
    if kinds:
        found &= result.is_in(sorted(kinds))
    load = pl.when(pl.col("is_laden")).then(pl.lit(Load.LADEN)).when(~pl.col("is_laden")).then(pl.lit(Load.EMPTY))
    rows = whole.select(
        "port_code",
        "is_fast",
        quarter=pl.col("date").dt.truncate("1q"),
        load=load.otherwise(pl.lit(Load.UNKNOWN)),
        commodity=pl.col("commodity").str.strip_chars().str.to_lowercase().fill_null(UNKNOWN),
        exam=exam_kind(),
        stated=stated,
        found=found,
    )
    is_random, is_targeted = pl.col("exam") == Exam.RANDOM, pl.col("exam") == Exam.TARGETED
    counted = rows.group_by(KEY).agg(
        crossings=pl.len(),
        random=(is_random & pl.col("stated")).sum(),
        random_found=(is_random & pl.col("found")).sum(),
        targeted=(is_targeted & pl.col("stated")).sum(),
        targeted_found=(is_targeted & pl.col("found")).sum(),
        unrecorded=((pl.col("exam") != Exam.NONE) & ~pl.col("stated")).sum(),
        unstated=pl.col("exam").is_null().sum(),
    )
    return CELL.conform(counted).sort(KEY)
