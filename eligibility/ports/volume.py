"""Real traffic beside the crossings at hand: how many trucks entered by a port, and what share of them is known here.

Source: Bureau of Transportation Statistics, Border Crossing/Entry Data, measure "Trucks".
"""

from __future__ import annotations

import polars as pl

from linkage.schema import FrameSchema

TRUCKS = "Trucks"

COUNTED_APART = {"2401": "2402"}
"""Codes under which BTS counts a crossing apart (from 2020-03: Ysleta), with the port that it belongs to (El Paso).

Such a crossing keeps its own row with its own traffic; the share covered is told of the port as a whole.
"""

VOLUME = FrameSchema(
    "port_traffic",
    {
        "port_code": pl.String,
        "port_name": pl.String,
        "border": pl.String,
        "trucks": pl.Int64,  # entries in the last twelve months that BTS tells of
        "trucks_from": pl.String,  # first of those months, such as 2024-03
        "trucks_to": pl.String,
        "shared_months": pl.Int64,  # months that both BTS and the crossings cover
        "shared_trucks": pl.Int64,  # entries in them by BTS
        "shared_crossings": pl.Int64,  # crossings in them
        "share_covered": pl.Float64,  # shared_crossings / shared_trucks; null without a shared month or truck
    },
)
"""One row a port that BTS or the crossings name, ordered by port; figures are null where BTS does not have it."""

_YEAR = 12


def volumes(facts: pl.DataFrame, crossings: pl.DataFrame) -> pl.DataFrame:
    """Traffic by port.

    Args:
        facts: frame PORT_VOLUME.
        crossings: frame CROSSING; columns date and port_code are enough.

    Frame out:
        VOLUME.
    """
    trucks = facts.filter(pl.col("measure") == TRUCKS).drop_nulls("value").sort("port_code", "month")
    counted = _by_month(crossings)
    named = facts.sort("month").group_by("port_code").agg(pl.col("port_name", "border").drop_nulls().last())
    ports = pl.concat([facts.select("port_code"), counted.select("port_code")]).unique()
    joined = ports.join(named, on="port_code", how="left")
    for figures in (_last_year(trucks), _overlap(trucks, counted)):
        joined = joined.join(figures, on="port_code", how="left")
    return VOLUME.conform(joined).sort("port_code")


def _by_month(crossings: pl.DataFrame) -> pl.DataFrame:
    dated = crossings.drop_nulls(["date", "port_code"])
    month = pl.col("date").dt.strftime("%Y-%m")
    return dated.group_by("port_code", month=month).agg(crossings=pl.len().cast(pl.Int64))


def _last_year(trucks: pl.DataFrame) -> pl.DataFrame:
    months = sorted(trucks["month"].unique())[-_YEAR:]
    return (
        trucks.filter(pl.col("month").is_in(months))
        .group_by("port_code")
        .agg(
            trucks=pl.col("value").sum(),
            trucks_from=pl.lit(months[0] if months else None, pl.String),
            trucks_to=pl.lit(months[-1] if months else None, pl.String),
        )
    )


def _overlap(trucks: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """Crossings and trucks of the months that both tell of; trucks counted apart go to the port they belong to."""
    known = set(counted["port_code"])
    folded = {code: port for code, port in COUNTED_APART.items() if code not in known}
    first, last = (pl.lit(month, pl.String) for month in (counted["month"].min(), counted["month"].max()))
    whole = trucks.filter(pl.col("month").is_between(first, last)).with_columns(pl.col("port_code").replace(folded))
    months = whole.group_by("port_code", "month").agg(pl.col("value").sum())
    both = months.join(counted, on=["port_code", "month"], how="left")
    summed = both.group_by("port_code").agg(
        shared_months=pl.len(),
        shared_trucks=pl.col("value").sum(),
        shared_crossings=pl.col("crossings").sum(),
    )
    at_least_one = pl.when(pl.col("shared_trucks") > 0).then(pl.col("shared_trucks"))
    return summed.with_columns(share_covered=pl.col("shared_crossings") / at_least_one)
