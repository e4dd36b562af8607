"""One dictionary-encoded column, and what comparisons of codes need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


FEW = 1000
"""Rows below which plain Python is faster than starting the vectorised work."""


@dataclass(frozen=True)
class Column:
    """A column as integer codes.

    Args:
        codes: one code a record, -1 for missing.
        values: the text of each code, sorted.
    """

    codes: Ints
    values: pl.Series

    @classmethod
    def of(cls, series: pl.Series) -> Column:
        """The codes of a series; an empty text is missing."""
        if len(series) < FEW:
            return cls._of_few(series)
        text = series.cast(pl.String)
        frame = pl.DataFrame({"value": text.set(text == "", None)})
        values = frame["value"].drop_nulls().unique().sort()
        lookup = pl.DataFrame({"value": values, "code": np.arange(len(values), dtype=np.int32)})
        codes = frame.join(lookup, on="value", how="left", maintain_order="left")["code"].fill_null(-1)
        return cls(codes.to_numpy().astype(np.int32), values)

    @classmethod
    def _of_few(cls, series: pl.Series) -> Column:
        given = series.cast(pl.String).to_list()
        values = sorted({value for value in given if value})
        code = {value: place for place, value in enumerate(values)}
        codes = np.array([code.get(value, -1) for value in given], dtype=np.int32)
        return cls(codes, pl.Series(values, dtype=pl.String))

    def both(self, left: Ints, right: Ints) -> tuple[Mask, Mask]:
        """Whether the values of each pair are equal, and whether both are known."""
        a, b = self.codes[left], self.codes[right]
        known = (a >= 0) & (b >= 0)
        return known & (a == b), known

    def distinct_pairs(self, left: Ints, right: Ints) -> tuple[pl.Series, pl.Series, Longs]:
        """Each distinct pair of values once, smaller code first, and the place of every given pair among them.

        Args:
            left: record positions whose value is known; `right` likewise.
        """
        a, b = self.codes[left], self.codes[right]
        count = len(self.values)
        pairs = np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b)
        distinct, place = np.unique(pairs, return_inverse=True)
        return self.values.gather(distinct // count), self.values.gather(distinct % count), place
