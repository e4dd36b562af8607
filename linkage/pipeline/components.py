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

BATCH = 200_000
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
        shapes = {len(component): np.triu_indices(len(component), 1) for component in batch}
        pairs = np.array([len(shapes[len(component)][0]) for component in batch])
        starts = np.append(0, np.cumsum(pairs))
        first = np.append(0, np.cumsum([len(component) for component in batch]))
        shift = np.repeat(first[:-1], pairs)
        left = np.concatenate([shapes[len(component)][0] for component in batch]) + shift
        right = np.concatenate([shapes[len(component)][1] for component in batch]) + shift
        members = np.concatenate(batch)
        weight = self._weigh(members[left], members[right])
        is_whole = np.logical_and.reduceat(weight >= self._rules.cut, starts[:-1])
        clipped = np.clip(weight, -self._rules.clip, self._rules.clip)
        total = np.bincount(left, clipped, len(members)) + np.bincount(right, clipped, len(members))
        confidence = score.probability(total / np.repeat(np.diff(first) - 1, np.diff(first))).tolist()
        for number, component in enumerate(batch):
            records = component.tolist()
            if is_whole[number] and (not self._decided or self._decided.isdisjoint(records)):
                yield records, confidence[first[number] : first[number + 1]]
                continue
            triangle = shapes[len(component)]
            matrix = _square(triangle, weight[starts[number] : starts[number + 1]], len(records))
            must = self._judge(records, matrix)
            for part in self._parts(records, matrix, must):
                yield [records[i] for i in part], self._confidence(matrix, part, must)

    def _judge(self, members: list[int], matrix: Floats) -> Mask:
        """Which pairs a person judged to be the same; what was judged different is barred in `matrix`."""
        must = np.zeros_like(matrix, dtype=np.bool_)
        place = {record: i for i, record in enumerate(members)}
        for judgement in self._judged:
            if judgement.left in place and judgement.right in place:
                i, j = place[judgement.left], place[judgement.right]
                if judgement.is_same:
                    must[i, j] = must[j, i] = True
                else:
                    matrix[i, j] = matrix[j, i] = cluster.CANNOT
        return must

    def _parts(self, members: list[int], matrix: Floats, must: Mask) -> list[list[int]]:
        """Places within a component that is not one identity as it stands."""
        if len(members) == 2 and self._decided.isdisjoint(members):
            return [[0], [1]]
        return cluster.partition(matrix, self._rules, must)

    def _confidence(self, matrix: Floats, part: list[int], must: Mask) -> list[float]:
        """Probability that each record belongs: of the average of what its pairs say; alone it is certain.

        Where a person joined records, their word counts as the strongest pair, and what speaks against was overruled.
        """
        if len(part) == 1:
            return [1.0]
        inside = np.ix_(part, part)
        inner = np.clip(matrix[inside], -self._rules.clip, self._rules.clip)
        if must[inside].any():
            inner = np.where(must[inside], self._rules.clip, np.where(inner < 0, np.nan, inner))
        np.fill_diagonal(inner, np.nan)
        speaking = np.maximum((~np.isnan(inner)).sum(axis=1), 1)
        return [float(value) for value in score.probability(np.nansum(inner, axis=1) / speaking)]


def _square(triangle: Triangle, values: Floats, size: int) -> Floats:
    matrix = np.zeros((size, size))
    matrix[triangle] = values
    return np.asarray(matrix + matrix.T)
