"""Which carrier records are one carrier, which mentions are one vehicle, and what a reference points at.

All of it is a pure function of the facts: no order of arrival, no numbering. Legal numbers join carriers first; name
with address or phone joins only what no two different legal numbers hold apart, so that a carrier that reopened next
door under a new number stays another carrier.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

LEGAL = ("usdot", "docket", "rfc")
"""Numbers an authority gives to one carrier."""

EXCLUSIVE = ("usdot", "rfc")
"""Legal numbers of which one carrier has one: two different ones are two carriers."""

CIRCUMSTANTIAL = (("name_key", "address_key"), ("name_key", "phone"))


def resolve_carriers(carriers: pl.DataFrame) -> pl.DataFrame:
    """Which node each carrier record belongs to.

    Args:
        carriers: frame CARRIER, unique by key.

    Returns:
        Frame record (carrier key), carrier (smallest key of its group), ordered by record.
    """
    frame = carriers.sort("key").with_row_index("row")
    firm = _components(frame.height, [_pairs(frame, [column]) for column in LEGAL])
    loose = _components(frame.height, [_pairs_of(firm), *(_pairs(frame, list(columns)) for columns in CIRCUMSTANTIAL)])
    frame = frame.with_columns(pl.Series("firm", firm), pl.Series("loose", loose))
    torn = pl.concat(
        frame.group_by("loose").agg(pl.col(column).drop_nulls().n_unique().alias("n")).filter(pl.col("n") > 1)
        for column in EXCLUSIVE
    )["loose"].unique()
    group = pl.when(pl.col("loose").is_in(torn.implode())).then(-1 - pl.col("firm")).otherwise(pl.col("loose"))
    return frame.select(record="key", carrier=pl.col("key").min().over(group)).sort("record")


def refer_carriers(references: Iterable[pl.Series], carriers: pl.DataFrame, resolved: pl.DataFrame) -> pl.DataFrame:
    """Which node each carrier reference means.

    A reference "SOURCE/ID" means that carrier record; where no such record is there, the only carrier any source has
    under that id; else a carrier of its own that a later file may complete.

    Args:
        references: series of carrier keys, nulls passed over.
        carriers: frame CARRIER.
        resolved: as `resolve_carriers` gives it.

    Returns:
        Frame reference, carrier, is_placeholder, ordered by reference.
    """
    wanted = pl.concat([pl.Series("reference", [], pl.String), *(r.alias("reference") for r in references)])
    frame = wanted.drop_nulls().unique().sort().to_frame()
    alone = (
        carriers.select("carrier_id", record="key")
        .join(resolved, on="record")
        .group_by("carrier_id")
        .agg(pl.col("carrier").n_unique().alias("n"), pl.col("carrier").first().alias("only"))
        .filter(pl.col("n") == 1)
        .select("carrier_id", "only")
    )
    frame = frame.join(resolved.rename({"record": "reference", "carrier": "exact"}), on="reference", how="left")
    frame = frame.with_columns(carrier_id=pl.col("reference").str.splitn("/", 2).struct.field("field_1"))
    frame = frame.join(alone, on="carrier_id", how="left")
    return frame.select(
        "reference",
        carrier=pl.coalesce("exact", "only", "reference"),
        is_placeholder=pl.col("exact").is_null() & pl.col("only").is_null(),
    ).sort("reference")


def vehicle_key(mentions: pl.DataFrame) -> pl.Expr:
    """Node key of each vehicle mention of `mentions`, null where it names no vehicle.

    A valid VIN is the same vehicle in every source. A VIN that fails its check digit is the vehicle of its own source
    only. Without a VIN, plate with jurisdiction.

    Args:
        mentions: frame with source, vin, vin_quality and, if it has them, plate and plate_jurisdiction.
    """
    usable = pl.col("vin").is_not_null() & ~pl.col("vin_quality").is_in(["malformed", "placeholder"])
    suspect = pl.col("vin_quality") == "suspect"
    by_vin = pl.when(usable & suspect).then(pl.format("{}/{}", "source", "vin")).when(usable).then(pl.col("vin"))
    if "plate" not in mentions.columns:
        return by_vin
    by_plate = pl.when(pl.col("plate").is_not_null() & pl.col("plate_jurisdiction").is_not_null()).then(
        pl.format("plate:{}/{}", "plate_jurisdiction", "plate")
    )
    return pl.coalesce(by_vin, by_plate)


def judge_vins(events: pl.DataFrame, mentions: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The events with `vin_quality`: valid where any vehicle or driving row calls that VIN valid, else suspect.

    Args:
        events: frame EVENT, which says nothing of the quality of its VINs.
        mentions: frames with vin and vin_quality.
    """
    judged = [m.filter(pl.col("vin_quality") == "valid").select("vin") for m in mentions]
    valid = pl.concat([pl.DataFrame(schema={"vin": pl.String}), *judged]).unique()["vin"]
    quality = pl.when(pl.col("vin").is_in(valid.implode())).then(pl.lit("valid")).otherwise(pl.lit("suspect"))
    return events.with_columns(vin_quality=quality)


def _pairs(frame: pl.DataFrame, columns: list[str]) -> np.ndarray:
    """Rows that agree on all the columns, each with the first of them: shape (n, 2)."""
    held = frame.drop_nulls(columns).select("row", first=pl.col("row").min().over(columns))
    return held.filter(pl.col("row") != pl.col("first")).to_numpy()


def _pairs_of(labels: np.ndarray) -> np.ndarray:
    first = np.full(int(labels.max(initial=-1)) + 1, len(labels))
    np.minimum.at(first, labels, np.arange(len(labels)))
    return np.column_stack([np.arange(len(labels)), first[labels]])


def _components(size: int, pairs: list[np.ndarray]) -> np.ndarray:
    """Component number of each of `size` rows joined by the pairs."""
    if not size:
        return np.zeros(0, np.int64)
    joined = np.concatenate([np.zeros((0, 2), np.int64), *(p.astype(np.int64) for p in pairs)])
    matrix = coo_matrix((np.ones(len(joined), np.int32), (joined[:, 0], joined[:, 1])), shape=(size, size))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)
