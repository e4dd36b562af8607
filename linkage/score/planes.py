"""Bits of pairs as planes, one an attribute, so that those of several pairs can be joined attribute by attribute.

Two groups of records are compared with all their values: an attribute says what its best agreeing pair says, and a
pair that lacks the attribute says nothing. A value that is vague by itself (a date cut to the first of January)
speaks only where no two precise ones can be compared, and what one wrong record would explain (a slip) does not speak
for two groups of which each agrees on a value of its own.

Figures are multiples of `linkage.model.GRAIN` and their sums small, so that 32-bit floats hold them exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.model import GRAIN, Model
from linkage.score.fellegi_sunter import Agreement, Scorer

Planes = npt.NDArray[np.float32]
Bits = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
SILENT = np.float32(-8192.0)
"""Stands where a pair says nothing; far below any bits, so that a maximum passes over it."""


class PlaneScorer:
    """Makes planes of agreements and weighs them.

    Planes have the shape (alternatives, planes, ...): bits against random pairs and, where the model knows
    households, against pairs of one household. Each attribute has a plane, then come those of vague levels and those
    of slips for the attributes that have them.

    Args:
        model: whose levels to use.
        levels: attribute to the names of its levels in code order, "missing" first.
    """

    def __init__(self, model: Model, levels: Mapping[str, Sequence[str]]) -> None:
        self._scorer = Scorer(model, levels)
        self._order = list(levels)
        self._vague = _Apart.of(model, levels, "vague")
        self._slips = _Apart.of(model, levels, "slips")
        self._organization = model.prior_organization - model.prior_random
        priors = [model.prior_random] + ([] if model.prior_household is None else [model.prior_household])
        self._priors = np.array(priors)

    @property
    def averaged(self) -> Places:
        """Planes of the attributes with slips, then those of their slips."""
        count = len(self._slips.places)
        first = len(self._order) + len(self._vague.places)
        return np.concatenate([self._slips.places, np.arange(first, first + count)])

    def planes(self, agreements: Mapping[str, Agreement]) -> Planes:
        """Planes of pairs that agree so: (alternatives, planes, pairs)."""
        levels = np.stack([agreements[name].levels for name in self._order])
        vague, slips = self._vague.holds(levels), self._slips.holds(levels)
        known = levels > 0
        known[self._vague.places] &= ~vague
        known[self._slips.places] &= ~slips
        both = self._scorer.by_attribute(agreements, self._order)[: len(self._priors)]
        return np.stack(
            [
                np.concatenate(
                    [
                        np.where(known, bits, SILENT),
                        np.where(vague, bits[self._vague.places], SILENT),
                        np.where(slips, bits[self._slips.places], SILENT),
                    ]
                )
                for bits in both
            ]
        ).astype(np.float32)

    def best(self, planes: Planes) -> Planes:
        """What the pairs along the last axis say together, each attribute by its best agreeing pair."""
        together = planes.max(axis=-1)
        own, slips = np.split(self.averaged, 2)
        together[:, own] = np.maximum(together[:, own], together[:, slips])
        together[:, slips] = SILENT
        return np.asarray(together)

    def attribute_planes(self, attribute: str) -> Places:
        """The planes of one attribute: its own and that of its slips, then, behind them, that of its vague levels."""
        place, count = self._order.index(attribute), len(self._order)
        vague = count + np.flatnonzero(self._vague.places == place)
        slips = count + len(self._vague.places) + np.flatnonzero(self._slips.places == place)
        return np.concatenate([[place], slips, vague])

    def prior(self, *, has_household: bool) -> float:
        """Log2 odds against random pairs before anything is compared."""
        return float(self._priors[0]) + (0.0 if has_household else self._organization)

    def weigh(self, planes: Planes, *, has_household: bool | Mask = True, confirmed: Mask | None = None) -> Bits:
        """Match weights of planes of any shape behind the first two axes.

        Args:
            has_household: whether, or which pairs, can be two of one household.
            confirmed: by attribute with slips and pair, whether either side holds two records that agree; a slip
                then says nothing for the pair.
        """
        count, vague = len(self._order), len(self._vague.places)
        main, fallback = planes[:, :count].copy(), planes[:, count : count + vague]
        slips = planes[:, count + vague :]
        if confirmed is not None:
            slips = np.where(confirmed, np.minimum(slips, np.float32(0)), slips)
        own = main[:, self._slips.places]
        main[:, self._slips.places] = np.where(np.minimum(own, slips) > SILENT, own + slips, np.maximum(own, slips))
        precise = main[:, self._vague.places]
        main[:, self._vague.places] = np.where(precise > SILENT, precise, fallback)
        total = np.where(main > SILENT, main, np.float32(0)).sum(axis=1)
        against = total.astype(np.float64) + self._priors.reshape(-1, *(1,) * (total.ndim - 1))
        if len(against) == 1:
            return np.asarray(against[0])
        alone = against[0] + self._organization
        weight = np.where(has_household, -np.logaddexp2(-against[0], -against[1]), alone)
        return np.asarray(np.round(weight * GRAIN) / GRAIN)


@dataclass(frozen=True)
class _Apart:
    """Levels that have planes of their own: the places of their attributes, and which level codes they are."""

    places: Places
    codes: tuple[npt.NDArray[np.int64], ...]

    @classmethod
    def of(cls, model: Model, levels: Mapping[str, Sequence[str]], group: str) -> _Apart:
        named = {name: getattr(model.attributes[name], group) for name in levels}
        return cls(
            np.array([place for place, name in enumerate(levels) if named[name]], dtype=np.int64),
            tuple(np.flatnonzero(np.isin(levels[name], sorted(named[name]))) for name in levels if named[name]),
        )

    def holds(self, levels: npt.NDArray[np.int8]) -> Mask:
        """Whether each pair is at such a level, one row an attribute that has any."""
        rows = [np.isin(levels[place], codes) for place, codes in zip(self.places, self.codes, strict=True)]
        return np.stack(rows) if rows else np.zeros((0, levels.shape[1]), dtype=np.bool_)
