"""What people decided about carriers that look like one reopened: it goes before what comparing finds.

A ruling names a record of each carrier, so that it follows them when carriers are resolved anew; one whose record is
gone, or whose two carriers have become one, waits. Of several on two carriers the newest stands. A declared link of a
source makes any ruling idle: its word is there already.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from linkage.schema import FrameSchema


class Ruling(StrEnum):
    """What a person says of two carriers."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


RULING = FrameSchema(
    "ruling",
    {
        "n": pl.Int64,
        "older": pl.String,  # key of a carrier record
        "younger": pl.String,
        "ruling": pl.String,
        "by": pl.String,
        "known_on": pl.Date,  # first day of which it counts
    },
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is left to comparing, and what people confirmed.

    Args:
        found: frame SUCCESSION without pairs that a person ruled on.
        confirmed: frame older, younger (carriers), n, by, known_on, since, bits, says, reasons: the last
            four as comparing the two finds them, null where it finds nothing.
    """

    found: pl.DataFrame
    confirmed: pl.DataFrame


def settle(found: pl.DataFrame, rulings: pl.DataFrame, carriers: pl.DataFrame, declared: pl.DataFrame) -> Settled:
    """Successions found, after what people said of them.

    Args:
        found: frame SUCCESSION.
        rulings: frame RULING.
        carriers: frame key, carrier: which carrier each record is of.
        declared: frame older, younger: carriers of links that sources declare.
    """
    standing = _standing(rulings, carriers, declared)
    ends = ["low", "high"]
    left = _paired(found).join(standing, on=ends, how="anti", maintain_order="left").drop(ends)
    told = _paired(found).select(*ends, "since", "bits", "says", "reasons")
    confirmed = (
        standing.filter(pl.col("ruling") == Ruling.CONFIRMED.value)
        .join(told, on=ends, how="left")
        .select("older", "younger", "n", "by", "known_on", "since", "bits", "says", "reasons")
    )
    return Settled(left, confirmed.sort("older", "younger"))


def _standing(rulings: pl.DataFrame, carriers: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    """The newest ruling on each two carriers, with the carriers as they are now in the place of the records."""
    of = carriers.select("key", "carrier")
    named = (
        rulings.rename({"older": "older_record", "younger": "younger_record"})
        .join(of.rename({"key": "older_record", "carrier": "older"}), on="older_record")
        .join(of.rename({"key": "younger_record", "carrier": "younger"}), on="younger_record")
        .filter(pl.col("older") != pl.col("younger"))
    )
    newest = _paired(named).sort("n").unique(["low", "high"], keep="last", maintain_order=True)
    said = _paired(declared.select("older", "younger").drop_nulls())
    return newest.join(said, on=["low", "high"], how="anti", maintain_order="left")


def _paired(pairs: pl.DataFrame) -> pl.DataFrame:
    """The rows with `low` and `high`: the two carriers whichever way round."""
    return pairs.with_columns(low=pl.min_horizontal("older", "younger"), high=pl.max_horizontal("older", "younger"))
