"""Any text to the levels that the model file lists: equal, near by some measure, different.

The first level is equality. Every other one says in its own row when it is reached: `jaro_winkler` (similarity at
least), `edits` (at most so many, swaps of neighbours being one), `prefix` (so many first letters equal), `else` (in no
other way).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from linkage.compare.column import Column, Ints, Mask
from linkage.compare.kinds import Agreement, Kind, Levels
from linkage.compare.letters import TOLERANCE, Letters, is_compiled
from linkage.compare.rarity import Rarity
from linkage.errors import ModelError
from linkage.model import Attribute, Model

CONDITIONS = ("jaro_winkler", "edits", "prefix", "else")
"""In the order of the compiled loops' codes."""


@dataclass(frozen=True)
class TextComparator:
    """One column of text.

    Args:
        how: what each level after the first asks for, a place in CONDITIONS; `threshold` how much of it.
    """

    column: Column
    letters: Letters
    how: npt.NDArray[np.int8]
    threshold: npt.NDArray[np.float64]
    rarity: Rarity | None

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> TextComparator:
        """From the attribute's column; with the option `frequency` rare values say more than common ones.

        Raises:
            ModelError: a level after the first does not say, in exactly one way, when it is reached.
        """
        attribute = attributes[0]
        column = Column.of(records[attribute.columns[0]])
        how, threshold = [], []
        for name, level in list(attribute.levels.items())[1:]:
            if len(level.when) != 1 or (asked := next(iter(level.when))) not in CONDITIONS:
                raise ModelError(f"attribute {attribute.name}: level {name} needs one of {', '.join(CONDITIONS)}")
            how.append(CONDITIONS.index(asked))
            threshold.append(level.when[asked] - (TOLERANCE if asked == "jaro_winkler" else 0.0))
        return cls(
            column,
            Letters.of(column.values),
            np.array(how, dtype=np.int8),
            np.array(threshold),
            Rarity.of(column.values, attribute, model),
        )

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement]:
        """Level of each pair, and the rarity of equal values where the model wants it."""
        levels = self._levels(left, right)
        if self.rarity is None:
            return (Agreement(levels),)
        return (Agreement(levels, self.rarity.where_equal(levels == 1, self.column.codes[left])),)

    def _levels(self, left: Ints, right: Ints) -> Levels:
        a, b = self.column.codes[left], self.column.codes[right]
        out = np.zeros(len(left), dtype=np.int8)
        if is_compiled(len(left)):
            from linkage.compare import loops  # noqa: PLC0415 - numba takes most of a second to load

            letters = self.letters
            loops.text_levels(a, b, letters.points, letters.offsets, letters.masks, self.how, self.threshold, out)
            return out
        equal, known = self.column.both(left, right)
        out[equal] = 1
        differ = np.flatnonzero(known & ~equal)
        if len(differ):
            x, y, place = self.column.distinct_pairs(left[differ], right[differ])
            found = np.zeros(len(x), dtype=np.int8)
            for level in range(len(self.how) - 1, -1, -1):
                found[_reaches(CONDITIONS[self.how[level]], self.threshold[level], x, y)] = 2 + level
            out[differ] = found[place]
        return out


TEXT = Kind(TextComparator.build, None)


def _reaches(condition: str, threshold: float, x: pl.Series, y: pl.Series) -> Mask:
    if condition == "jaro_winkler":
        similarity = cpdist(x.to_list(), y.to_list(), scorer=JaroWinkler.similarity, dtype=np.float64)
        return np.asarray(similarity >= threshold)
    if condition == "edits":
        return np.asarray(cpdist(x.to_list(), y.to_list(), scorer=OSA.distance, dtype=np.int32) <= threshold)
    if condition == "prefix":
        wanted = int(threshold)
        frame = pl.DataFrame({"x": x, "y": y})
        long = (pl.col("x").str.len_chars() >= wanted) & (pl.col("y").str.len_chars() >= wanted)
        alike = pl.col("x").str.slice(0, wanted) == pl.col("y").str.slice(0, wanted)
        return frame.select(long & alike).to_series().to_numpy()
    return np.ones(len(x), dtype=np.bool_)
