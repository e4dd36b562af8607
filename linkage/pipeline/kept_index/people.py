"""Segments one after the other as one set of records, of which newer versions hide older ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.block.index import Holders
from linkage.compare.resident import ResidentColumns
from linkage.model import Model
from linkage.pipeline.kept_index.key_runs import KeyRun, Keys, holders
from linkage.pipeline.kept_index.segment import Segment, block_keys, shared_keys
from linkage.pipeline.live_pairs import hashed_values

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PeopleIndex:
    """All person records as they stood after a load. Records are numbered through, segment after segment.

    Args:
        segments: of loads that follow each other, oldest first.
    """

    model: Model
    segments: tuple[Segment, ...] = ()
    _dead: tuple[Longs, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, model: Model, segments: Sequence[Segment]) -> PeopleIndex:
        """The records of all segments, each in its newest version."""
        dead: list[Longs] = []
        for older, segment in enumerate(segments):
            found = [np.zeros(0, np.int64)]
            for newer in segments[older + 1 :]:
                keys = newer.rows.keys(np.arange(len(newer), dtype=np.int32))
                found.append(segment.find([*keys, *newer.removed]).astype(np.int64))
            places = np.unique(np.concatenate(found))
            dead.append(places[places >= 0])
        return cls(model, tuple(segments), tuple(dead))

    @property
    def last(self) -> int:
        """The load after which the records stood so; 0 before the first."""
        return self.segments[-1].last if self.segments else 0

    def __len__(self) -> int:
        return int(self._offsets[-1]) - sum(map(len, self._dead))

    @cached_property
    def _offsets(self) -> Longs:
        return np.append(0, np.cumsum([len(segment) for segment in self.segments])).astype(np.int64)

    @cached_property
    def _alive(self) -> Mask:
        alive = np.ones(int(self._offsets[-1]), dtype=np.bool_)
        for offset, dead in zip(self._offsets.tolist(), self._dead, strict=False):
            alive[offset + dead] = False
        return alive

    @cached_property
    def _gone(self) -> tuple[KeyRun, KeyRun]:
        """Blocking keys and shared values of the dead records, so that living holders are counted without a look."""
        rows = pl.concat([segment.rows.frame(dead) for segment, dead in zip(self.segments, self._dead, strict=True)])
        made = (block_keys(rows, self.model), shared_keys(rows, self.model))
        blocks, shared = (KeyRun.of(m["key"].to_numpy(), m["record"].to_numpy().astype(np.int32)) for m in made)
        return blocks, shared

    def find(self, keys: Keys, limit: int) -> Holders:
        """Living holders of each blocking key; of a key with more than `limit` only their count.

        Args:
            keys: each once, rising.
        """
        return self._find([segment.blocks for segment in self.segments], self._gone[0], keys, limit)

    def find_shared(self, keys: Keys, limit: int) -> Holders:
        """Living holders of each shared value, as `find` gives them."""
        return self._find([segment.shared for segment in self.segments], self._gone[1], keys, limit)

    def _find(self, runs: Sequence[KeyRun], gone: KeyRun, keys: Keys, limit: int) -> Holders:
        spans = [run.spans(keys) for run in runs]
        counts = sum((size for _, size in spans), -gone.spans(keys)[1])
        is_open = counts <= limit
        place, record = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
        for run, (begin, size), offset in zip(runs, spans, self._offsets.tolist(), strict=False):
            of, at = holders(begin, np.where(is_open, size, 0))
            number = run.records[at] + np.int32(offset)
            living = self._alive[number]
            place.append(of[living])
            record.append(number[living])
        return Holders(counts, np.concatenate(place), np.concatenate(record))

    def common(self, rows: pl.DataFrame, own: int = 0) -> dict[str, frozenset[str]]:
        """Shared values of the rows that too many records hold, with `own` further holders each."""
        out = {}
        limit = self.model.limits.sharing
        for column in self.model.shared:
            values = rows[column].drop_nulls().unique().sort()
            hashed = hashed_values(values, column).to_numpy()
            order = np.argsort(hashed)
            counts = np.zeros(len(values), np.int64)
            counts[order] = self.find_shared(hashed[order], -1).counts
            out[column] = frozenset(values.filter(pl.Series(counts + own > limit)))
        return out

    def rows(self, records: Ints) -> pl.DataFrame:
        """The records' rows, in the order asked for; numbers must rise."""
        return pl.concat([seg.rows.frame(places) for seg, places in self._split(records)])

    def keys(self, records: Ints) -> list[str]:
        """The records' keys, in the order asked for; numbers must rise."""
        return [key for segment, places in self._split(records) for key in segment.rows.keys(places)]

    def kinds(self, records: Ints) -> Keys:
        """Hash of the records' entity types; numbers must rise."""
        return np.concatenate([segment.kind[places] for segment, places in self._split(records)])

    def resident(self, records: Ints) -> ResidentColumns:
        """What is cheap to compare of the records; numbers must rise."""
        parts = self._split(records)
        names = self.segments[0].resident
        arrays = {name: np.concatenate([seg.resident[name][places] for seg, places in parts]) for name in names}
        return ResidentColumns.holding(self.model, arrays)

    def find_records(self, keys: Sequence[str]) -> dict[str, int]:
        """Number of each living record that there is, by its key."""
        out = {}
        for offset, segment in zip(self._offsets.tolist(), self.segments, strict=False):
            for key, place in zip(keys, segment.find(keys).tolist(), strict=True):
                if place >= 0 and self._alive[offset + place]:
                    out[key] = offset + place
        return out

    def _split(self, records: Ints) -> list[tuple[Segment, Ints]]:
        cuts = np.searchsorted(records, self._offsets)
        return [
            (segment, (records[begin:end] - offset).astype(np.int32))
            for segment, begin, end, offset in zip(
                self.segments, cuts.tolist(), cuts[1:].tolist(), self._offsets.tolist(), strict=False
            )
        ]
