"""Bits of pairs as planes, one an attribute, so that those of several pairs can be joined attribute by attribute.

Two groups of records are compared with all their values: an attribute says what its best agreeing pair says, and a
pair that lacks the attribute says nothing. A value that is vague by itself (a date cut to the first of January)
speaks only where no two precise ones can be compared.

Figures are multiples of `linkage.model.GRAIN` and their sums small, so that 32-bit floats hold them exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from linkage.model import Model
from linkage.score.fellegi_sunter import Agreement, Scorer

Planes = npt.NDArray[np.float32]
Bits = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
SILENT = np.float32(-8192.0)
"""Stands where a pair says nothing; far below any bits, so that a maximum passes over it."""


class PlaneScorer:
    """Makes planes of agreements and weighs them.

    Planes have the shape (alternatives, attributes, ...): bits against random pairs and, where the model knows
    households, against pairs of one household. An attribute with vague levels has a second plane for them.

    Args:
        model: whose levels to use.
        levels: attribute to the names of its levels in code order, "missing" first.
    """

    def __init__(self, model: Model, levels: Mapping[str, Sequence[str]]) -> None:
        self._scorer = Scorer(model, levels)
        self._vague = {
            name: np.isin(np.array(names), sorted(model.attributes[name].vague))
            for name, names in levels.items()
            if model.attributes[name].vague
        }
        order = [*levels, *self._vague]
        self._order = order[: len(levels)]
        self._fallback = np.array([self._order.index(name) for name in self._vague], dtype=np.int64)
        priors = [model.prior_random] + ([] if model.prior_household is None else [model.prior_household])
        self._priors = np.array(priors)

    def planes(self, agreements: Mapping[str, Agreement]) -> Planes:
        """Planes of pairs that agree so: (alternatives, attributes, pairs)."""
        levels = [agreements[name].levels for name in self._order]
        known = np.stack(levels) > 0
        vague = np.stack([self._vague[n][agreements[n].levels] for n in self._vague]) if self._vague else known[:0]
        out = np.full((len(self._priors), len(self._order) + len(self._vague), known.shape[1]), SILENT)
        both = self._scorer.by_attribute(agreements, self._order)
        for plane, bits in zip(out, both, strict=False):
            plane[: len(self._order)] = np.where(known, bits, SILENT)
            plane[len(self._order) :] = np.where(vague, bits[self._fallback], SILENT)
            precise = plane[self._fallback]
            plane[self._fallback] = np.where(vague, SILENT, precise)
        return out

    def weigh(self, planes: Planes, *, has_household: bool | Mask = True) -> Bits:
        """Match weights of planes of any shape behind the first two axes.

        Args:
            has_household: whether, or which pairs, can be two of one household.
        """
        count = len(self._order)
        main = np.where(planes > SILENT, planes, np.float32(0))
        silent = planes[:, self._fallback] <= SILENT
        total = main[:, :count].sum(axis=1) + (main[:, count:] * silent).sum(axis=1)
        against = total.astype(np.float64) + self._priors.reshape(-1, *(1,) * (total.ndim - 1))
        if len(against) == 1:
            return np.asarray(against[0])
        return np.asarray(np.where(has_household, -np.logaddexp2(-against[0], -against[1]), against[0]))
