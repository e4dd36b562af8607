"""Matters of linked risk: a driver in the higher linked band, with the incidents of others that put them there."""

from __future__ import annotations

import polars as pl

from eligibility.matters import Trigger, linked_item
from eligibility.screening.items import ITEM, to_items
from eligibility.screening.policy import ScreeningPolicy
from graph.risk import Assessment

LINKED = {"identity_id": pl.String, "incident": pl.String, "points": pl.Float64, "happened_on": pl.Date}
"""Incidents of others that reach drivers, each once, by its strongest associate."""
KEY = "linked_band"
_REASON = "Linked risk is in the higher band: incidents of people who share trucks, work, phones or homes with them."


def reaching(assessment: Assessment) -> pl.DataFrame:
    """Frame LINKED of everybody who was assessed, ordered by id and incident."""
    strongest = assessment.linked.unique(["p", "incident"], keep="first", maintain_order=True)
    days = assessment.tables.cases.select("row", happened_on=pl.col("day").cast(pl.Int32).cast(pl.Date))
    people = pl.DataFrame({"identity_id": assessment.evidence.people}, schema={"identity_id": pl.String})
    named = people.with_row_index("p").with_columns(pl.col("p").cast(pl.UInt32))
    rows = strongest.join(days, on="row", maintain_order="left").join(named, on="p", maintain_order="left")
    return rows.select(pl.col(name).cast(dtype) for name, dtype in LINKED.items()).sort("identity_id", "incident")


def linked_items(
    reached: pl.DataFrame, figures: pl.DataFrame, enrolled: pl.DataFrame, policy: ScreeningPolicy
) -> pl.DataFrame:
    """Frame ITEM: one matter a driver in the higher linked band.

    There is no one day on which linked risk was received: the event and the ties became known on days of their own.

    Args:
        reached: frame LINKED.
        figures: frame identity_id, linked (0-100) of the drivers in the higher band.
        enrolled: frame ENROLLED.
    """
    drivers = figures.join(enrolled.select("identity_id", "anchor"), on="identity_id").with_columns(
        priority=(pl.col("linked") + policy.priorities.linked_band).clip(0.0, 99.0)
    )
    columns = {"key": KEY, "reason": _REASON, "received_on": None}
    band = to_items(drivers, Trigger.LINKED_BAND, item="linked_band", level=1.0, happened_on=None, **columns)
    incidents = to_items(
        reached.join(drivers, on="identity_id"),
        Trigger.LINKED_BAND,
        item=pl.concat_str(pl.lit(linked_item("")), "incident"),
        level=pl.col("points"),
        least=policy.linked_least,
        rise=policy.linked_rise,
        **columns,
    )
    return pl.concat([ITEM.empty(), band, incidents])
