"""What a kind of comparison is, so that a model file can name one for any column.

A kind makes a *comparator* from the records once; the comparator then gives the agreement levels of any pairs. Level
0 is always "missing": neither agreement nor disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.model import Attribute, Model

Ints = npt.NDArray[np.int32]
Levels = npt.NDArray[np.int8]
Bits = npt.NDArray[np.float32]

MISSING = "missing"


@dataclass(frozen=True)
class Agreement:
    """How pairs agree on one attribute.

    Args:
        levels: one level code a pair.
        information: bits of rarity of what agreed, one a pair; None where the kind has none.
    """

    levels: Levels
    information: Bits | None = None

    def at(self, places: npt.NDArray[np.intp]) -> Agreement:
        """The agreement of some of the pairs."""
        return Agreement(self.levels[places], None if self.information is None else self.information[places])


class Comparator(Protocol):
    """Records, encoded for one comparison of one or more attributes."""

    def compare(self, left: Ints, right: Ints) -> Sequence[Agreement]:
        """The agreement of each pair of record positions, one entry an attribute; symmetric in left and right."""
        ...


@dataclass(frozen=True)
class Kind:
    """A kind of comparison.

    Args:
        build: records, attributes compared together, model -> comparator.
        levels: names of the levels in code order, "missing" first; None where the model file lists them.
        parts: names behind the dot of `compare` ("person_name.given"), for a kind of several attributes.
        is_cheap: compares codes only, so that it is worth doing before all others.
    """

    build: Callable[[pl.DataFrame, Sequence[Attribute], Model], Comparator]
    levels: tuple[str, ...] | None
    parts: tuple[str, ...] = ()
    is_cheap: bool = False


def level_names(enumeration: type) -> tuple[str, ...]:
    """Level names of an IntEnum, in code order."""
    return tuple(level.name.lower() for level in enumeration)  # type: ignore[attr-defined]
