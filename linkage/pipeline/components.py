"""Affected components with all their pairs scored, in batches of bounded size, to identities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage import cluster, score
from linkage.model import Thresholds

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's word on two records, by position."""

    left: int
    right: int
    is_same: bool


@dataclass(frozen=True)
class Partition:
    """Which identity each record is in.

    Args:
        root: position of the first record of each record's identity; -1 where it was not asked for.
        confidence: probability that the record belongs to it.
    """

    root: Ints
    confidence: Floats

    def groups(self) -> Iterator[tuple[list[int], list[float]]]:
        """Positions and confidences of each identity, by its first record."""
        members = np.flatnonzero(self.root >= 0)
        order = members[np.lexsort((members, self.root[members]))]
        starts = np.flatnonzero(np.diff(self.root[order], prepend=-1))
        for group in np.split(order, starts[1:]) if len(order) else []:
            yield group.tolist(), self.confidence[group].tolist()


@dataclass(frozen=True)
class Batch:
    """Some components, their members side by side, and all pairs inside them in row order."""

    members: Ints
    sizes: Longs
    left: Longs
    right: Longs

    @property
    def first(self) -> Longs:
        """Where each component begins among the members, and where the last one ends."""
        return np.append(0, np.cumsum(self.sizes))

    @property
    def starts(self) -> Longs:
        """Where each component's pairs begin, and where the last ones end."""
        return np.append(0, np.cumsum(self.sizes * (self.sizes - 1) // 2))


class Solver:
    """Splits components into identities.

    Args:
        weigh: what each pair of positions says: match weight in bits, NaN for nothing, CANNOT for a bar.
        judged: judgements on records of any component.
    """

    BATCH = 400_000
    """Pairs scored at a time."""

    def __init__(
        self,
        weigh: Callable[[Ints, Ints], Floats],
        thresholds: Thresholds,
        judged: Sequence[Judgement],
    ) -> None:
        self._weigh = weigh
        apart = min(-thresholds.same, thresholds.cut)
        self._rules = cluster.ClusterRules(thresholds.cut, thresholds.clip, thresholds.margin, apart)
        self._judged = judged
        self._decided = {position for j in judged for position in (j.left, j.right)}

    def solve(self, labels: Ints, affected: Mask) -> Partition:
        """The identities of all affected records.

        Args:
            labels: component number of every record.
            affected: by position; whole components.
        """
        root = np.where(affected, np.arange(len(labels), dtype=np.int32), np.int32(-1))
        confidence = np.ones(len(labels))
        members = np.flatnonzero(affected).astype(np.int32)
        order = members[np.lexsort((members, labels[members]))]
        starts = np.append(np.flatnonzero(np.diff(labels[order], prepend=-1)), len(order))
        sizes = np.diff(starts)
        order = order[np.repeat(sizes > 1, sizes)]
        for batch in _batches(order, sizes[sizes > 1], self.BATCH):
            self._solve_batch(batch, root, confidence)
        return Partition(root, confidence)

    def _solve_batch(self, batch: Batch, root: Ints, confidence: Floats) -> None:
        weight = self._weigh(batch.members[batch.left], batch.members[batch.right])
        starts, first, sizes = batch.starts, batch.first, batch.sizes
        is_open = ~np.logical_and.reduceat(weight >= self._rules.cut, starts[:-1])
        is_judged = self._is_judged(batch)
        clipped = np.clip(weight, -self._rules.clip, self._rules.clip)
        count = len(batch.members)
        total = np.bincount(batch.left, clipped, count) + np.bincount(batch.right, clipped, count)
        average: Floats = total / np.repeat(sizes - 1, sizes)
        place = np.repeat(first[:-1], sizes)
        parted = np.flatnonzero(is_open & ~is_judged)
        split, said = cluster.partition_all(cluster.Batch(weight, starts, first), parted, self._rules)
        inside = np.repeat(is_open & ~is_judged, sizes)
        place[inside], average[inside] = split[inside], said[inside]
        root[batch.members] = batch.members[place]
        confidence[batch.members] = score.probability(average)
        alone = np.bincount(place, minlength=count)[place] == 1
        confidence[batch.members[alone]] = 1.0
        for number in np.flatnonzero(is_judged):
            records = batch.members[first[number] : first[number + 1]]
            matrix = cluster.square(weight[starts[number] : starts[number + 1]], len(records))
            must = self._judge(records.tolist(), matrix)
            for part in cluster.partition(matrix, self._rules, must):
                root[records[part]] = records[part[0]]
                confidence[records[part]] = self._confidence(matrix, part, must)

    def _is_judged(self, batch: Batch) -> Mask:
        """Which components hold a record that a person judged."""
        if not self._decided:
            return np.zeros(len(batch.sizes), dtype=np.bool_)
        is_judged = np.isin(batch.members, np.array(sorted(self._decided)))
        return np.asarray(np.logical_or.reduceat(is_judged, batch.first[:-1]))

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

    def _confidence(self, matrix: Floats, part: list[int], must: Mask) -> list[float]:
        """Probability that each record belongs: of the average of what its pairs say; alone it is certain.

        Where a person joined records, their word counts as the strongest pair, and what speaks against was overruled.
        """
        if len(part) == 1:
            return [1.0]
        inside = np.ix_(part, part)
        if must[inside].any():
            matrix = matrix.copy()
            matrix[inside] = np.where(
                must[inside], self._rules.clip, np.where(matrix[inside] < 0, np.nan, matrix[inside])
            )
        return [float(value) for value in score.probability(cluster.inner_average(matrix, part, self._rules))]


def _batches(members: Ints, sizes: Longs, most: int) -> Iterator[Batch]:
    """Whole components, about `most` pairs at a time."""
    pairs = np.cumsum(sizes * (sizes - 1) // 2)
    ends = np.cumsum(sizes)
    at = 0
    while at < len(sizes):
        done = pairs[at - 1] if at else 0
        stop = max(int(np.searchsorted(pairs, done + most, side="right")), at + 1)
        begin = int(ends[at - 1]) if at else 0
        yield Batch(members[begin : int(ends[stop - 1])], sizes[at:stop], *pairs_inside(sizes[at:stop]))
        at = stop


def pairs_inside(sizes: Longs) -> tuple[Longs, Longs]:
    """Places of every two members of one group, groups of these sizes lying side by side, in row order."""
    place = np.arange(int(sizes.sum()))
    # The partners of a member are those after it in its group.
    partners = np.repeat(np.cumsum(sizes), sizes) - place - 1
    left = np.repeat(place, partners)
    step = np.arange(len(left)) - np.repeat(np.cumsum(partners) - partners, partners) + 1
    return left, left + step
