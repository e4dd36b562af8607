"""Pairs with the bits of every attribute, adding up to the match weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import score
from linkage.model import Model
from linkage.pipeline.engine import Engine

Ints = npt.NDArray[np.int32]

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


def explain_pairs(engine: Engine, persons: pl.DataFrame, left: Ints, right: Ints) -> list[PairExplanation]:
    """The pairs, attribute by attribute; attributes that one side lacks are left out.

    Args:
        persons: rows of the engine's records, in its order, with the values to show.
        left: positions, `right` likewise; what is said of the left record stands on the left.
    """
    if not len(left):
        return []
    agreements, bits = engine.compare(left, right)
    probability = score.probability(bits.weight, engine.model)
    said = [
        (name, [levels[code] for code in agreements[name].levels.tolist()], bits.random[name].tolist())
        for name, levels in engine.levels.items()
    ]
    shown = Shown(persons, engine.model, np.union1d(left, right))
    keys = persons["key"]
    out = []
    for pair, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        rows = [
            shown.row(name, levels[pair], values[pair], (a, b))
            for name, levels, values in said
            if levels[pair] != "missing"
        ]
        weight = float(bits.weight[pair])
        out.append(explanation(engine, (keys[a], keys[b]), (weight, float(probability[pair])), (a, rows)))
    return out


def explanation(
    engine: Engine, pair: tuple[str, str], weight: tuple[float, float], told: tuple[int, list[AttributeBits]]
) -> PairExplanation:
    """The attributes with what the household class and the prior add to their sum.

    Args:
        weight: of the pair in bits, and its probability.
        told: position of the left record, and what each attribute says.
    """
    place, rows = told
    prior, is_person = engine.prior(place)
    if is_person:
        household = weight[0] - prior - sum(row.bits for row in rows)
        note = NOTES["household", "same_household"]
        rows = [*rows, AttributeBits("household", "same_household", household, None, None, note)]
    return PairExplanation(
        left=pair[0],
        right=pair[1],
        bits=weight[0],
        probability=weight[1],
        prior_bits=prior,
        by_attribute=tuple(rows),
        conflicts=tuple(row.attribute for row in rows if _bars(engine.model, row)),
    )


class Shown:
    """Values of some records as a person sees them.

    Args:
        places: of the records.
    """

    def __init__(self, persons: pl.DataFrame, model: Model, places: Ints) -> None:
        self._model = model
        self._rows = dict(zip(places.tolist(), persons[places].to_dicts(), strict=True))

    def row(self, attribute: str, level: str, bits: float, places: tuple[int, int]) -> AttributeBits:
        """What one attribute says of two of the records."""
        left, right = (self._value(attribute, self._rows[place]) for place in places)
        return AttributeBits(attribute, level, bits, left, right, NOTES.get((attribute, level), ""))

    def _value(self, attribute: str, record: Mapping[str, Any]) -> str | None:
        names = SHOWN.get(attribute) or self._model.attributes[attribute].columns
        return " ".join(str(record[name]) for name in names if record.get(name)) or None


def _bars(model: Model, row: AttributeBits) -> bool:
    return row.attribute in model.attributes and row.level in model.attributes[row.attribute].bars
