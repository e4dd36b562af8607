"""Affected components with all their pairs scored, in batches of bounded size, to identities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage import cluster, score
from linkage.model import Thresholds

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Triangle = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
Group = tuple[list[int], list[float]]

BATCH = 500_000
"""Pairs scored at a time."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's word on two records, by position."""

    left: int
    right: int
    is_same: bool


class Solver:
    """Splits components into identities.

    Args:
        weigh: what each pair of positions says: match weight in bits, NaN for nothing, CANNOT for a bar.
        judged: judgements on records of any component.
    """

    def __init__(
        self,
        weigh: Callable[[Ints, Ints], Floats],
        thresholds: Thresholds,
        judged: Sequence[Judgement],
    ) -> None:
        self._weigh = weigh
        self._rules = cluster.ClusterRules(thresholds.same, thresholds.clip, thresholds.margin)
        self._judged = judged
        self._decided = {position for j in judged for position in (j.left, j.right)}

    def solve(self, labels: Ints, affected: Mask) -> Iterator[Group]:
        """Records of each identity with their confidences, over all affected components."""
        members = np.flatnonzero(affected).astype(np.int32)
        order = members[np.lexsort((members, labels[members]))]
        batch: list[Ints] = []
        pairs = 0
        for component in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if len(order) else []:
            if len(component) == 1:
                yield [int(component[0])], [1.0]
                continue
            batch.append(component)
            pairs += len(component) * (len(component) - 1) // 2
            if pairs >= BATCH:
                yield from self._batch(batch)
                batch, pairs = [], 0
        if batch:
            yield from self._batch(batch)

    def _batch(self, batch: list[Ints]) -> Iterator[Group]:
        triangles = [np.triu_indices(len(component), 1) for component in batch]
        left = np.concatenate([c[t[0]] for c, t in zip(batch, triangles, strict=True)])
        right = np.concatenate([c[t[1]] for c, t in zip(batch, triangles, strict=True)])
        weight = self._weigh(left, right)
        at = 0
        for component, triangle in zip(batch, triangles, strict=True):
            stop = at + len(triangle[0])
            members = component.tolist()
            matrix = _square(triangle, weight[at:stop], len(members))
            for part in self._parts(members, matrix, weight[at:stop]):
                yield [members[i] for i in part], self._confidence(matrix, part)
            at = stop

    def _parts(self, members: list[int], matrix: Floats, weight: Floats) -> list[list[int]]:
        is_judged = not self._decided.isdisjoint(members)
        if not is_judged and bool((weight >= self._rules.cut).all()):
            return [list(range(len(members)))]
        if not is_judged and len(members) == 2:
            return [[0], [1]]
        matrix = matrix.copy()
        must = np.zeros_like(matrix, dtype=np.bool_)
        place = {record: i for i, record in enumerate(members)}
        for judgement in self._judged:
            if judgement.left in place and judgement.right in place:
                i, j = place[judgement.left], place[judgement.right]
                if judgement.is_same:
                    must[i, j] = must[j, i] = True
                else:
                    matrix[i, j] = matrix[j, i] = cluster.CANNOT
        return cluster.partition(matrix, self._rules, must)

    def _confidence(self, matrix: Floats, part: list[int]) -> list[float]:
        """Probability that each record belongs: of the average of what its pairs say; alone it is certain."""
        if len(part) == 1:
            return [1.0]
        inner = np.clip(matrix[np.ix_(part, part)], -self._rules.clip, self._rules.clip)
        np.fill_diagonal(inner, np.nan)
        speaking = np.maximum((~np.isnan(inner)).sum(axis=1), 1)
        return [float(value) for value in score.probability(np.nansum(inner, axis=1) / speaking)]


def _square(triangle: Triangle, values: Floats, size: int) -> Floats:
    matrix = np.zeros((size, size))
    matrix[triangle] = values
    return np.asarray(matrix + matrix.T)
