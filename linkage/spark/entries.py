"""Which records meet under which blocking keys, worked out where the records are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block
from linkage.block.keys import Rule
from linkage.spark.groups import in_groups, sizes

ENTRY = {"key": pl.UInt64, "id": pl.Int64}
"""A record holds a key; without an id, more records of one partition hold it than a key may have."""
MEMBER = {"id": pl.Int64, "block": pl.Int64}
"""A record is in a block. Keys that the same records hold are one block, so that those meet once."""
Longs = npt.NDArray[np.uint64]


def entries_of(frames: Iterator[pl.DataFrame], rules: tuple[Rule, ...], limit: int) -> Iterator[pl.DataFrame]:
    """ENTRY rows of a partition's records.

    However many records hold a key, at most `limit` rows of it leave a partition, so that no later one is flooded by
    the commonest names.

    Args:
        frames: records with `id`.
        limit: holders up to which a key is active.
    """
    parts = [pl.DataFrame(schema=ENTRY)]
    for frame in frames:
        made = block.block_keys(frame, rules)
        parts.append(made.select("key", frame["id"].gather(made["record"]).alias("id")))
    entries = pl.concat(parts)
    count = pl.len().over("key")
    yield entries.filter(count <= limit)
    common = entries.filter(count > limit).select(pl.col("key").unique())
    yield common.with_columns(pl.lit(None, dtype=pl.Int64).alias("id"))


def members_of(frames: Iterator[pl.DataFrame], limit: int) -> Iterator[pl.DataFrame]:
    """MEMBER rows of the keys that two to `limit` records hold.

    Args:
        frames: ENTRY of all partitions, ordered by key.
    """
    for frame in in_groups(frames, "key"):
        size, is_common = pl.len().over("key"), pl.col("id").is_null().any().over("key")
        active = frame.filter(~is_common & (size > 1) & (size <= limit)).sort("key", maintain_order=True)
        yield active.select("id", pl.Series("block", _blocks(active), dtype=pl.Int64))


def _blocks(active: pl.DataFrame) -> npt.NDArray[np.int64]:
    """A number for the set of records that hold each key, in each row of it: equal sets have equal numbers.

    A sum of mixed ids, as the order of the records must not matter; that two sets share one by chance is as likely as
    that two random 64-bit numbers are equal, and then they meet as one block.
    """
    if not len(active):
        return np.zeros(0, dtype=np.int64)
    held = sizes(active["key"])
    sums = np.add.reduceat(mix(active["id"].to_numpy().astype(np.uint64)), np.cumsum(held) - held)
    return np.repeat(sums, held).view(np.int64)


def mix(numbers: Longs) -> Longs:
    """Numbers spread over 64 bits, no two alike.

    Source: the finisher of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
    """
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
