"""Why two records are, may be or are not one person: bits of every attribute, adding up to the match weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from linkage import score
from linkage.model import Model
from linkage.pipeline.engine import Engine
from linkage.pipeline.explain_pairs import AttributeBits, PairExplanation, Shown, explain_pairs, explanation

__all__ = ["AttributeBits", "Explainer", "PairExplanation"]


class Explainer:
    """Weighs and explains pairs among a few records.

    Args:
        persons: PERSON facts of the records at hand, ordered by key.
        common: contacts that too many records of the whole workspace share.
    """

    def __init__(self, persons: pl.DataFrame, model: Model, common: Mapping[str, frozenset[str]]) -> None:
        self._model = model
        self._persons = persons
        self._engine = Engine(persons, model, common)
        self._place = {key: i for i, key in enumerate(persons["key"])}

    def best_pair(self, left: list[str], right: list[str]) -> tuple[str, str]:
        """The pair across two sets of records with the highest match weight; ties by record key."""
        pairs = [(a, b) for a in sorted(left) for b in sorted(right)]
        weights = self._weights(pairs)
        return pairs[int(np.argmax(weights))]

    def chain(self, records: list[str], a: str, b: str) -> list[tuple[str, str, float]]:
        """The links that hold a and b together in one identity: the path whose weakest link is strongest.

        Returns:
            (record, record, match weight) of each link, from a to b.
        """
        keys = sorted(records)
        pairs = [(x, y) for i, x in enumerate(keys) for y in keys[i + 1 :]]
        weight = {pair: float(w) for pair, w in zip(pairs, self._weights(pairs), strict=True)}
        group = {key: {key} for key in keys}
        tree: dict[str, list[tuple[str, float]]] = {key: [] for key in keys}
        for x, y in sorted(pairs, key=lambda pair: (-weight[pair], pair)):
            if group[x] is not group[y]:
                tree[x].append((y, weight[x, y]))
                tree[y].append((x, weight[x, y]))
                group[x] |= group[y]
                for member in group[y]:
                    group[member] = group[x]
        return _walk(tree, a, b)

    def explain(self, a: str, b: str) -> PairExplanation:
        """The pair, attribute by attribute; attributes that one side lacks are left out."""
        left = np.array([self._place[a]], dtype=np.int32)
        right = np.array([self._place[b]], dtype=np.int32)
        return explain_pairs(self._engine, self._persons, left, right)[0]

    def explain_together(self, record: str, others: Sequence[str]) -> PairExplanation:
        """A record against all others of its identity at once, each attribute by the best agreeing pair.

        The bits are those that the confidence of the record's membership rests on.
        """
        left = np.full(len(others), self._place[record], dtype=np.int32)
        right = np.array([self._place[key] for key in others], dtype=np.int32)
        engine = self._engine
        agreements, planes = engine.records.compare(left, right), engine.gather(left, right)
        shown = Shown(self._persons, self._model, np.append(left[:1], right))
        rows: list[AttributeBits] = []
        for attribute, levels in engine.levels.items():
            own = planes.planes[0, engine.planes.attribute_planes(attribute)]
            # Vague levels, behind the others, speak only where no other pair does.
            first = own[: len(own) - bool(self._model.attributes[attribute].vague)].max(axis=0)
            said = first if (first > score.SILENT).any() else own.max(axis=0)
            best = int(np.argmax(said))
            level = levels[int(agreements[attribute].levels[best])]
            if level != "missing":
                places = (self._place[record], self._place[others[best]])
                row = shown.row(attribute, level, float(said[best]), places)
                rows.append(replace(row, record=others[best]))
        weight = engine.planes.weigh(engine.planes.best(planes.planes), has_household=planes.has_household[0])
        probability = float(score.probability(weight[None], self._model)[0])
        return explanation(engine, (record, ""), (float(weight), probability), (self._place[record], rows))

    def _weights(self, pairs: list[tuple[str, str]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        left = np.array([self._place[a] for a, _ in pairs], dtype=np.int32)
        right = np.array([self._place[b] for _, b in pairs], dtype=np.int32)
        return self._engine.compare(left, right)[1].weight


def _walk(tree: Mapping[str, list[tuple[str, float]]], a: str, b: str) -> list[tuple[str, str, float]]:
    paths: dict[str, list[tuple[str, str, float]]] = {a: []}
    frontier = [a]
    while frontier and b not in paths:
        here = frontier.pop(0)
        for there, weight in tree[here]:
            if there not in paths:
                paths[there] = [*paths[here], (here, there, weight)]
                frontier.append(there)
    return paths.get(b, [])
