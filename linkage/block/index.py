"""Which records hold each key, kept while records come and go, so that a change looks up its own keys only.

Entries are held in sorted runs, a large one and recent small ones; small runs are merged into the large one when they
have grown to an eighth of it, so that adding costs what it adds and looking up stays a binary search a run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MERGE_AT = 8
"""Recent entries are merged into the large run when they reach one part in so many of it."""


@dataclass(frozen=True)
class Holders:
    """Living holders of some keys.

    Args:
        counts: of each key asked for.
        place: which of the keys each entry is of; only of keys with at most the limit asked for.
        record: the holder.
    """

    counts: Longs
    place: Longs
    record: Ints


class KeyIndex:
    """Entries (key, record); records are numbered from 0 and never renumbered."""

    def __init__(self) -> None:
        self._runs: list[tuple[Keys, Ints]] = []
        self._dead = 0

    def __len__(self) -> int:
        return sum(len(keys) for keys, _ in self._runs)

    def add(self, keys: Keys, records: Ints, alive: Mask) -> None:
        """Further entries; those of dead records are dropped when runs are merged."""
        self._runs.append(_sorted(keys, records))
        recent = sum(len(run) for run, _ in self._runs[1:])
        if len(self._runs) > 1 and recent * MERGE_AT >= len(self._runs[0][0]):
            keys = np.concatenate([run for run, _ in self._runs])
            records = np.concatenate([run for _, run in self._runs])
            kept = alive[records]
            self._runs = [_sorted(keys[kept], records[kept])]
            self._dead = 0

    def bury(self, entries: int) -> None:
        """So many entries are of records that died."""
        self._dead += entries

    def find(self, keys: Keys, alive: Mask, limit: int) -> Holders:
        """Living holders of each key; of a key with more than `limit` only a count above it.

        Args:
            keys: each once.
            alive: by record.
        """
        counts = np.zeros(len(keys), dtype=np.int64)
        spans = [(np.searchsorted(run, keys, "left"), np.searchsorted(run, keys, "right")) for run, _ in self._runs]
        for begin, end in spans:
            counts += end - begin
        # However many of them died, more than the limit are left; nobody asks who.
        is_open = counts - self._dead <= limit
        places, records = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
        for (_, run), (begin, end) in zip(self._runs, spans, strict=True):
            size = np.where(is_open, end - begin, 0)
            place = np.repeat(np.arange(len(keys)), size)
            step = np.arange(len(place)) - np.repeat(np.cumsum(size) - size, size)
            record = run[begin[place] + step]
            living = alive[record]
            places.append(place[living])
            records.append(record[living])
        place, record = np.concatenate(places), np.concatenate(records)
        counts[is_open] = np.bincount(place, minlength=len(keys))[is_open]
        wanted = counts[place] <= limit
        return Holders(counts, place[wanted], record[wanted])


def _sorted(keys: Keys, records: Ints) -> tuple[Keys, Ints]:
    order = np.argsort(keys, kind="stable")
    return keys[order], records[order]
