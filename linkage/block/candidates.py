"""Candidate pairs from blocking keys, streamed in chunks of bounded size.

A pair that several keys make is emitted once: entries are expanded by their left record, so all repeats of a pair
fall into one chunk. Memory is bounded by the chunk size plus the keys, whatever the number of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.compiled import is_compiled

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CandidateChunk:
    """Distinct pairs of record positions, `left < right`, and how far the stream has come.

    Args:
        done: share of the work done, in [0, 1].
    """

    left: Ints
    right: Ints
    done: float


def changed_status(keys: pl.DataFrame, touched: Mask, before: pl.DataFrame, limit: int) -> Mask:
    """Records that hold a key which was active before and is too common now, or the other way round.

    Args:
        keys: keys of all records now.
        touched: records that are new or changed, by position.
        before: keys that removed and changed records had before (record positions are of no meaning).
        limit: holders up to which a key is active.
    """
    now = keys.with_columns(is_touched=pl.Series(touched).gather(keys["record"]))
    counts = now.group_by("key").agg(pl.len().alias("now"), pl.col("is_touched").sum().alias("added"))
    gone = before.group_by("key").agg(pl.len().alias("gone"))
    turned = (
        counts.join(gone, on="key", how="left")
        .with_columns(
            before=pl.col("now").cast(pl.Int64) - pl.col("added").cast(pl.Int64) + pl.col("gone").fill_null(0)
        )
        .filter((pl.col("now") > limit) != (pl.col("before") > limit))
    )
    out = np.zeros(len(touched), dtype=np.bool_)
    out[keys.join(turned, on="key", how="semi")["record"].to_numpy()] = True
    return out


def active_entries(keys: pl.DataFrame, touched: Mask, limit: int) -> pl.DataFrame:
    """Entries of the keys that make pairs: two to `limit` holders, at least one of them touched.

    Args:
        keys: `record`, `key`, each once.
        touched: by record position.
    """
    reached = keys.filter(pl.Series(touched).gather(keys["record"])).select("key").unique()
    held = keys.join(reached, on="key", how="semi").with_columns(size=pl.len().over("key"))
    return held.filter((pl.col("size") > 1) & (pl.col("size") <= limit)).drop("size")


@dataclass(frozen=True)
class _Blocks:
    """Blocks side by side, and where each record stands in them.

    Args:
        holders: record of each place, block after block; within a block in order of records.
        position: place of each entry, entries in order of records and then of places.
        ends: where each entry's block ends.
        starts: where each record's entries begin, and where the last one's end.
    """

    holders: Ints
    position: Ints
    ends: Ints
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, entries: pl.DataFrame, records: int) -> _Blocks:
        key, holders = entries["key"].to_numpy(), entries["record"].to_numpy().astype(np.int32)
        if not _is_grouped(entries["key"], holders):
            order = np.lexsort((holders, key))
            key, holders = key[order], holders[order]
        begins = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
        sizes = np.diff(np.append(begins, len(key)))
        ends = np.repeat(begins + sizes, sizes).astype(np.int32)
        starts = np.append(0, np.cumsum(np.bincount(holders, minlength=records)))
        position = _by_record(holders, starts)
        return cls(holders, position, ends[position], starts)


def _is_grouped(key: pl.Series, holders: Ints) -> bool:
    """Whether entries of one key stand together, in order of records, as those of one rule after the other do."""
    keys = key.to_numpy()
    same = keys[1:] == keys[:-1]
    if not (holders[1:][same] > holders[:-1][same]).all():
        return False
    return key.is_sorted() or key.n_unique() == len(keys) - int(same.sum())


def _by_record(holders: Ints, starts: npt.NDArray[np.int64]) -> Ints:
    """Places of the entries in order of their records, and of places within one."""
    if not is_compiled(len(holders)):
        return np.argsort(holders, kind="stable").astype(np.int32)
    from linkage.block import loops  # noqa: PLC0415 - numba takes most of a second to load

    out = np.empty(len(holders), dtype=np.int32)
    loops.places_by_record(holders, starts.copy(), out)
    return out


def stream(entries: pl.DataFrame, touched: Mask, chunk: int) -> Iterator[CandidateChunk]:
    """Every distinct pair that shares a key and of which at least one side is touched.

    Args:
        entries: `record`, `key` of the keys that make pairs, each once.
        touched: by record position.
        chunk: pairs to expand at a time, before repeats are dropped; one record's pairs stay together.
    """
    blocks = _Blocks.of(entries, len(touched))
    partners = np.append(0, np.cumsum(blocks.ends - blocks.position - 1))
    # Pairs of the records before each one, repeats included.
    total = partners[blocks.starts]
    expand = _compiled(blocks, touched) if is_compiled(int(total[-1])) else _vectorised(blocks, touched)
    at = 0
    while total[at] < total[-1]:
        stop = max(int(np.searchsorted(total, total[at] + chunk, side="right")) - 1, at + 1)
        left, right = expand(at, stop, int(total[stop] - total[at]))
        yield CandidateChunk(left, right, float(total[stop] / total[-1]))
        at = stop


def _vectorised(blocks: _Blocks, touched: Mask) -> Callable[[int, int, int], tuple[Ints, Ints]]:
    def expand(begin: int, stop: int, size: int) -> tuple[Ints, Ints]:
        inside = slice(blocks.starts[begin], blocks.starts[stop])
        position = blocks.position[inside].astype(np.int64)
        partners = blocks.ends[inside] - position - 1
        rows = np.repeat(position, partners)
        step = np.arange(size) - np.repeat(np.cumsum(partners) - partners, partners) + 1
        left, right = blocks.holders[rows].astype(np.int64), blocks.holders[rows + step]
        wanted = touched[left] | touched[right]
        pairs = left[wanted] * len(touched) + right[wanted]
        # The first of every pair, in the order found, as the compiled loop gives them.
        _, first = np.unique(pairs, return_index=True)
        pairs = pairs[np.sort(first)]
        return (pairs // len(touched)).astype(np.int32), (pairs % len(touched)).astype(np.int32)

    return expand


def _compiled(blocks: _Blocks, touched: Mask) -> Callable[[int, int, int], tuple[Ints, Ints]]:
    from linkage.block import loops  # noqa: PLC0415 - numba takes most of a second to load

    seen = np.full(len(touched), -1, dtype=np.int32)

    def expand(begin: int, stop: int, size: int) -> tuple[Ints, Ints]:
        left, right = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
        place = (blocks.holders, blocks.position, blocks.starts, blocks.ends)
        count = loops.expand(begin, stop, *place, touched, seen, left, right)
        return left[:count].copy(), right[:count].copy()

    return expand
