"""Components to identities by comparing groups of records with all their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from linkage import cluster, score
from linkage.model import Thresholds
from linkage.pipeline.components import Batch, Floats, Ints, Judgement, Longs, Mask, Solver

Planes = npt.NDArray[np.float32]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class PairEvidence:
    """What pairs of positions say.

    Args:
        planes: (alternatives, attributes, pairs), see `linkage.score.planes`.
        barred: which may never be one entity.
        has_household: which can be two of one household.
    """

    planes: Planes
    barred: Mask
    has_household: Mask


class EntitySolver(Solver):
    """Splits components into identities, groups of records being compared attribute by attribute.

    Args:
        gather: evidence of pairs of positions.
        scorer: weighs the evidence.
        thresholds: of the model.
        judged: judgements on records of any component.
    """

    BATCH = 100_000

    def __init__(
        self,
        gather: Callable[[Ints, Ints], PairEvidence],
        scorer: score.PlaneScorer,
        thresholds: Thresholds,
        judged: Sequence[Judgement],
    ) -> None:
        super().__init__(lambda left, right: np.zeros(0), thresholds, judged)
        self._gather = gather
        self._scorer = scorer

    def _solve_batch(self, batch: Batch, root: Ints, confidence: Floats) -> None:
        found = self._gather(batch.members[batch.left], batch.members[batch.right])
        weight = self._scorer.weigh(found.planes, has_household=found.has_household)
        fits = (weight >= self._rules.cut) & ~found.barred
        starts, first, sizes = batch.starts, batch.first, batch.sizes
        is_whole = np.logical_and.reduceat(fits, starts[:-1])
        is_whole &= ~self._is_judged(batch)
        for size in np.unique(sizes[is_whole]).tolist():
            which = np.flatnonzero(is_whole & (sizes == size))
            members = batch.members[first[which][:, None] + np.arange(size)]
            root[members] = members[:, :1]
            confidence[members] = self._whole_confidence(found, starts[which], size)
        for number in np.flatnonzero(~is_whole):
            records = batch.members[first[number] : first[number + 1]]
            inside = slice(starts[number], starts[number + 1])
            if len(records) == 2 and not fits[inside.start] and self._decided.isdisjoint(records.tolist()):
                continue
            self._split(records, found, inside, (root, confidence))

    def _split(self, records: Ints, found: PairEvidence, inside: slice, out: tuple[Ints, Floats]) -> None:
        """Identities within a component that is not one as it stands."""
        size = len(records)
        has_household = bool(found.has_household[inside.start])
        barred = _square(found.barred[inside], size, fill=False)
        must = self._judgements(records.tolist(), barred)
        evidence = cluster.Evidence(
            _square(found.planes[:, :, inside], size, fill=float(score.SILENT)),
            barred,
            lambda planes, confirmed: self._scorer.weigh(planes, has_household=has_household, confirmed=confirmed),
            self._scorer.averaged,
        )
        root, confidence = out
        for part in cluster.partition_entities(evidence, self._rules, must):
            root[records[part]] = records[part[0]]
            confidence[records[part]] = self._part_confidence(evidence, part, must)

    def _judgements(self, members: list[int], barred: Mask) -> Mask:
        """Which pairs a person judged to be the same; what was judged different is barred."""
        weights = np.where(barred, cluster.CANNOT, 0.0)
        must = self._judge(members, weights)
        barred |= weights <= cluster.CANNOT
        return must

    def _whole_confidence(self, found: PairEvidence, starts: Longs, size: int) -> Floats:
        """Probability that each record belongs to the others of its component: (components, size)."""
        pair = _square(np.arange(size * (size - 1) // 2), size, fill=-1)
        others = pair[~np.eye(size, dtype=np.bool_)].reshape(size, size - 1)
        together = self._scorer.best(found.planes[:, :, starts[:, None, None] + others])
        weight = self._scorer.weigh(together, has_household=found.has_household[starts][:, None])
        return score.probability(np.clip(weight, -self._rules.clip, self._rules.clip))

    def _part_confidence(self, evidence: cluster.Evidence, part: list[int], must: Mask) -> Floats:
        """Probability that each record belongs, by what the others of its identity say together; alone it is certain.

        Where a person joined records, their word counts as the strongest evidence.
        """
        if len(part) == 1:
            return np.ones(1)
        inside = evidence.planes[:, :, part][:, :, :, part]
        weight = evidence.weigh(
            self._scorer.best(inside), np.zeros((len(evidence.averaged) // 2, len(part)), dtype=np.bool_)
        )
        weight = np.where(must[np.ix_(part, part)].any(axis=1), self._rules.clip, weight)
        return score.probability(np.clip(weight, -self._rules.clip, self._rules.clip))


def _square(triangle: npt.NDArray[Scalar], size: int, *, fill: float) -> npt.NDArray[Scalar]:
    """Symmetric matrices from upper triangles in row order, along the last axis."""
    left, right = np.triu_indices(size, 1)
    out = np.full((*triangle.shape[:-1], size, size), fill, dtype=triangle.dtype)
    out[..., left, right] = triangle
    out[..., right, left] = triangle
    return out
