"""Many pairs as the few distinct vectors of agreement levels they have, each with its number of pairs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.errors import SchemaError

Levels = npt.NDArray[np.int8]
Counts = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

DENSE = 4
"""Possible codes a pair up to which they are counted in a table instead of being sorted."""
SPAN = 1 << 62
"""Codes stay below this; beyond it they are numbered anew."""


@dataclass(frozen=True)
class Patterns:
    """Distinct vectors of agreement levels.

    Args:
        levels: int8, (patterns, attributes); 0 = missing, which is neither agreement nor disagreement.
        counts: float64, (patterns,): pairs that have the vector, each above 0.
        sizes: number of levels of each attribute, missing included.
    """

    levels: Levels
    counts: Counts
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, levels: Levels, sizes: Sequence[int], counts: Counts | None = None) -> Patterns:
        """The patterns of many pairs, in the order of their levels whatever the order of the pairs.

        Args:
            levels: int8, (pairs, attributes).
            sizes: number of levels of each attribute, missing included.
            counts: pairs that each row stands for; one where not given.

        Raises:
            SchemaError: a level is negative or not below its attribute's size.
        """
        if levels.ndim != 2 or levels.shape[1] != len(sizes):
            raise SchemaError("patterns", "levels", f"{len(sizes)} columns", f"shape {levels.shape}")
        codes, span = encode(levels, sizes)
        if span <= DENSE * len(codes):
            table = _totals(codes, counts, span)
            found = np.flatnonzero(table)
            return cls(_decode(found, sizes), table[found], tuple(sizes))
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        table = _totals(inverse, counts, len(first))
        kept = table > 0
        return cls(levels[first[kept]], table[kept], tuple(sizes))

    @property
    def pairs(self) -> float:
        """Number of pairs behind the patterns."""
        return float(self.counts.sum())

    def count(self, levels: Levels) -> Counts:
        """How many of these rows have each pattern, in the patterns' order.

        Raises:
            SchemaError: a row has a vector that is none of the patterns.
        """
        codes, _ = encode(np.concatenate([self.levels, levels]), self.sizes)
        own, asked = codes[: len(self.levels)], codes[len(self.levels) :]
        order = np.argsort(own)
        place = np.minimum(np.searchsorted(own[order], asked), len(own) - 1)
        found = order[place]
        if (own[found] != asked).any():
            raise SchemaError("patterns", "levels", "vectors of the sample", "another vector")
        return _totals(found, None, len(own))

    def without(self, attributes: Collection[int]) -> Patterns:
        """The same pairs with these attributes missing: those a blocking rule made agree say nothing within it."""
        levels = self.levels.copy()
        levels[:, sorted(attributes)] = 0
        return Patterns.of(levels, self.sizes, self.counts)

    def sorted(self) -> Patterns:
        """The same patterns in the order that `of` gives them."""
        return Patterns.of(self.levels, self.sizes, self.counts)


def merge(parts: Sequence[Patterns]) -> Patterns:
    """All pairs of several parts of one sample, as from chunks of a stream.

    Raises:
        SchemaError: the parts have different attributes.
    """
    if len({part.sizes for part in parts}) != 1:
        raise SchemaError("patterns", "sizes", "one set of attributes", f"{len({p.sizes for p in parts})} sets")
    levels = np.concatenate([part.levels for part in parts])
    return Patterns.of(levels, parts[0].sizes, np.concatenate([part.counts for part in parts]))


def encode(levels: Levels, sizes: Sequence[int]) -> tuple[Codes, int]:
    """One integer for each row, ordered as the rows are, and the number of integers possible.

    Equal rows have equal codes within one call; where the product of the sizes is too large for 64 bits, the codes
    are ranks, so those of two calls must not be compared.

    Raises:
        SchemaError: a level is negative or not below its attribute's size.
    """
    codes = np.zeros(len(levels), dtype=np.int64)
    span = 1
    for attribute, size in enumerate(sizes):
        column = levels[:, attribute]
        if len(column) and not (column.min() >= 0 and column.max() < size):
            raise SchemaError("patterns", f"attribute {attribute}", f"levels in [0, {size})", f"up to {column.max()}")
        if span > SPAN // size:
            distinct, codes = np.unique(codes, return_inverse=True)
            span = len(distinct)
        codes = codes * size + column
        span *= size
    return codes, span


def _totals(codes: Codes, counts: Counts | None, size: int) -> Counts:
    return np.asarray(np.bincount(codes, counts, minlength=size), dtype=np.float64)


def _decode(codes: Codes, sizes: Sequence[int]) -> Levels:
    levels = np.empty((len(codes), len(sizes)), dtype=np.int8)
    rest = codes
    for attribute in reversed(range(len(sizes))):
        rest, levels[:, attribute] = np.divmod(rest, sizes[attribute])
    return levels
