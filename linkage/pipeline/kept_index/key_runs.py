"""Which records hold each key, as three flat arrays that may lie in memory or in a mapped file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

RANGES = 64
"""Parts of the key space merged one after the other, so that a merge needs a small share of its data at a time."""


@dataclass(frozen=True)
class KeyRun:
    """Entries (key, record), each once.

    Args:
        keys: distinct, rising.
        starts: where the holders of each key begin, and where the last ones end.
        records: holders, key after key, rising within one.
    """

    keys: Keys
    starts: Longs
    records: Ints

    @classmethod
    def of(cls, keys: Keys, records: Ints) -> KeyRun:
        """The entries in order."""
        order = np.lexsort((records, keys))
        keys, records = keys[order], records[order].astype(np.int32)
        begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else np.zeros(0, np.int64)
        return cls(keys[begins], np.append(begins, len(keys)).astype(np.int64), records)

    def spans(self, wanted: Keys) -> tuple[Longs, Longs]:
        """Where the holders of each wanted key begin, and how many there are."""
        if not len(self.keys):
            return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.int64)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        begin = self.starts[at]
        return begin, np.where(self.keys[at] == wanted, self.starts[at + 1] - begin, 0)

    def entries(self, low: int, high: int) -> tuple[Keys, Ints]:
        """The entries of the keys in [low, high]."""
        begin, end = (
            int(np.searchsorted(self.keys, np.uint64(low), "left")),
            int(np.searchsorted(self.keys, np.uint64(high), "right")),
        )
        starts = self.starts[begin : end + 1]
        return np.repeat(self.keys[begin:end], np.diff(starts)), self.records[int(starts[0]) : int(starts[-1])]


def merged(runs: Sequence[KeyRun]) -> Iterator[KeyRun]:
    """The entries of all runs as runs of rising key ranges, none with a key of another."""
    step = (1 << 64) // RANGES
    for low in range(0, 1 << 64, step):
        parts = [run.entries(low, low + step - 1) for run in runs]
        yield KeyRun.of(np.concatenate([keys for keys, _ in parts]), np.concatenate([held for _, held in parts]))


def holders(begin: Longs, size: Longs) -> tuple[Longs, Longs]:
    """Of spans side by side: which span each entry is of, and its place."""
    span = np.repeat(np.arange(len(size)), size)
    step = np.arange(len(span)) - np.repeat(np.cumsum(size) - size, size)
    return span, begin[span] + step
