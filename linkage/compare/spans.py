"""Two spans of life, one after the other: by the days from the end of the one to the start of the other.

Levels are listed in the model file, best first: each is reached from `from_day` to `to_day`, the last one, `else`, in
no other way. Negative days: the second began before the first ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.compare.column import Ints, Mask
from linkage.compare.kinds import Agreement, Kind, Levels
from linkage.errors import ModelError
from linkage.model import Attribute, Model

UNKNOWN = np.iinfo(np.int32).min
"""Stands for a day that is not known."""


@dataclass(frozen=True)
class Spans:
    """First and last day of every record, as days since 1970-01-01; UNKNOWN where a record does not say."""

    start: Ints
    end: Ints

    @classmethod
    def of(cls, records: pl.DataFrame, columns: Sequence[str]) -> Spans:
        """From two columns of dates, start and end."""
        start, end = (records[name].cast(pl.Date).cast(pl.Int32).fill_null(UNKNOWN).to_numpy() for name in columns)
        return cls(start, end)

    def gap(self, left: Ints, right: Ints) -> tuple[Ints, Mask]:
        """Days from the end of the earlier to the start of the later, and whether the left one is the earlier.

        Where either could follow the other, the way that leaves more time between them counts. Symmetric: turning a
        pair round turns the answer round.

        Returns:
            The days, UNKNOWN where no end can be set against a start, and the order, which means nothing there.
        """
        forth = _days(self.end[left], self.start[right])
        back = _days(self.end[right], self.start[left])
        return np.maximum(forth, back), np.asarray(forth > back, dtype=np.bool_)


def _days(end: Ints, start: Ints) -> Ints:
    is_known = (end != UNKNOWN) & (start != UNKNOWN)
    return np.where(is_known, start - np.where(is_known, end, 0), UNKNOWN).astype(np.int32)


@dataclass(frozen=True)
class SequenceComparator:
    """Spans, and the days that each level but the last reaches from and to."""

    spans: Spans
    reaches: npt.NDArray[np.float64]

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> SequenceComparator:
        """From the attribute's two columns, start and end.

        Raises:
            ModelError: a level does not say from and to which day it reaches, or the last one is not `else`.
        """
        attribute = attributes[0]
        *rows, last = attribute.levels.items()
        for name, level in (*rows, last):
            wanted = {"else"} if name == last[0] else {"from_day", "to_day"}
            if set(level.when) != wanted:
                raise ModelError(f"attribute {attribute.name}: level {name} needs {' and '.join(sorted(wanted))}")
        reaches = np.array([[level.when["from_day"], level.when["to_day"]] for _, level in rows]).reshape(-1, 2)
        return cls(Spans.of(records, attribute.columns), reaches)

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement]:
        """Level of each pair of spans."""
        days, _ = self.spans.gap(left, right)
        level: Levels = np.full(len(left), len(self.reaches) + 1, dtype=np.int8)
        for code in range(len(self.reaches), 0, -1):
            first, last = self.reaches[code - 1]
            level[(days >= first) & (days <= last)] = code
        level[days == UNKNOWN] = 0
        return (Agreement(level),)


SEQUENCE = Kind(SequenceComparator.build, None, is_cheap=True)
