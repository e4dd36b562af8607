"""Groups of records that grow by what fits best, whatever makes them fit.

A group lives at the position of its first record. A group that fits two others equally well, where those two are no
match, joins neither: that is left for a person. The order of records has no say but in ties.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


class Groups(ABC):
    """Groups while they grow."""

    def __init__(self, count: int) -> None:
        self._members: list[list[int]] = [[i] for i in range(count)]
        self._alive = np.ones(count, dtype=np.bool_)
        self._torn = np.zeros((count, count), dtype=np.bool_)
        self._upper = np.triu(np.ones((count, count), dtype=np.bool_), 1)

    @abstractmethod
    def best(self) -> tuple[int, int] | None:
        """The two groups that fit best and may be joined, or None."""

    @abstractmethod
    def rival(self, i: int, j: int) -> tuple[int, int] | None:
        """One of i and j with a third group that fits it nearly as well though it contradicts the other."""

    @abstractmethod
    def absorb(self, i: int, j: int) -> None:
        """What group j says is part of what group i says."""

    def grow(self, must: Mask | None) -> list[list[int]]:
        """Positions of each group in the end, sorted, groups ordered by their first record.

        Args:
            must: symmetric; pairs that a person judged to be the same.
        """
        if must is not None:
            for i, j in zip(*np.nonzero(np.triu(must, 1)), strict=True):
                self._join_judged(int(i), int(j))
        while (best := self.best()) is not None:
            rival = self.rival(*best)
            if rival is None:
                self._merge(*best)
            else:
                self._tear(best)
                self._tear(rival)
        return sorted(sorted(group) for group, lives in zip(self._members, self._alive, strict=True) if lives)

    def _merge(self, i: int, j: int) -> None:
        self._members[i].extend(self._members[j])
        self._alive[j] = False
        self.absorb(i, j)
        np.logical_or(self._torn[i], self._torn[j], out=self._torn[i])
        self._torn[:, i] = self._torn[i]

    def _tear(self, pair: tuple[int, int]) -> None:
        """The two groups are left for a person to judge."""
        self._torn[pair] = self._torn[pair[::-1]] = True

    def _join_judged(self, i: int, j: int) -> None:
        """The groups of two records are one, whatever the weights say."""
        a, b = sorted((self._group_of(i), self._group_of(j)))
        if a != b:
            self._merge(a, b)

    def _group_of(self, record: int) -> int:
        return next(k for k, group in enumerate(self._members) if self._alive[k] and record in group)
