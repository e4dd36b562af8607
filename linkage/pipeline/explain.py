"""Why two records are, may be or are not one person: bits of every attribute, adding up to the match weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from linkage import score
from linkage.model import Model
from linkage.pipeline.engine import Engine

SHOWN = {
    "given_name": ("given_name",),
    "surname": ("surname", "second_surname"),
    "suffix": ("name_suffix",),
    "tax": ("rfc", "tax_id"),
    "licence": ("licence_jurisdiction", "licence_number"),
    "contact": ("phone", "address", "city", "postal_code"),
}
"""Columns that stand behind an attribute of another name, shown side by side."""

NOTES = {
    ("given_name", "variant"): "a nickname or another spelling of the same sound",
    ("given_name", "fuzzy"): "one or two letters apart, or one cut short",
    ("given_name", "similar"): "a short name one letter off, the beginning of the other, or a mere initial in common",
    ("given_name", "initials"): "an initial stands for the name",
    ("given_name", "subset"): "one record gives fewer of the same names",
    ("given_name", "partial"): "each gives a name that the other lacks",
    ("surname", "variant"): "another spelling of the same sound",
    ("surname", "subset"): "one record gives one of the two surnames; the missing one says nothing",
    ("surname", "reordered"): "the two surnames stand the other way round",
    ("surname", "partial"): "one surname agrees, the other conflicts",
    ("birth_date", "exact_clipped"): "the first of a month is often a default",
    ("birth_date", "swapped"): "day and month stand the other way round",
    ("birth_date", "near"): "one part differs, by a digit or a step of one or ten",
    ("birth_date", "clipped"): "one record gives the first of the same month or year, often a default",
    ("birth_date", "part"): "one part of the date differs altogether",
    ("birth_date", "year"): "one record gives the year only",
    ("birth_date", "month"): "one record gives year and month only",
    ("birth_date", "generation"): "a generation apart: a parent, not the person",
    ("licence", "near"): "one character apart, or without the issuing office's letters",
    ("licence", "conflict"): "another number of the same issuer",
    ("curp", "conflict"): "two different valid numbers of which a person has one: bars a link",
    ("fast_id", "conflict"): "two different numbers of which a person has one: bars a link",
    ("suffix", "conflict"): "father and son: bars a link",
    ("employer", "same"): "the same employer; it is counted here and makes no tie between these two records",
    ("contact", "both"): "phone and address agree; counted once, a household shares both",
    ("household", "same_household"): "also fits two people of one household, who share names and home",
}


@dataclass(frozen=True, slots=True)
class AttributeBits:
    """What one attribute says of a pair.

    Args:
        bits: against two random people; the entry `household` corrects for two people of one household.
        left: value of the first record, as shown to a person; `right` likewise.
        record: the record that `right` is from, where a record is set against several.
    """

    attribute: str
    level: str
    bits: float
    left: str | None
    right: str | None
    note: str
    record: str | None = None


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """A pair with its bits: `prior_bits` and those of the attributes add up to `bits`.

    Args:
        probability: of a match, from the bits.
        conflicts: attributes that bar a link whatever the bits.
    """

    left: str
    right: str
    bits: float
    probability: float
    prior_bits: float
    by_attribute: tuple[AttributeBits, ...]
    conflicts: tuple[str, ...]


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
        agreements, bits = self._engine.compare(left, right)
        rows: list[AttributeBits] = []
        for attribute, levels in self._engine.levels.items():
            level = levels[int(agreements[attribute].levels[0])]
            if level != "missing":
                value = float(bits.random[attribute][0])
                rows.append(self._row(attribute, level, value, (self._place[a], self._place[b])))
        return self._explanation((a, b), bits.weight, rows)

    def explain_together(self, record: str, others: Sequence[str]) -> PairExplanation:
        """A record against all others of its identity at once, each attribute by the best agreeing pair.

        The bits are those that the confidence of the record's membership rests on.
        """
        left = np.full(len(others), self._place[record], dtype=np.int32)
        right = np.array([self._place[key] for key in others], dtype=np.int32)
        engine = self._engine
        agreements, planes = engine.records.compare(left, right), engine.gather(left, right)
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
                row = self._row(attribute, level, float(said[best]), places)
                rows.append(replace(row, record=others[best]))
        weight = engine.planes.weigh(engine.planes.best(planes.planes), has_household=planes.has_household[0])
        return self._explanation((record, ""), weight[None], rows)

    def _explanation(
        self, pair: tuple[str, str], weight: np.ndarray[Any, np.dtype[np.float64]], rows: list[AttributeBits]
    ) -> PairExplanation:
        """The rows with what the household class and the prior add to their sum."""
        place = np.array([self._place[pair[0]]], dtype=np.int32)
        is_person = bool(self._engine.gather(place, place).has_household[0]) and self._model.has_household
        prior = self._engine.planes.prior(has_household=is_person or not self._model.has_household)
        total = float(weight[0])
        if is_person:
            household = total - prior - sum(row.bits for row in rows)
            note = NOTES["household", "same_household"]
            rows = [*rows, AttributeBits("household", "same_household", household, None, None, note)]
        return PairExplanation(
            left=pair[0],
            right=pair[1],
            bits=total,
            probability=float(score.probability(weight, self._model)[0]),
            prior_bits=prior,
            by_attribute=tuple(rows),
            conflicts=tuple(row.attribute for row in rows if self._bars(row)),
        )

    def _row(self, attribute: str, level: str, bits: float, places: tuple[int, int]) -> AttributeBits:
        left, right = (self._shown(attribute, place) for place in places)
        return AttributeBits(attribute, level, bits, left, right, NOTES.get((attribute, level), ""))

    def _bars(self, row: AttributeBits) -> bool:
        return row.attribute in self._model.attributes and row.level in self._model.attributes[row.attribute].bars

    def _shown(self, attribute: str, place: int) -> str | None:
        record: dict[str, Any] = self._persons.row(place, named=True)
        values = [
            str(record[name])
            for name in SHOWN.get(attribute, self._model.attributes[attribute].columns)
            if record.get(name)
        ]
        return " ".join(values) or None

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
