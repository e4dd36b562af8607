"""What the stage is told about a file, and what it gives back for one kind of mention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all rows of one file.

    Args:
        today: the load day.
        date_order: YMD, DMY or MDY; "unknown" keeps both readings of an ambiguous date.
        columns: attribute to the file's own column name, for issues.
        country: country of the source, where a row does not say.
        is_derogatory: whether the source lists people for something they did.
    """

    today: date
    date_order: str
    columns: Mapping[str, str]
    country: str | None
    is_derogatory: bool


@dataclass(frozen=True, slots=True)
class Standardised:
    """Rows of one kind of mention in standard form.

    Args:
        facts: the kind's schema, in the order of the file; repeats of a key are kept.
        rejected: issues of rows that are no record; they are not among the facts.
        warned: issues of values of accepted rows.
    """

    facts: pl.DataFrame
    rejected: pl.DataFrame
    warned: pl.DataFrame
