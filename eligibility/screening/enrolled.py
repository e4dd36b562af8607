"""Who is enrolled: the drivers that screening is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from linkage.schema import ENROLMENT, MEMBERSHIP, FrameSchema

ENROLLED = FrameSchema(
    "enrolled",
    {
        "identity_id": pl.String,
        "anchor": pl.String,  # person record of the earliest enrolment
        "enrolled_on": pl.Date,  # of the enrolment that lasts longest
        "expires_on": pl.Date,  # of the enrolment that lasts longest; null where one has no end
        "lasting": pl.String,  # its person record
    },
)


def enrolled_drivers(
    enrolments: pl.DataFrame, memberships: pl.DataFrame, as_of: dt.date, ended: Collection[str]
) -> pl.DataFrame:
    """Frame ENROLLED, ordered by id: everybody with an enrolment that was known by the day and has not ended.

    An enrolment past its day is still there until somebody ends it: that is what the review of its expiry is for.

    Args:
        enrolments: frame ENROLMENT.
        memberships: frame MEMBERSHIP.
        ended: states, in lower case, in which there is nothing left to decide; an unknown one is none of them.
    """
    known = ENROLMENT.conform(enrolments).filter(pl.col("known_on").is_null() | (pl.col("known_on") <= as_of))
    status = pl.col("status").fill_null("").str.strip_chars().str.to_lowercase()
    standing = known.filter(~status.is_in(sorted(ended)))
    held = standing.join(MEMBERSHIP.conform(memberships).drop("confidence"), on="record_key")
    first = held.sort("identity_id", "enrolled_on", "record_key", nulls_last=True)
    lasting = held.with_columns(end=pl.col("expires_on").fill_null(dt.date.max)).sort(
        "identity_id", "end", "record_key"
    )
    people = first.group_by("identity_id", maintain_order=True).agg(anchor=pl.col("record_key").first())
    last = lasting.group_by("identity_id", maintain_order=True).agg(
        pl.col("enrolled_on").last(), pl.col("expires_on").last(), lasting=pl.col("record_key").last()
    )
    return ENROLLED.conform(people.join(last, on="identity_id", maintain_order="left"))
