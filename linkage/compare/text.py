"""Any text to the levels that the model file lists: equal, near by some measure, different.

The first level is equality. Every other one says in its own row when it is reached: `jaro_winkler` (similarity at
least), `edits` (at most so many, swaps of neighbours being one), `prefix` (so many first letters equal), `head` and
`head_jaro_winkler` (the parts before the attribute's `separator` equal or similar), `else` (in no other way).
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
from linkage.compare.letters import TOLERANCE, Letters
from linkage.compare.rarity import Rarity
from linkage.compiled import is_compiled
from linkage.errors import ModelError
from linkage.model import Attribute, Model

CONDITIONS = ("jaro_winkler", "edits", "prefix", "head", "head_jaro_winkler", "else")
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
    separator: str
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
            threshold.append(level.when[asked] - (TOLERANCE if asked.endswith("jaro_winkler") else 0.0))
        return cls(
            column,
            Letters.of(column.values),
            np.array(how, dtype=np.int8),
            np.array(threshold),
            str(attribute.options.get("separator", "@")),
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

            letters = (self.letters.points, self.letters.offsets, self.letters.masks)
            loops.text_levels(a, b, *letters, self.how, self.threshold, np.uint32(ord(self.separator)), out)
            return out
        equal, known = self.column.both(left, right)
        out[equal] = 1
        differ = np.flatnonzero(known & ~equal)
        if len(differ):
            x, y, place = self.column.distinct_pairs(left[differ], right[differ])
            found = np.zeros(len(x), dtype=np.int8)
            for level in range(len(self.how) - 1, -1, -1):
                found[self._reaches(level, x, y)] = 2 + level
            out[differ] = found[place]
        return out

    def _reaches(self, level: int, x: pl.Series, y: pl.Series) -> Mask:
        condition, threshold = CONDITIONS[self.how[level]], self.threshold[level]
        if condition.startswith("head"):
            x, y = (texts.str.splitn(self.separator, 2).struct.field("field_0") for texts in (x, y))
        if condition == "head":
            return (x == y).to_numpy()
        if condition.endswith("jaro_winkler"):
            similarity = cpdist(x.to_list(), y.to_list(), scorer=JaroWinkler.similarity, dtype=np.float64)
            return np.asarray(similarity >= threshold)
        if condition == "edits":
            return np.asarray(cpdist(x.to_list(), y.to_list(), scorer=OSA.distance, dtype=np.int32) <= threshold)
        if condition == "prefix":
            return _alike(x, y, int(threshold))
        return np.ones(len(x), dtype=np.bool_)


TEXT = Kind(TextComparator.build, None)


def _alike(x: pl.Series, y: pl.Series, wanted: int) -> Mask:
    """Whether so many first letters are there and equal."""
    frame = pl.DataFrame({"x": x, "y": y})
    long = (pl.col("x").str.len_chars() >= wanted) & (pl.col("y").str.len_chars() >= wanted)
    alike = pl.col("x").str.slice(0, wanted) == pl.col("y").str.slice(0, wanted)
    return frame.select(long & alike).to_series().to_numpy()
