"""Match weights against one or two alternatives: two random records, and two people of one household.

A family shares surnames, home and phone together, so a sum of bits against random pairs alone joins brothers. The
weight is the log2 odds of a match against either alternative: -log2(2^-random + 2^-household). A model without a
household class weighs against random pairs only.

Source: Fellegi and Sunter, "A Theory for Record Linkage", JASA 64 (1969); the term-frequency part is information
that the agreed value carries; the second class of non-matches is our own addition, see `docs/adr`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from linkage.model import GRAIN, Model

Levels = npt.NDArray[np.int8]
Bits = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BITS, INFORMATION, HOUSEHOLD = range(3)


class Agreement(Protocol):
    """Level codes of the pairs on one attribute and, where the attribute has it, bits of what agreed."""

    @property
    def levels(self) -> Levels:
        """One level code a pair."""
        ...

    @property
    def information(self) -> npt.NDArray[np.float32] | None:
        """Bits of rarity of what agreed."""
        ...


@dataclass(frozen=True)
class PairBits:
    """Bits of each pair.

    Args:
        weight: log2 odds of a match, one a pair.
        random: bits of each attribute against a random pair.
    """

    weight: Bits
    random: Mapping[str, Bits]


class Scorer:
    """The model's levels as arrays, ready to be looked up by level code.

    Args:
        model: whose levels to use.
        attributes: attribute to the names of its levels in code order, "missing" first.
    """

    def __init__(self, model: Model, attributes: Mapping[str, Sequence[str]]) -> None:
        self._model = model
        self._organization = model.prior_organization - model.prior_random
        self._tables: dict[str, npt.NDArray[np.float64]] = {}
        for attribute, names in attributes.items():
            levels = model.attributes[attribute].levels
            rows = np.zeros((len(names), 3))
            for code, name in enumerate(names):
                if name in levels:
                    rows[code] = levels[name].bits, levels[name].information, levels[name].household
            self._tables[attribute] = rows
        # Looked up by level for millions of pairs: one array a figure is several times faster than rows of three.
        self._columns = {name: np.ascontiguousarray(table.T) for name, table in self._tables.items()}
        self._groups = tuple(members for members in model.groups.values() if set(members) <= set(attributes))

    def score(self, agreements: Mapping[str, Agreement], has_household: Mask | None = None) -> PairBits:
        """Weights of the pairs that agree so.

        Args:
            agreements: of every attribute of the model.
            has_household: which pairs can be two of one household; None = all, where the model knows households.
        """
        random = {name: self._random(name, agreement) for name, agreement in agreements.items()}
        for members in self._groups:
            _leave_strongest(random, members)
        against_random = sum(random.values(), np.float64(self._model.prior_random))
        if self._model.prior_household is None:
            return PairBits(np.asarray(against_random, dtype=np.float64), random)
        household = (self._columns[name][HOUSEHOLD][agreement.levels] for name, agreement in agreements.items())
        against_household = sum(household, np.float64(self._model.prior_household))
        weight = -np.logaddexp2(-against_random, -against_household)
        if has_household is not None:
            weight = np.where(has_household, weight, against_random + self._organization)
        # Back on the grain that all figures have, so that sums over pairs are exact as well.
        return PairBits(np.round(weight * GRAIN) / GRAIN, random)

    def by_attribute(self, agreements: Mapping[str, Agreement], order: Sequence[str]) -> tuple[Bits, Bits]:
        """Bits against random and against household pairs, one row an attribute in the order given."""
        random = np.stack([self._random(name, agreements[name]) for name in order])
        household = np.stack([self._tables[name][agreements[name].levels, HOUSEHOLD] for name in order])
        return random, household

    def bound(self, agreements: Mapping[str, Agreement], has_household: Mask | None = None) -> Bits:
        """The weight that pairs can reach at most, of which only some attributes were compared."""
        rest = [table for name, table in self._tables.items() if name not in agreements]
        unbounded = any((table[:, INFORMATION] > 0).any() for table in rest)
        most = np.inf if unbounded else sum(table[:, BITS].max() for table in rest)
        against_random = sum((self._random(n, a) for n, a in agreements.items()), self._model.prior_random + most)
        if self._model.prior_household is None:
            return np.asarray(against_random, dtype=np.float64)
        most = sum(table[:, HOUSEHOLD].max() for table in rest)
        household = (self._columns[name][HOUSEHOLD][agreement.levels] for name, agreement in agreements.items())
        against_household = sum(household, self._model.prior_household + most)
        both = np.minimum(against_random, against_household)
        if has_household is None:
            return np.asarray(both)
        return np.asarray(np.where(has_household, both, against_random + self._organization))

    def _random(self, attribute: str, agreement: Agreement) -> Bits:
        columns = self._columns[attribute]
        bits = columns[BITS][agreement.levels]
        if agreement.information is None:
            return np.asarray(bits)
        return np.asarray(bits + columns[INFORMATION][agreement.levels] * agreement.information)


def _leave_strongest(bits: dict[str, Bits], members: Sequence[str]) -> None:
    """Of attributes that repeat each other only the one that says most counts: for the match, else against it."""
    rows = np.stack([bits[name] for name in members])
    speaks_for = rows.max(axis=0) > 0
    chosen = np.where(speaks_for, rows.argmax(axis=0), rows.argmin(axis=0))
    for place, name in enumerate(members):
        bits[name] = np.where(chosen == place, rows[place], 0.0)


def probability(weight: Bits, model: Model | None = None) -> Bits:
    """Probability of a match for log2 odds, or for the match weights of a model, as its calibration has it."""
    odds = weight if model is None else model.slope * weight + model.intercept
    return 1.0 / (1.0 + np.exp2(-np.clip(odds, -60, 60)))
