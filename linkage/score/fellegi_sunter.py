"""Match weights against two alternatives at once: two random people, and two people of one household.

A family shares surnames, home and phone together, so a sum of bits against random pairs alone joins brothers. The
weight is the log2 odds of a match against either alternative: -log2(2^-random + 2^-household).

Source: Fellegi and Sunter, "A Theory for Record Linkage", JASA 64 (1969); the term-frequency part is information
that the agreed value carries; the second class of non-matches is our own addition, see `docs/adr`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.errors import ModelError
from linkage.model import Model

Levels = npt.NDArray[np.int8]
Bits = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PairBits:
    """Bits of each pair.

    Args:
        weight: log2 odds of a match, one a pair.
        random: bits of each attribute against a random pair.
        household: bits of each attribute against a household pair.
    """

    weight: Bits
    random: Mapping[str, Bits]
    household: Mapping[str, Bits]


class Scorer:
    """The model's levels as arrays, ready to be looked up by level code.

    Args:
        model: whose levels to use.
        attributes: attribute to the names of its levels in code order, "missing" first.
    """

    def __init__(self, model: Model, attributes: Mapping[str, Sequence[str]]) -> None:
        self._model = model
        self._tables: dict[str, npt.NDArray[np.float64]] = {}
        for attribute, names in attributes.items():
            levels = model.levels.get(attribute)
            if levels is None:
                raise ModelError(f"model {model.version}: attribute {attribute} is missing")
            unknown = set(levels) - set(names)
            if unknown:
                raise ModelError(f"model {model.version}: {attribute} has no level {sorted(unknown)[0]}")
            rows = [(0.0, 0.0, 0.0)]
            for name in names[1:]:
                level = levels.get(name)
                rows.append((level.bits, level.information, level.household) if level else (0.0, 0.0, 0.0))
            self._tables[attribute] = np.array(rows)

    def score(
        self,
        levels: Mapping[str, Levels],
        information: Mapping[str, npt.NDArray[np.float32]],
        has_household: npt.NDArray[np.bool_] | None = None,
    ) -> PairBits:
        """Weights of the pairs whose levels these are; attributes are summed in the model's order.

        Args:
            has_household: which pairs can be two of one household; None = all. Organisations cannot.
        """
        random: dict[str, Bits] = {}
        household: dict[str, Bits] = {}
        for attribute, table in self._tables.items():
            rows = table[levels[attribute]]
            bits = rows[:, 0]
            if attribute in information:
                bits = bits + rows[:, 1] * information[attribute]
            random[attribute] = bits
            household[attribute] = rows[:, 2]
        against_random = np.sum([*random.values()], axis=0) + self._model.prior_random
        against_household = np.sum([*household.values()], axis=0) + self._model.prior_household
        weight = _both(against_random, against_household)
        if has_household is not None:
            weight = np.where(has_household, weight, against_random)
        return PairBits(weight, random, household)


def probability(weight: Bits) -> Bits:
    """Probability of a match for log2 odds."""
    return 1.0 / (1.0 + np.exp2(-np.clip(weight, -60, 60)))


def _both(against_random: Bits, against_household: Bits) -> Bits:
    return -np.logaddexp2(-against_random, -against_household)
