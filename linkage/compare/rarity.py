"""How rare values are, in bits, by the frequencies that the model was trained with.

Rarity never depends on the records at hand: the same two records weigh the same whoever else is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.compare.column import FEW, Ints, Mask
from linkage.compare.kinds import Bits
from linkage.model import GRAIN, Attribute, Model

FLOOR = "frequency_floor"
"""Option: largest information, in bits, of one value; also that of a value the model has never seen."""


@dataclass(frozen=True)
class Rarity:
    """Information of each value, -log2 of its share, by code."""

    bits: Bits

    @classmethod
    def of(cls, values: pl.Series, attribute: Attribute, model: Model) -> Rarity | None:
        """Of the values of one attribute; None unless it has the option `frequency`."""
        if not attribute.options.get("frequency"):
            return None
        return cls(information(values, attribute.name, float(attribute.options[FLOOR]), model))

    def where_equal(self, equal: Mask, codes: Ints) -> Bits:
        """Bits of the pairs whose values are equal, 0 of the others."""
        return np.where(equal, self.bits[codes] if len(self.bits) else np.float32(0), np.float32(0))


def information(values: pl.Series, attribute: str, floor: float, model: Model) -> Bits:
    """-log2 of each value's share, at most `floor`, in multiples of 1/1024 bit."""
    if len(values) < FEW:
        known = model.shares.get(attribute, {})
        return _bits(np.array([known.get(value, 0.0) for value in values.to_list()]), floor)
    table = model.frequencies.filter(pl.col("attribute") == attribute).select("value", "share")
    shares = pl.DataFrame({"value": values}).join(table, on="value", how="left", maintain_order="left")["share"]
    return _bits(shares.fill_null(0.0).to_numpy(), floor)


def _bits(shares: npt.NDArray[np.float64], floor: float) -> Bits:
    bits = -np.log2(np.maximum(shares, 2.0**-floor))
    return np.asarray(np.round(bits * GRAIN) / GRAIN, dtype=np.float32)
