"""What is materially new: the matters that open a review, and those that reopen one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from eligibility.matters import Audience, Matter, Trigger
from eligibility.reviews.states import State


@dataclass(frozen=True, slots=True)
class Due:
    """A matter with something new.

    Args:
        matter: as it is now, with everything a reviewer would see.
        review_id: of the driver's review of it; None where there is none yet.
    """

    matter: Matter
    review_id: int | None = None


def due(items: pl.DataFrame, shown: pl.DataFrame, standing: pl.DataFrame) -> list[Due]:
    """The matters that hold something never shown to a reviewer of the driver, or not at so high a level.

    Args:
        items: frame ITEM: all that there is now.
        shown: frame identity_id, item, level: the highest shown so far, to anybody who reviewed that driver or whoever
            was merged into them.
        standing: frame identity_id, key, review_id, state: reviews by the driver they are of today. Where two drivers
            had one each before they were one, the newest that is not closed is taken further, else the newest.

    Returns:
        By driver and key.
    """
    both = ["identity_id", "item"]
    before = shown.select(*both, was=pl.col("level"))
    is_new = (pl.col("level") >= pl.col("least")) & (
        pl.col("was").is_null() | (pl.col("level") > pl.col("was") * pl.col("rise"))
    )
    marked = items.join(before, on=both, how="left").with_columns(is_new=is_new)
    matter = ["identity_id", "key"]
    wanted = marked.filter("is_new").select(matter).unique()
    is_open = pl.col("state") != State.CLOSED.value
    numbers = standing.sort(is_open, "review_id").group_by(matter, maintain_order=True).agg(pl.col("review_id").last())
    rows = (
        marked.join(wanted, on=matter, how="semi")
        .sort(*matter, pl.col("is_new"), pl.col("priority"), "item", descending=[False, False, True, True, False])
        .group_by(matter, maintain_order=True)
        .agg(
            pl.col("trigger", "anchor", "audience", "priority", "reason").first(),
            "item",
            "level",
            pl.col("happened_on", "received_on").filter("is_new").min(),
        )
        .join(numbers, on=matter, how="left", maintain_order="left")
    )
    return [Due(_matter(row), row["review_id"]) for row in rows.iter_rows(named=True)]


def _matter(row: dict[str, Any]) -> Matter:
    highest: dict[str, float] = {}
    for item, level in zip(row["item"], row["level"], strict=True):
        highest[item] = max(level, highest.get(item, level))
    return Matter(
        identity_id=row["identity_id"],
        trigger=Trigger(row["trigger"]),
        key=row["key"],
        anchor=row["anchor"],
        shown=tuple(sorted(highest.items())),
        priority=row["priority"],
        reason=row["reason"],
        audience=Audience(row["audience"]),
        happened_on=row["happened_on"],
        received_on=row["received_on"],
    )
