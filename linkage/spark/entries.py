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
HOME_SHIFT = 44
"""Bits of a block's number below those that say where it is at home: 20 bits, a million homes."""
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

    Its highest bits are the home of the set: those of its first record, which blocks that overlap mostly share, so that
    a record goes to one place for several of them. The others are of a sum of mixed ids, as the order of the records
    must not matter. Two sets that get one number by chance (one in 2**44 with one first record) meet as one block, and
    no pair is lost.
    """
    if not len(active):
        return np.zeros(0, dtype=np.int64)
    held = sizes(active["key"])
    starts = np.cumsum(held) - held
    ids = active["id"].to_numpy().astype(np.uint64)
    shift = np.uint64(HOME_SHIFT)
    homes = mix(np.minimum.reduceat(ids, starts)) >> shift << shift
    blocks = homes | mix(np.add.reduceat(mix(ids), starts)) >> np.uint64(64 - HOME_SHIFT)
    return np.repeat(blocks, held).view(np.int64)


def home_of(blocks: pl.Expr) -> pl.Expr:
    """Where blocks are at home; blocks in order of their numbers are in order of their homes."""
    return blocks // (1 << HOME_SHIFT)


def mix(numbers: Longs) -> Longs:
    """Numbers spread over 64 bits, no two alike.

    Source: the finisher of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
    """
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
