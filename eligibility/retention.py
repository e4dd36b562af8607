"""Whose membership has been over for so long that the unit's own retention rule asks what is still kept of them for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from linkage.schema import ENROLMENT, MEMBERSHIP, FrameSchema

OVER = FrameSchema("over", {"identity_id": pl.String, "ended_on": pl.Date})


def memberships_over(
    enrolments: pl.DataFrame, memberships: pl.DataFrame, as_of: dt.date, ended: Collection[str]
) -> pl.DataFrame:
    """Frame OVER, ordered by day and id: everybody who was enrolled and of whom no enrolment lasts.

    An enrolment that was ended ends on its last day, or on the day its end was told, if that is earlier. One without a
    last day that nobody has ended lasts. Who was never enrolled is not in it: nothing says when to let go of them.

    Args:
        enrolments: frame ENROLMENT; what was told after the day counts for nothing.
        memberships: frame MEMBERSHIP.
        as_of: the day that is looked at.
        ended: states of an enrolment that is over, in lower case.
    """
    known = ENROLMENT.conform(enrolments).filter(pl.col("known_on").is_null() | (pl.col("known_on") <= as_of))
    is_ended = pl.col("status").fill_null("").str.strip_chars().str.to_lowercase().is_in(sorted(ended))
    last_day = pl.when(is_ended).then(pl.min_horizontal("expires_on", "known_on")).otherwise(pl.col("expires_on"))
    held = known.with_columns(ended_on=last_day).join(MEMBERSHIP.conform(memberships), on="record_key")
    lasts = pl.col("ended_on").is_null() | (pl.col("ended_on") >= as_of)
    people = held.group_by("identity_id").agg(pl.col("ended_on").max(), lasts=lasts.any())
    return OVER.conform(people.filter(~pl.col("lasts")).sort("ended_on", "identity_id"))


def over_for(over: pl.DataFrame, years: int, as_of: dt.date) -> pl.DataFrame:
    """Those of frame OVER whose membership has been over for so many whole years on the day."""
    since = pl.lit(as_of).dt.offset_by(f"-{years}y")
    return over.filter(pl.col("ended_on") <= since)
