"""What is cheap to compare, of every record at all times, so that most candidates are dropped before a row is read.

Values are 64-bit hashes: equal or not is all they can say, and a level in between is taken at its best. So the bound
never falls below the weight of a full comparison (but for two values of one hash, once in 10^19 pairs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.compare.dates import DateComparator, compare_dates
from linkage.compare.kinds import Ints
from linkage.compare.rarity import FLOOR
from linkage.compare.registry import levels_of
from linkage.model import Attribute, Model

Hashes = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

HASHED = ("equal", "identifier", "text")
MISSING, EQUAL, DIFFERENT = range(3)


class ResidentColumns:
    """Hashes and date parts of all records, in the order in which they came."""

    def __init__(self, model: Model) -> None:
        self._hashed = {n: a for n, a in model.attributes.items() if a.compare in HASHED}
        self._dates = {n: a for n, a in model.attributes.items() if a.compare == "date"}
        self._tables = {n: _best(a) for n, a in model.attributes.items()}
        self._hashes: dict[str, list[Hashes]] = {}
        self._parts: dict[str, tuple[Ints, Ints]] = {}
        self._organization = model.prior_organization - model.prior_random
        self._prior = (model.prior_random, model.prior_household)
        self.count = 0

    def extend(self, rows: pl.DataFrame, model: Model) -> None:
        """The rows are the next records."""
        for name, attribute in self._hashed.items():
            new = [_hashes(rows[column]) for column in attribute.columns]
            old = self._hashes.get(name, [np.zeros(0, np.uint64)] * len(new))
            self._hashes[name] = [np.concatenate(pair) for pair in zip(old, new, strict=True)]
        for name, attribute in self._dates.items():
            built = DateComparator.build(rows, [attribute], model)
            old_parts = self._parts.get(name, (np.zeros((0, 3), np.int32),) * 2)
            self._parts[name] = (
                np.concatenate([old_parts[0], built.dates]),
                np.concatenate([old_parts[1], built.other]),
            )
        self.count += len(rows)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All that is held, one array a column, one entry a record, by names that `holding` takes."""
        hashes = {f"{name}.{place}": column for name, held in self._hashes.items() for place, column in enumerate(held)}
        dates = {f"{name}.{place}": column for name, held in self._parts.items() for place, column in enumerate(held)}
        return {**hashes, **dates}

    @classmethod
    def holding(cls, model: Model, arrays: Mapping[str, npt.NDArray[np.generic]]) -> ResidentColumns:
        """Records of which these are the arrays; they may lie in a mapped file."""
        held = cls(model)
        for name, attribute in held._hashed.items():
            held._hashes[name] = [cast("Hashes", arrays[f"{name}.{i}"]) for i in range(len(attribute.columns))]
        for name in held._dates:
            held._parts[name] = (cast("Ints", arrays[f"{name}.0"]), cast("Ints", arrays[f"{name}.1"]))
        held.count = len(next(iter(arrays.values()))) if arrays else 0
        return held

    def bound(self, left: Ints, right: Ints, has_household: npt.NDArray[np.bool_] | None) -> Floats:
        """The weight, in bits, that each pair can reach at most."""
        levels = {name: _agreement(columns, left, right) for name, columns in self._hashes.items()}
        levels |= {name: compare_dates(*parts, left, right) for name, parts in self._parts.items()}
        best = []
        for alternative, prior in enumerate(self._prior):
            if prior is not None:
                total = np.full(len(left), prior, dtype=np.float32)
                for name, table in self._tables.items():
                    total += table[alternative][levels[name]] if name in levels else table[alternative].max()
                best.append(total)
        if len(best) == 1:
            return best[0]
        both = np.minimum(*best)
        if has_household is None:
            return both
        return np.where(has_household, both, best[0] + max(self._organization, 0.0))


def _best(attribute: Attribute) -> tuple[Floats, Floats]:
    """Most bits of each level against random pairs and against households; a masked value counts as 0 at least."""
    names = levels_of(attribute)
    rows = np.zeros((2, len(names)), dtype=np.float32)
    for code, name in enumerate(names):
        if level := attribute.levels.get(name):
            most = level.information * float(attribute.options.get(FLOOR, np.inf)) if level.information > 0 else 0.0
            rows[:, code] = level.bits + most, level.household
    if attribute.compare in HASHED:
        rows = np.stack([rows[:, 0], rows[:, 1], rows[:, 2:].max(axis=1)], axis=1)
        rows = np.maximum(rows, 0) if _may_be_masked(attribute) else rows
    return rows[0], rows[1]


def _may_be_masked(attribute: Attribute) -> bool:
    """Whether a full comparison may leave the attribute out of the weight though both records have it."""
    options = attribute.options
    return bool(options.get("has_check_digit") or options.get("group")) or attribute.compare == "identifier"


def _hashes(series: pl.Series) -> Hashes:
    """Hash of each value, 0 where it is missing."""
    text = series.cast(pl.String)
    there = (text.is_not_null() & (text != "")).fill_null(value=False).to_numpy()
    return np.where(there, np.maximum(text.hash(seed=0).to_numpy(), 1), 0).astype(np.uint64)


def _agreement(columns: Sequence[Hashes], left: Ints, right: Ints) -> npt.NDArray[np.int8]:
    out = np.zeros(len(left), dtype=np.int8)
    for column in columns:
        a, b = column[left], column[right]
        known = (a > 0) & (b > 0)
        level = np.where(a == b, EQUAL, DIFFERENT)
        out = np.where(known & ((out == MISSING) | (level < out)), level, out).astype(np.int8)
    return out
