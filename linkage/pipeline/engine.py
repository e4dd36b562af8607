"""The records of one run as arrays, and the stages that work on them."""

from __future__ import annotations

import copy
import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block, cluster, compare, score
from linkage.compare import Agreements
from linkage.ledger import Decision
from linkage.model import Attribute, Model
from linkage.pipeline.components import Judgement, Partition, Solver
from linkage.pipeline.entity_components import EntitySolver, PairEvidence
from linkage.schema import SCORED_PAIR

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

THREADS = min(2, os.cpu_count() or 1)
"""Chunks compared at a time; array operations free the interpreter, so a second core is of use."""
CUT_BITS = 4.0
"""Steps in which the weight is raised that holds a component together which is too large."""
CHUNK = 400_000
"""Candidate pairs expanded at a time; bounds the memory of the comparison."""


@dataclass(frozen=True)
class ScoredPairs:
    """Kept pairs, by record positions, `left < right`; `weight` in bits."""

    left: Ints
    right: Ints
    weight: Floats

    @classmethod
    def concat(cls, parts: Sequence[ScoredPairs]) -> ScoredPairs:
        """The pairs of all parts, in order."""
        return cls(
            np.concatenate([np.zeros(0, np.int32), *(part.left for part in parts)]),
            np.concatenate([np.zeros(0, np.int32), *(part.right for part in parts)]),
            np.concatenate([np.zeros(0, np.float64), *(part.weight for part in parts)]),
        )

    def at(self, chosen: Mask) -> ScoredPairs:
        """Some of the pairs."""
        return ScoredPairs(self.left[chosen], self.right[chosen], self.weight[chosen])

    def frame(self, keys: pl.Series, model: Model) -> pl.DataFrame:
        """The pairs as SCORED_PAIR, ordered by record keys.

        Args:
            keys: record key of each position.
            model: whose calibration makes probabilities of weights.
        """
        frame = pl.DataFrame(
            {
                "record_l": keys.gather(self.left),
                "record_r": keys.gather(self.right),
                "match_weight": self.weight,
                "match_probability": score.probability(self.weight, model),
            }
        )
        return SCORED_PAIR.conform(frame).sort("record_l", "record_r")


