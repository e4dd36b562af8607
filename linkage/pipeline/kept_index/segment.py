"""The person records of some loads, with everything that a match looks up of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block
from linkage.compare.resident import ResidentColumns
from linkage.model import Model
from linkage.pipeline.kept_index.key_runs import KeyRun, holders
from linkage.pipeline.kept_index.row_text import COLUMNS, RowText
from linkage.pipeline.live_pairs import hashed_values

Hashes = npt.NDArray[np.uint64]
Arrays = Mapping[str, npt.NDArray[np.generic]]

CHUNK = 50_000
"""Records of which keys are made at a time; bounds the memory of building."""


@dataclass(frozen=True)
class Segment:
    """Records as they stood after the loads from `first` to `last`, ordered by key; places are counted from 0.

    Args:
        name: of its folder, where it lies in files.
        rows: the records.
        removed: keys that the loads withdrew, ordered.
        blocks: blocking keys and their holders.
        shared: shared values (a phone, an address) and their holders.
        names: hashes of record keys and the records that have them.
        resident: what is cheap to compare, by the names of `ResidentColumns`.
        kind: hash of each record's entity type.
    """

    name: str
    first: int
    last: int
    rows: RowText
    removed: tuple[str, ...]
    blocks: KeyRun
    shared: KeyRun
    names: KeyRun
    resident: Arrays
    kind: Hashes

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, keys: Sequence[str]) -> npt.NDArray[np.int32]:
        """Place of each record, -1 where there is none of this key."""
        begin, size = self.names.spans(hashed_names(pl.Series(keys, dtype=pl.String)))
        of, at = holders(begin, size)
        place = self.names.records[at]
        # Two keys may have one hash.
        right = [keys[wanted] == name for wanted, name in zip(of.tolist(), self.rows.keys(place), strict=True)]
        out = np.full(len(keys), -1, dtype=np.int32)
        out[of[right]] = place[right]
        return out

    @classmethod
    def of(cls, loads: tuple[int, int], rows: pl.DataFrame, removed: tuple[str, ...], model: Model) -> Segment:
        """A segment in memory.

        Args:
            rows: the newest version of each record that the loads brought and did not withdraw, ordered by key.
        """
        parts = list(chunks(rows, model))
        return cls(
            name="",
            first=loads[0],
            last=loads[1],
            rows=RowText.of(rows.select(COLUMNS)),
            removed=removed,
            blocks=_joined([part.blocks for part in parts]),
            shared=_joined([part.shared for part in parts]),
            names=_joined([part.names for part in parts]),
            resident={name: np.concatenate([part.resident[name] for part in parts]) for name in parts[0].resident},
            kind=np.concatenate([part.kind for part in parts]),
        )


@dataclass(frozen=True)
class Chunk:
    """What some of the rows of a segment add to it; holders are places in the segment."""

    blocks: KeyRun
    shared: KeyRun
    names: KeyRun
    resident: Arrays
    kind: Hashes


def chunks(rows: pl.DataFrame, model: Model) -> Iterator[Chunk]:
    """The rows, some at a time; one chunk at least."""
    for begin in range(0, max(len(rows), 1), CHUNK):
        part = rows[begin : begin + CHUNK]
        resident = ResidentColumns(model)
        resident.extend(part, model)
        yield Chunk(
            blocks=_run(block_keys(part, model), begin),
            shared=_run(shared_keys(part, model), begin),
            names=KeyRun.of(hashed_names(part["key"]), np.arange(begin, begin + len(part), dtype=np.int32)),
            resident=resident.arrays(),
            kind=kinds_of(part),
        )


def block_keys(rows: pl.DataFrame, model: Model) -> pl.DataFrame:
    """`record` (position), `key`: every blocking key of every row, each once."""
    return block.block_keys(rows, model.blocking).unique()


def shared_keys(rows: pl.DataFrame, model: Model) -> pl.DataFrame:
    """`record`, `key`: the shared values of every row."""
    parts = [pl.DataFrame(schema=block.KEYS)]
    for column in model.shared:
        held = rows.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("record"), pl.col(column)).drop_nulls()
        parts.append(held.select("record", key=hashed_values(held[column], column)))
    return pl.concat(parts)


def kinds_of(rows: pl.DataFrame) -> Hashes:
    """Hash of each row's entity type; records of two kinds are never compared."""
    return rows["entity_type"].fill_null("").hash(seed=0).to_numpy().astype(np.uint64)


def hashed_names(keys: pl.Series) -> Hashes:
    """Hash of each record key."""
    return keys.hash(seed=0).to_numpy().astype(np.uint64)


def _run(keys: pl.DataFrame, first: int) -> KeyRun:
    return KeyRun.of(keys["key"].to_numpy(), (keys["record"].to_numpy() + first).astype(np.int32))


def _joined(runs: list[KeyRun]) -> KeyRun:
    if len(runs) == 1:
        return runs[0]
    keys = np.concatenate([np.repeat(run.keys, np.diff(run.starts)) for run in runs])
    return KeyRun.of(keys, np.concatenate([run.records for run in runs]))
