"""One row a thing that a reviewer of a driver would see: what screening compares with what was shown before."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from eligibility.matters import Audience, Trigger
from linkage.schema import FrameSchema

ITEM = FrameSchema(
    "screening_item",
    {
        "identity_id": pl.String,  # the driver's id today
        "trigger": pl.String,
        "key": pl.String,  # of the matter
        "anchor": pl.String,  # person record that the matter rests on
        "audience": pl.String,
        "item": pl.String,
        "level": pl.Float64,  # above 0; grows with its weight
        "least": pl.Float64,  # below this level it is shown, but never new
        "rise": pl.Float64,  # shown before, it is new at more than so many times that level
        "happened_on": pl.Date,
        "received_on": pl.Date,
        "priority": pl.Float64,  # 0-100
        "reason": pl.String,  # one sentence without personal data
    },
)


def to_items(frame: pl.DataFrame, trigger: Trigger, /, **columns: pl.Expr | float | str | date | None) -> pl.DataFrame:
    """Frame ITEM of one trigger.

    Args:
        columns: of ITEM, each an expression over the frame or a value that holds for all its rows; the others come from
            the frame under their own names. `least` is 0, `rise` 1 and the audience general unless said otherwise.
    """
    defaults: dict[str, Any] = {
        "trigger": trigger.value,
        "audience": Audience.GENERAL.value,
        "least": 0.0,
        "rise": 1.0,
    }
    given = defaults | columns
    named = [
        (value if isinstance(value, pl.Expr) else pl.lit(value)).alias(name)
        for name, value in given.items()
        if name not in frame.columns or name in columns
    ]
    return ITEM.conform(frame.with_columns(named))
