"""Candidate pairs from blocking keys, streamed in chunks of bounded size.

A pair that several keys make is emitted once: entries are expanded by their left record, so all repeats of a pair
fall into one chunk. Memory is bounded by the chunk size plus the keys, whatever the number of pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

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


def stream(entries: pl.DataFrame, touched: Mask, chunk: int) -> Iterator[CandidateChunk]:
    """Every distinct pair that shares a key and of which at least one side is touched.

    Args:
        entries: `record`, `key` of the keys that make pairs, each once.
        touched: by record position.
        chunk: pairs to expand at a time, before repeats are dropped; one record's pairs stay together.
    """
    held = entries.with_columns(size=pl.len().over("key")).sort("key", "record")
    record = held["record"].to_numpy().astype(np.int64)
    size = held["size"].to_numpy().astype(np.int64)
    if len(record) == 0:
        return
    start = np.flatnonzero(np.append(True, held["key"].to_numpy()[1:] != held["key"].to_numpy()[:-1]))
    end = np.repeat(start + size[start], size[start])
    position = np.arange(len(record))
    partners = end - position - 1
    order = np.lexsort((position, record))
    order = order[partners[order] > 0]
    total = np.cumsum(partners[order])
    count = len(touched)
    at = 0
    while at < len(order):
        done = total[at - 1] if at else 0
        stop = int(np.searchsorted(total, done + chunk, side="right"))
        stop = max(stop, at + 1)
        # A record's entries stay in one chunk, so that its repeated pairs meet.
        last = record[order[stop - 1]]
        stop = int(np.searchsorted(record[order], last, side="right"))
        left, right = _expand(record, position[order[at:stop]], partners[order[at:stop]])
        wanted = touched[left] | touched[right]
        pairs = left[wanted] * count + right[wanted]
        pairs.sort()  # several times faster than a set of so many
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
        yield CandidateChunk(
            (pairs // count).astype(np.int32), (pairs % count).astype(np.int32), float(total[stop - 1] / total[-1])
        )
        at = stop


def _expand(
    record: npt.NDArray[np.int64], entries: npt.NDArray[np.int64], partners: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    rows = np.repeat(entries, partners)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(partners) - partners, partners) + 1
    return record[rows], record[rows + step]
