"""Identifiers to levels: equal, one edit apart, another number where a person holds one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from linkage.compare.column import Column, Ints, Mask
from linkage.compare.kinds import Agreement, Kind, Levels, level_names
from linkage.model import Attribute, Model


class IdentifierLevel(IntEnum):
    """Agreement of two identifiers of one type."""

    MISSING = 0
    EXACT = 1
    NEAR = 2
    CONFLICT = 3


class EqualLevel(IntEnum):
    """Agreement of two plain values."""

    MISSING = 0
    AGREE = 1
    CONFLICT = 2


@dataclass(frozen=True)
class EqualComparator:
    """A column of which a record has one value, equal or not."""

    column: Column

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> EqualComparator:
        """From the attribute's column."""
        return cls(Column.of(records[attributes[0].columns[0]]))

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement]:
        """Level of each pair of values."""
        equal, known = self.column.both(left, right)
        level = np.where(equal, np.int8(EqualLevel.AGREE), np.int8(EqualLevel.CONFLICT))
        return (Agreement(np.where(known, level, np.int8(EqualLevel.MISSING))),)


@dataclass(frozen=True)
class IdentifierComparator:
    """One or more columns of one type of identifier; of several the best agreement counts.

    Args:
        edits: within which two numbers may be one, mistyped; 0 = only equal and different are known.
        has_issuer: values are "ISSUER:NUMBER", and numbers of different issuers are neutral: a person may hold a
            licence, passport or national number of each.
        loses_letters: a number is often given without the letters of its issuing office.
    """

    columns: tuple[Column, ...]
    edits: int
    has_issuer: bool
    loses_letters: bool

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> IdentifierComparator:
        """From the attribute's columns and its options `edits`, `has_issuer`, `loses_letters`."""
        attribute = attributes[0]
        return cls(
            tuple(Column.of(records[name]) for name in attribute.columns),
            int(attribute.options.get("edits", 0)),
            bool(attribute.options.get("has_issuer", False)),
            bool(attribute.options.get("loses_letters", False)),
        )

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement]:
        """Level of the identifier for each pair."""
        best = self._level(self.columns[0], left, right)
        for column in self.columns[1:]:
            level = self._level(column, left, right)
            best = np.where((best == 0) | ((level > 0) & (level < best)), level, best)
        return (Agreement(best),)

    def _level(self, column: Column, left: Ints, right: Ints) -> Levels:
        equal, known = column.both(left, right)
        level: Levels = np.where(known, np.int8(IdentifierLevel.CONFLICT), np.int8(IdentifierLevel.MISSING))
        level[equal] = IdentifierLevel.EXACT
        differ = np.flatnonzero(known & ~equal)
        if len(differ) == 0:
            return level
        near = self._near(column, left[differ], right[differ])
        level[differ[near]] = IdentifierLevel.NEAR
        if self.has_issuer:
            level[differ[_issuers_differ(column, left[differ], right[differ]) & ~near]] = IdentifierLevel.MISSING
        return level

    def _near(self, column: Column, left: Ints, right: Ints) -> Mask:
        if not self.edits:
            return np.zeros(len(left), dtype=np.bool_)
        x, y, place = column.distinct_pairs(left, right)
        scores = cpdist(x.to_list(), y.to_list(), scorer=OSA.distance, score_cutoff=self.edits, dtype=np.int32)
        found = scores <= self.edits
        if self.loses_letters:
            # A federal licence often loses the issuing office's letters, and zeros behind them: the digit runs then
            # agree in one country.
            digits_x, digits_y = (side.str.replace_all(r"\D", "").str.strip_chars_start("0") for side in (x, y))
            issuer_x, issuer_y = x.str.extract(r"^([^:]*):"), y.str.extract(r"^([^:]*):")
            run = (digits_x == digits_y) & (digits_x.str.len_chars() >= 6) & (issuer_x == issuer_y)
            found |= run.fill_null(value=False).to_numpy()
        return np.asarray(found[place], dtype=np.bool_)


EQUAL = Kind(EqualComparator.build, level_names(EqualLevel), is_cheap=True)
IDENTIFIER = Kind(IdentifierComparator.build, level_names(IdentifierLevel), is_cheap=True)


def _issuers_differ(column: Column, left: Ints, right: Ints) -> Mask:
    issuer = column.values.str.splitn(":", 2).struct.field("field_0").rank("dense").fill_null(0).to_numpy()
    return np.asarray(issuer[column.codes[left]] != issuer[column.codes[right]], dtype=np.bool_)