class Engine:
    """One set of coded records under one model.

    Args:
        records: frame with `key` and the columns the model names (PERSON without `raw`), ordered by key.
        common: shared values of too many records; counted in `records` where not given.
        side: which file each record is of, where two files are linked that hold nobody twice.
        threads: chunks compared at a time; has no say in the outcome.
    """

    def __init__(
        self,
        records: pl.DataFrame,
        model: Model,
        common: Mapping[str, frozenset[str]] | None = None,
        *,
        side: npt.NDArray[np.int8] | None = None,
        threads: int = THREADS,
    ) -> None:
        self.model = model
        self.records = compare.encode(records, model, common)
        self.levels = compare.attribute_levels(model)
        self.scorer = score.Scorer(model, self.levels)
        self.planes = score.PlaneScorer(model, self.levels)
        self._threads = threads
        self._side = side
        # Records of two kinds are never compared; only people have a household.
        kind = records["entity_type"].fill_null("") if "entity_type" in records.columns else None
        self._kind = None if kind is None else kind.rank("dense").cast(pl.Int32).to_numpy()
        self._is_person = None if kind is None else (kind == "person").to_numpy()

    def with_model(self, model: Model) -> Engine:
        """The same coded records under other weights; comparisons and frequencies must be the same."""
        other = copy.copy(self)
        other.model = model
        other.scorer = score.Scorer(model, self.levels)
        other.planes = score.PlaneScorer(model, self.levels)
        return other

    def judge(self, left: Ints, right: Ints) -> Floats:
        """What each pair says inside a component: CANNOT, its weight, or NaN where it says nothing.

        Where the model names contradictions, a pair too thin to be a match by itself and without any of them leaves
        the question to other pairs.
        """
        agreements, bits = self.compare(left, right)
        weight = bits.weight
        if self.model.has_contradictions:
            contradicted = self._holds(agreements, lambda attribute: attribute.contradicts)
            weight = np.where((weight < self.model.thresholds.same) & ~contradicted, np.nan, weight)
        return np.where(self._barred(agreements, left, right), cluster.CANNOT, weight)

    def gather(self, left: Ints, right: Ints) -> PairEvidence:
        """What each pair says inside a component, attribute by attribute."""
        agreements = self.records.compare(left, right)
        has_household = self._has_household(left)
        if has_household is None:
            has_household = np.ones(len(left), dtype=np.bool_)
        return PairEvidence(self.planes.planes(agreements), self._barred(agreements, left, right), has_household)

    def _barred(self, agreements: Agreements, left: Ints, right: Ints) -> Mask:
        barred = self._holds(agreements, lambda attribute: attribute.bars)
        if self._side is not None:
            barred |= self._side[left] == self._side[right]
        return barred

    def compare(self, left: Ints, right: Ints) -> tuple[Agreements, score.PairBits]:
        """Agreement and bits of each pair."""
        agreements = self.records.compare(left, right)
        return agreements, self.scorer.score(agreements, self._has_household(left))

    def weigh(self, left: Ints, right: Ints) -> ScoredPairs:
        """The pairs that are possible at least; those that cannot be are not compared in full."""
        agreements = self.records.compare_cheap(left, right)
        if agreements:
            bound = self.scorer.bound(agreements, self._has_household(left))
            open_ = np.flatnonzero(bound >= self.model.thresholds.possible)
            left, right = left[open_], right[open_]
            agreements = {name: agreement.at(open_) for name, agreement in agreements.items()}
        agreements |= self.records.compare_costly(left, right)
        weight = self.scorer.score(agreements, self._has_household(left)).weight
        keep = weight >= self.model.thresholds.possible
        return ScoredPairs(left[keep], right[keep], weight[keep])

    def may_meet(self, left: Ints, right: Ints) -> Mask:
        """Which pairs are compared at all: two records of one kind and, where two files are linked, one of each."""
        met = np.ones(len(left), dtype=np.bool_)
        if self._side is not None:
            met &= self._side[left] != self._side[right]
        if self._kind is not None:
            met &= self._kind[left] == self._kind[right]
        return met

    def score_candidates(
        self, entries: pl.DataFrame, touched: Mask, report: Callable[[float], None] = lambda done: None
    ) -> tuple[ScoredPairs, int]:
        """Kept pairs with a touched side, and how many candidates there were."""
        kept: list[ScoredPairs] = []
        compared = 0
        with ThreadPoolExecutor(self._threads) as pool:
            waiting: deque[Future[tuple[ScoredPairs, int, float]]] = deque()
            for chunk in block.stream(entries, touched, CHUNK):
                waiting.append(pool.submit(self._score_chunk, chunk))
                # Answers are taken in the order asked, so that the number of threads changes nothing.
                if len(waiting) > self._threads:
                    compared += _take(waiting.popleft(), kept, report)
            while waiting:
                compared += _take(waiting.popleft(), kept, report)
        return ScoredPairs.concat(kept), compared

    def _score_chunk(self, chunk: block.CandidateChunk) -> tuple[ScoredPairs, int, float]:
        met = self.may_meet(chunk.left, chunk.right)
        left, right = chunk.left[met], chunk.right[met]
        return self.weigh(left, right), len(left), chunk.done

    def cluster(self, pairs: ScoredPairs, reached: Mask, decisions: Sequence[Decision] = ()) -> Partition:
        """The identities in every component that was reached.

        Components are those of pairs that the model lets tie records together: without one between them no two
        groups join, so weaker pairs need not hold a component together.

        Args:
            pairs: all kept pairs among these records; weaker ones are passed over.
            reached: by position.
        """
        strong = pairs.weight >= self.model.thresholds.tie
        judged = self._judgements(decisions)
        must = [(j.left, j.right) for j in judged if j.is_same]
        left = np.append(pairs.left[strong], np.array([a for a, _ in must], dtype=np.int32))
        right = np.append(pairs.right[strong], np.array([b for _, b in must], dtype=np.int32))
        # A person's word holds a component together whatever its size.
        weight = np.append(pairs.weight[strong], np.full(len(must), np.inf))
        labels = cluster.components(len(self.records), left, right)
        affected = np.isin(labels, np.unique(labels[reached]))
        labels = self._cut_large(labels, affected, ScoredPairs(left, right, weight))
        return self._settled(labels, affected, judged)

    def settle(self, labels: Ints, decisions: Sequence[Decision] = ()) -> Partition:
        """The identities in components that are known.

        Args:
            labels: component number of every record.
        """
        return self._settled(labels, np.ones(len(labels), dtype=np.bool_), self._judgements(decisions))

    def _settled(self, labels: Ints, affected: Mask, judged: Sequence[Judgement]) -> Partition:
        partition = self._solver(judged).solve(labels, affected)
        if (self.model.slope, self.model.intercept) == (1.0, 0.0):
            return partition
        # A record alone is certain of itself, whatever labels say of links.
        alone = partition.confidence == 1.0
        odds = np.log2(partition.confidence / np.where(alone, 1.0, 1.0 - partition.confidence))
        calibrated = np.where(alone, 1.0, score.probability(odds, self.model))
        return Partition(partition.root, calibrated)

    def _solver(self, judged: Sequence[Judgement]) -> Solver:
        if not self.model.weighs_entities:
            return Solver(self.judge, self.model.thresholds, judged)
        return EntitySolver(self.gather, self.planes, self.model.thresholds, judged)

    def _cut_large(self, labels: Ints, affected: Mask, pairs: ScoredPairs) -> Ints:
        """Components over the limit fall apart into those of their stronger pairs, raised until they fit."""
        left, right, weight = pairs.left, pairs.right, pairs.weight
        floor = self.model.thresholds.tie
        while True:
            large = affected & (np.bincount(labels)[labels] > self.model.limits.component)
            if not large.any() or not np.isfinite(weight[large[left]]).any():
                return labels
            strong = (weight >= floor) | ~large[left]
            left, right, weight = left[strong], right[strong], weight[strong]
            labels = cluster.components(len(labels), left, right)
            floor += CUT_BITS

    def _judgements(self, decisions: Sequence[Decision]) -> list[Judgement]:
        if not decisions:
            return []
        place = {key: i for i, key in enumerate(self.records.keys)}
        return [
            Judgement(place[d.a], place[d.b], is_same=d.judgement == "same")
            for d in decisions
            if d.a in place and d.b in place
        ]

    def _has_household(self, left: Ints) -> Mask | None:
        return None if self._is_person is None else self._is_person[left]

    def prior(self, place: int) -> tuple[float, bool]:
        """Log2 odds that a record and another random one are one entity, and whether a household can hold both."""
        is_person = self.model.has_household and (self._is_person is None or bool(self._is_person[place]))
        return self.planes.prior(has_household=is_person or not self.model.has_household), is_person

    def _holds(self, agreements: Agreements, levels: Callable[[Attribute], Iterable[str]]) -> Mask:
        """Whether any attribute of a pair is at one of its levels named so."""
        found = np.zeros(len(next(iter(agreements.values())).levels), dtype=np.bool_)
        for name, attribute in self.model.attributes.items():
            for level in levels(attribute):
                found |= agreements[name].levels == self.levels[name].index(level)
        return found


def _take(
    answer: Future[tuple[ScoredPairs, int, float]], kept: list[ScoredPairs], report: Callable[[float], None]
) -> int:
    pairs, compared, done = answer.result()
    kept.append(pairs)
    report(done)
    return compared
