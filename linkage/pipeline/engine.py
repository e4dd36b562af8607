"""The records of one run as arrays, and the stages that work on them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block, cluster, compare, score
from linkage.ledger import Decision
from linkage.model import Model
from linkage.pipeline.components import Judgement, Solver
from linkage.schema import SCORED_PAIR

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

THREADS = min(2, os.cpu_count() or 1)
"""Chunks compared at a time; array operations free the interpreter, so a second core is of use."""
CHUNK = 400_000
"""Candidate pairs expanded at a time; bounds the memory of the comparison."""
EXCLUSIVE = ("curp", "national_id", "alien_number", "uci", "fast_id", "suffix")
"""Attributes of which a person has one at a time: two different valid values bar a link."""
CONTRADICTING = ("given_name", "surname", "birth_date", "sex", "licence", "ssn4", "tax", "clave_elector", *EXCLUSIVE)
"""Attributes whose disagreement speaks against; moved homes, new phones and passports do not."""
CONTRADICTIONS = ("partial", "conflict", "generation")


class Engine:
    """One set of coded records under one model.

    Args:
        persons: PERSON without `raw`, ordered by key.
        common: contacts shared by too many records; counted in `persons` where not given.
    """

    """The records of one run as arrays, with the stages that work on them."""

    def __init__(self, persons: pl.DataFrame, model: Model, common: Mapping[str, frozenset[str]] | None = None) -> None:
        self.model = model
        self.records = compare.encode(persons, model, common)
        self.scorer = score.Scorer(model, compare.ATTRIBUTES)

    def judge(self, left: Ints, right: Ints) -> Floats:
        """What each pair says inside a component: CANNOT, its weight, or NaN where it says nothing.

        A pair too thin to be a match by itself and without any contradiction leaves the question to other pairs.
        """
        comparison, bits = self.compare(left, right)
        silent = (bits.weight < self.model.thresholds.same) & ~_holds(comparison, CONTRADICTING, CONTRADICTIONS)
        weight = np.where(silent, np.nan, bits.weight)
        return np.where(_holds(comparison, EXCLUSIVE, ("conflict",)), cluster.CANNOT, weight)

    def compare(self, left: Ints, right: Ints) -> tuple[compare.Comparison, score.PairBits]:
        """Levels and bits of each pair."""
        comparison = compare.compare(self.records, left, right)
        kind = self.records.columns["entity_type"]
        is_person = np.append((kind.values == "person").to_numpy(), True)[kind.codes[left]]
        return comparison, self.scorer.score(comparison.levels, comparison.information, is_person)

    def score_candidates(
        self, entries: pl.DataFrame, touched: Mask, report: Callable[[float], None]
    ) -> tuple[pl.DataFrame, int]:
        """Kept pairs (SCORED_PAIR) with a touched side, and how many were compared."""
        kept: list[pl.DataFrame] = [SCORED_PAIR.empty()]
        compared = 0
        chunks = block.stream(entries, touched, CHUNK)
        with ThreadPoolExecutor(THREADS) as pool:
            waiting: deque[Future[tuple[pl.DataFrame, int, float]]] = deque()
            for chunk in chunks:
                waiting.append(pool.submit(self._score_chunk, chunk))
                # Answers are taken in the order asked, so that the number of threads changes nothing.
                if len(waiting) > THREADS:
                    compared += _take(waiting.popleft(), kept, report)
            while waiting:
                compared += _take(waiting.popleft(), kept, report)
        return pl.concat(kept).sort("record_l", "record_r"), compared

    def _score_chunk(self, chunk: block.CandidateChunk) -> tuple[pl.DataFrame, int, float]:
        kind = self.records.columns["entity_type"].codes
        alike = kind[chunk.left] == kind[chunk.right]
        left, right = chunk.left[alike], chunk.right[alike]
        hopeful = compare.is_hopeful(self.records, left, right)
        left, right = left[hopeful], right[hopeful]
        weight = self.compare(left, right)[1].weight
        keep = weight >= self.model.thresholds.possible
        return self._pairs(left[keep], right[keep], weight[keep]), len(left), chunk.done

    def _pairs(self, left: Ints, right: Ints, weight: Floats) -> pl.DataFrame:
        keys = self.records.keys
        return SCORED_PAIR.conform(
            pl.DataFrame(
                {
                    "record_l": keys.gather(left),
                    "record_r": keys.gather(right),
                    "match_weight": weight,
                    "match_probability": score.probability(weight),
                }
            )
        )

    def cluster(
        self, pairs: pl.DataFrame, reached: Iterable[str], decisions: Sequence[Decision]
    ) -> dict[tuple[str, ...], list[float]]:
        """Every identity in a component that was reached: its record keys and each one's confidence.

        Components are those of pairs strong enough to be a match by themselves: without one between them no two
        groups can join, so weaker pairs need not hold a component together.
        """
        pairs = pairs.filter(pl.col("match_weight") >= self.model.thresholds.same)
        place = pl.DataFrame({"key": self.records.keys, "at": np.arange(len(self.records), dtype=np.int32)})
        judged = _judgements(place, decisions)
        must = [(j.left, j.right) for j in judged if j.is_same]
        left = np.append(_places(place, pairs["record_l"]), np.array([a for a, _ in must], dtype=np.int32))
        right = np.append(_places(place, pairs["record_r"]), np.array([b for _, b in must], dtype=np.int32))
        # A person's word holds a component together whatever its size.
        weight = np.append(pairs["match_weight"].to_numpy(), np.full(len(must), np.inf))
        labels = cluster.components(len(self.records), left, right)
        keys = pl.Series(sorted(set(reached)), dtype=pl.String)
        is_reached = self.records.keys.is_in(keys.implode()).to_numpy()
        affected = np.isin(labels, np.unique(labels[is_reached]))
        labels = self._cut_large(labels, affected, (left, right, weight))
        names = self.records.keys.to_list()
        solved = Solver(self.judge, self.model.thresholds, judged).solve(labels, affected)
        return {tuple(names[i] for i in group): confidence for group, confidence in solved}

    def _cut_large(self, labels: Ints, affected: Mask, pairs: tuple[Ints, Ints, Floats]) -> Ints:
        """Components over the limit fall apart into those of their stronger pairs, raised until they fit."""
        left, right, weight = pairs
        floor = self.model.thresholds.same
        while True:
            large = affected & (np.bincount(labels)[labels] > self.model.limits.component)
            if not large.any() or not np.isfinite(weight[large[left]]).any():
                return labels
            strong = (weight >= floor) | ~large[left]
            left, right, weight = left[strong], right[strong], weight[strong]
            labels = cluster.components(len(labels), left, right)
            floor += 4.0


def _take(
    answer: Future[tuple[pl.DataFrame, int, float]], kept: list[pl.DataFrame], report: Callable[[float], None]
) -> int:
    pairs, compared, done = answer.result()
    kept.append(pairs)
    report(done)
    return compared


def _judgements(place: pl.DataFrame, decisions: Sequence[Decision]) -> list[Judgement]:
    if not decisions:
        return []
    index = dict(zip(place["key"], place["at"], strict=True))
    return [
        Judgement(index[d.a], index[d.b], is_same=d.judgement == "same")
        for d in decisions
        if d.a in index and d.b in index
    ]


def _places(place: pl.DataFrame, keys: pl.Series) -> Ints:
    found = pl.DataFrame({"key": keys}).join(place, on="key", how="left", maintain_order="left")["at"]
    return found.to_numpy().astype(np.int32)


def _holds(comparison: compare.Comparison, attributes: Sequence[str], levels: Sequence[str]) -> Mask:
    """Whether any of the attributes of a pair is at one of the levels."""
    found = [
        comparison.levels[name] == code
        for name in attributes
        for code, level in enumerate(compare.ATTRIBUTES[name])
        if level in levels
    ]
    return np.asarray(np.any(np.stack(found), axis=0), dtype=np.bool_)
