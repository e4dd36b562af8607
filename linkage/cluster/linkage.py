"""Average linkage inside one component, under must-link and cannot-link, blind to the order of its records.

The partition is a pure function of the component's weights: ties are broken by the records' own order (their keys),
and nothing outside the component has a say.

Source: agglomerative clustering by unweighted average (UPGMA, Sokal and Michener 1958) with clipped weights; the
rule for records that fit two identities is our own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.cluster.groups import Groups
from linkage.compiled import is_compiled

Weights = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
CANNOT = -1e6


@dataclass(frozen=True, slots=True)
class ClusterRules:
    """Limits of the clustering, all in bits.

    Args:
        cut: average weight from which two groups are one person.
        clip: bound on what one pair may say for or against.
        margin: a group that fits two others within this, where those two are no match, joins neither.
        apart: average weight below which two groups are no match.
    """

    cut: float
    clip: float
    margin: float
    apart: float


def partition(weights: Weights, rules: ClusterRules, must: Mask | None = None) -> list[list[int]]:
    """Groups of record positions, each sorted, ordered by their first record.

    Args:
        weights: symmetric match weights in bits; NaN where a pair says nothing, CANNOT or less where two records
            may never be one person. The diagonal is not read.
        must: symmetric; pairs that a person judged to be the same.

    Complexity: cubic in the number of records; components are bounded before.
    """
    return _Groups(weights, rules).grow(must)


@dataclass(frozen=True)
class Batch:
    """Components side by side.

    Args:
        weights: of all pairs inside them, each component's upper triangle in row order.
        starts: where each component's pairs begin, and where the last one ends; `first` likewise for its members.
    """

    weights: Weights
    starts: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]


def partition_all(
    batch: Batch, chosen: npt.NDArray[np.int64], rules: ClusterRules
) -> tuple[npt.NDArray[np.int64], Weights]:
    """`partition` of the chosen components, without judgements.

    Returns:
        place of the first record of each member's group, and the average weight of each member's pairs inside it (0
        alone); members of other components keep their own place.
    """
    root, average = np.arange(batch.first[-1]), np.zeros(batch.first[-1])
    if is_compiled(int(np.diff(batch.starts)[chosen].sum())):
        from linkage.cluster import loops  # noqa: PLC0415 - numba takes most of a second to load

        limits = (rules.cut, rules.margin, rules.apart)
        loops.settle(batch.weights, batch.starts, batch.first, chosen, CANNOT, rules.clip, limits, root, average)
        return root, average
    for number in chosen:
        first, size = batch.first[number], batch.first[number + 1] - batch.first[number]
        matrix = square(batch.weights[batch.starts[number] : batch.starts[number + 1]], size)
        for part in partition(matrix, rules):
            root[first + np.array(part)] = first + part[0]
            average[first + np.array(part)] = inner_average(matrix, part, rules)
    return root, average


def inner_average(weights: Weights, part: list[int], rules: ClusterRules) -> Weights:
    """What each record's pairs inside its group say on average, in bits; 0 where none says anything."""
    inner = np.clip(weights[np.ix_(part, part)], -rules.clip, rules.clip)
    np.fill_diagonal(inner, np.nan)
    return np.asarray(np.nansum(inner, axis=1) / np.maximum((~np.isnan(inner)).sum(axis=1), 1))


def square(triangle: Weights, size: int) -> Weights:
    """A symmetric matrix from its upper triangle in row order."""
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size, 1)] = triangle
    return np.asarray(matrix + matrix.T)


class _Groups(Groups):
    """Groups that fit by the average of their pairs."""

    def __init__(self, weights: Weights, rules: ClusterRules) -> None:
        super().__init__(len(weights))
        self._rules = rules
        self._barred: Mask = weights <= CANNOT
        speaks = ~np.isnan(weights)
        np.fill_diagonal(speaks, val=False)
        self._total = np.where(speaks, np.clip(weights, -rules.clip, rules.clip), 0.0)
        self._pairs = speaks.astype(np.float64)

    def best(self) -> tuple[int, int] | None:
        """The two groups that fit best and may be joined, or None."""
        average = self._average()
        may = self._upper & (average >= self._rules.cut) & ~self._barred & ~self._torn
        may &= self._alive[:, None] & self._alive[None, :]
        if not may.any():
            return None
        i, j = np.unravel_index(int(np.argmax(np.where(may, average, -np.inf))), may.shape)
        return int(i), int(j)

    def rival(self, i: int, j: int) -> tuple[int, int] | None:
        """One of i and j with a third group that fits it nearly as well though it contradicts the other."""
        average = self._average()
        for torn, other in ((i, j), (j, i)):
            fits = self._alive & ~self._barred[torn] & (average[torn] >= self._rules.cut)
            fits &= average[torn] >= average[i, j] - self._rules.margin
            fits[[i, j]] = False
            found = np.flatnonzero(fits & (self._barred[other] | (average[other] < self._rules.apart)))
            if len(found):
                return torn, int(found[np.argmax(average[torn][found])])
        return None

    def absorb(self, i: int, j: int) -> None:
        """What group j says is part of what group i says."""
        for matrix in (self._total, self._pairs, self._barred):
            np.add(matrix[i], matrix[j], out=matrix[i])
            matrix[:, i] = matrix[i]
        self._total[i, i] = self._pairs[i, i] = 0.0

    def _average(self) -> Weights:
        """Average of the pairs that say anything; no pair, no say."""
        return self._total / np.maximum(self._pairs, 1.0)
