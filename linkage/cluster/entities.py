"""Agglomeration inside one component in which groups are compared with all their values, blind to record order.

A pair of records often lacks what their identities have: one gives the first given name and one the second, and a
third record knows both. So two groups are weighed attribute by attribute, each by its best agreeing pair, and what
contradicts between two records counts no more once a third explains it. Attributes with slips (a date one digit off)
say the average of their pairs instead, so that a chain of slips joins nobody. The partition is a pure function of the
component's pairs: ties are broken by the records' own order (their keys).

Source: single linkage by attribute is our own, after the entity-centric comparison of Senzing ("principle-based entity
resolution"); the rule for groups that fit two identities is that of `linkage.cluster.linkage`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.cluster.groups import Groups
from linkage.cluster.linkage import ClusterRules

Planes = npt.NDArray[np.float32]
Weights = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
SILENT = -8192.0
"""Bits that stand where a pair says nothing, as in `linkage.score.planes`."""


@dataclass(frozen=True)
class Evidence:
    """What all pairs of one component say.

    Args:
        planes: bits by alternative, plane, record and record, symmetric in the last two; SILENT and less where a pair
            says nothing. What several pairs say together is their maximum.
        barred: symmetric; two records that may never be one person.
        weigh: planes of any number of pairs (alternatives, planes, pairs) to match weights in bits; told by attribute
            and pair whether both sides are confirmed.
        averaged: planes of which several pairs say the average: those of attributes with slips, first the attributes'
            own, then those of their slips.
    """

    planes: Planes
    barred: Mask
    weigh: Callable[[Planes, Mask], Weights]
    averaged: npt.NDArray[np.int64]


def partition_entities(evidence: Evidence, rules: ClusterRules, must: Mask | None = None) -> list[list[int]]:
    """Groups of record positions, each sorted, ordered by their first record.

    Args:
        must: symmetric; pairs that a person judged to be the same.

    Complexity: cubic in the number of records; components are bounded before.
    """
    return _Groups(evidence, rules).grow(must)


class _Groups(Groups):
    """Groups that are weighed with all their values."""

    def __init__(self, evidence: Evidence, rules: ClusterRules) -> None:
        count = len(evidence.barred)
        super().__init__(count)
        self._rules = rules
        self._weigh = evidence.weigh
        self._planes = evidence.planes.copy()
        self._barred = evidence.barred.copy()
        own, slips = np.split(evidence.averaged, 2)
        self._averaged = evidence.averaged
        speaks = np.maximum(self._planes[0, own], self._planes[0, slips]) > SILENT
        self._agrees = self._planes[0, own] > 0
        self._sum = np.where(self._planes[:, self._averaged] > SILENT, self._planes[:, self._averaged], 0.0)
        self._pairs = np.tile(speaks, (2, 1, 1)).astype(np.float64)
        self._confirmed = np.zeros((len(own), count), dtype=np.bool_)
        nothing = np.zeros((len(own), count * count), dtype=np.bool_)
        flat = self._planes.reshape(*self._planes.shape[:2], -1)
        self._weight = evidence.weigh(flat, nothing).reshape(count, count)
        self._total = np.clip(self._weight, -rules.clip, rules.clip)
        self._size = np.ones(count)

    def best(self) -> tuple[int, int] | None:
        """The two groups that fit best and may be joined, or None."""
        average = self._total / (self._size[:, None] * self._size[None, :])
        may = self._upper & (self._weight >= self._rules.cut) & ~self._barred & ~self._torn
        may &= average >= self._rules.apart
        may &= self._alive[:, None] & self._alive[None, :]
        if not may.any():
            return None
        i, j = np.unravel_index(int(np.argmax(np.where(may, self._weight, -np.inf))), may.shape)
        return int(i), int(j)

    def rival(self, i: int, j: int) -> tuple[int, int] | None:
        """One of i and j with a third group that fits it nearly as well, though it contradicts the two together."""
        together = self._weights_of(*self._together(i, j), self._confirmed_by(i, j))
        against = self._barred[i] | self._barred[j] | (together < self._rules.apart)
        for torn in (i, j):
            fits = self._alive & ~self._barred[torn] & (self._weight[torn] >= self._rules.cut)
            fits &= self._weight[torn] >= self._weight[i, j] - self._rules.margin
            fits[[i, j]] = False
            found = np.flatnonzero(fits & against)
            if len(found):
                return torn, int(found[np.argmax(self._weight[torn][found])])
        return None

    def absorb(self, i: int, j: int) -> None:
        """What group j says is part of what group i says."""
        self._size[i] += self._size[j]
        self._total[i] += self._total[j]
        self._total[:, i] = self._total[i]
        self._confirmed[:, i] = self._confirmed_by(i, j)
        self._planes[:, :, i], self._sum[:, :, i], self._pairs[:, i] = self._together(i, j)
        for planes in (self._planes, self._sum, self._pairs):
            planes[..., :, i] = planes[..., i, :]
        for matrix in (self._barred, *self._agrees):
            np.logical_or(matrix[i], matrix[j], out=matrix[i])
            matrix[:, i] = matrix[i]
        row = self._planes[:, :, i], self._sum[:, :, i], self._pairs[:, i]
        self._weight[i] = self._weights_of(*row, self._confirmed[:, i])
        self._weight[:, i] = self._weight[i]

    def _together(self, i: int, j: int) -> tuple[Planes, Weights, Weights]:
        """Planes, sums and numbers of pairs of two groups together with every other."""
        planes = np.maximum(self._planes[:, :, i], self._planes[:, :, j])
        return planes, self._sum[:, :, i] + self._sum[:, :, j], self._pairs[:, i] + self._pairs[:, j]

    def _weights_of(self, planes: Planes, total: Weights, pairs: Weights, confirmed: Mask) -> Weights:
        """Match weights of one group with every other."""
        means = np.where(pairs > 0, total / np.maximum(pairs, 1.0), SILENT)
        row = planes.copy()
        row[:, self._averaged] = means
        return self._weigh(row, confirmed[:, None] & self._confirmed)

    def _confirmed_by(self, i: int, j: int) -> Mask:
        """Attributes confirmed within two groups together: in one of them, or by a record of each."""
        return np.asarray(self._confirmed[:, i] | self._confirmed[:, j] | self._agrees[:, i, j])
