"""Agglomeration inside one component in which groups are compared with all their values, blind to record order.

A pair of records often lacks what their identities have: one gives the first given name and one the second, and a
third record knows both. So two groups are weighed attribute by attribute, each by its best agreeing pair, and what
contradicts between two records counts no more once a third explains it. The partition is a pure function of the
component's pairs: ties are broken by the records' own order (their keys).

Source: single linkage by attribute is our own, after the entity-centric comparison of Senzing ("principle-based entity
resolution"); the rule for groups that fit two identities is that of `linkage.cluster.linkage`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.cluster.linkage import ClusterRules

Planes = npt.NDArray[np.float32]
Weights = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """What all pairs of one component say.

    Args:
        planes: bits by alternative, attribute, record and record; the maximum of several pairs is what they say
            together. Symmetric in the last two axes.
        barred: symmetric; two records that may never be one person.
        weigh: planes of any number of pairs (alternatives, attributes, pairs) to match weights in bits; told by
            attribute and pair whether both sides are confirmed.
        confirming: attributes that count as confirmed within a group once two of its records agree on them.
    """

    planes: Planes
    barred: Mask
    weigh: Callable[[Planes, Mask], Weights]
    confirming: npt.NDArray[np.int64]


def partition_entities(evidence: Evidence, rules: ClusterRules, must: Mask | None = None) -> list[list[int]]:
    """Groups of record positions, each sorted, ordered by their first record.

    Args:
        must: symmetric; pairs that a person judged to be the same.

    Complexity: cubic in the number of records; components are bounded before.
    """
    groups = _Groups(evidence, rules)
    if must is not None:
        for i, j in zip(*np.nonzero(np.triu(must, 1)), strict=True):
            groups.join_judged(int(i), int(j))
    while (best := groups.best()) is not None:
        rival = groups.rival(*best)
        if rival is None:
            groups.merge(*best)
        else:
            groups.tear(best)
            groups.tear(rival)
    return groups.result()


class _Groups:
    """Groups while they grow; a group lives at the position of its first record."""

    def __init__(self, evidence: Evidence, rules: ClusterRules) -> None:
        count = len(evidence.barred)
        self._rules = rules
        self._weigh = evidence.weigh
        self._confirming = evidence.confirming
        self._confirmed = np.zeros((len(evidence.confirming), count), dtype=np.bool_)
        self._planes = evidence.planes.copy()
        self._barred = evidence.barred.copy()
        shape = self._planes.shape
        nothing = np.zeros((len(evidence.confirming), count * count), dtype=np.bool_)
        self._weight = evidence.weigh(self._planes.reshape(*shape[:2], -1), nothing).reshape(count, count)
        self._members: list[list[int]] = [[i] for i in range(count)]
        self._alive = np.ones(count, dtype=np.bool_)
        self._torn = np.zeros((count, count), dtype=np.bool_)
        self._upper = np.triu(np.ones((count, count), dtype=np.bool_), 1)

    def best(self) -> tuple[int, int] | None:
        """The two groups that fit best and may be joined, or None."""
        may = self._upper & (self._weight >= self._rules.cut) & ~self._barred & ~self._torn
        may &= self._alive[:, None] & self._alive[None, :]
        if not may.any():
            return None
        i, j = np.unravel_index(int(np.argmax(np.where(may, self._weight, -np.inf))), may.shape)
        return int(i), int(j)

    def rival(self, i: int, j: int) -> tuple[int, int] | None:
        """One of i and j with a third group that fits it nearly as well, though it contradicts the two together."""
        confirmed = self._confirmed_by(i, j)[:, None] & self._confirmed
        together = self._weigh(np.maximum(self._planes[:, :, i], self._planes[:, :, j]), confirmed)
        against = self._barred[i] | self._barred[j] | (together < self._rules.apart)
        for torn in (i, j):
            fits = self._alive & ~self._barred[torn] & (self._weight[torn] >= self._rules.cut)
            fits &= self._weight[torn] >= self._weight[i, j] - self._rules.margin
            fits[[i, j]] = False
            found = np.flatnonzero(fits & against)
            if len(found):
                return torn, int(found[np.argmax(self._weight[torn][found])])
        return None

    def tear(self, pair: tuple[int, int]) -> None:
        """The two groups are left for a person to judge."""
        self._torn[pair] = self._torn[pair[::-1]] = True

    def join_judged(self, i: int, j: int) -> None:
        """The groups of two records are one, whatever the weights say."""
        a, b = sorted((self._group_of(i), self._group_of(j)))
        if a != b:
            self.merge(a, b)

    def merge(self, i: int, j: int) -> None:
        """Group j is part of group i."""
        self._members[i].extend(self._members[j])
        self._alive[j] = False
        self._confirmed[:, i] = self._confirmed_by(i, j)
        np.maximum(self._planes[:, :, i], self._planes[:, :, j], out=self._planes[:, :, i])
        self._planes[:, :, :, i] = self._planes[:, :, i]
        for matrix in (self._barred, self._torn):
            np.logical_or(matrix[i], matrix[j], out=matrix[i])
            matrix[:, i] = matrix[i]
        self._weight[i] = self._weigh(self._planes[:, :, i], self._confirmed[:, i, None] & self._confirmed)
        self._weight[:, i] = self._weight[i]

    def result(self) -> list[list[int]]:
        return sorted(sorted(group) for group, lives in zip(self._members, self._alive, strict=True) if lives)

    def _confirmed_by(self, i: int, j: int) -> Mask:
        """Attributes confirmed within two groups together: in one of them, or by a record of each."""
        agree = self._planes[0, self._confirming, i, j] > 0
        return np.asarray(self._confirmed[:, i] | self._confirmed[:, j] | agree)

    def _group_of(self, record: int) -> int:
        return next(k for k, group in enumerate(self._members) if self._alive[k] and record in group)
