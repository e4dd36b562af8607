"""Identifiers to levels: equal, one edit apart, another number where a person holds one at a time."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from linkage.compare.coding import CodedRecords, Column

Ints = npt.NDArray[np.int32]
Levels = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]


class IdentifierLevel(IntEnum):
    """Agreement of two identifiers of one type."""

    MISSING = 0
    EXACT = 1
    NEAR = 2
    CONFLICT = 3


NEAR_EDITS = {"curp": 1, "fast_id": 1, "licence": 1, "national_id": 1}
"""Edits within which two numbers may be one, mistyped; other identifiers know only equal and different."""


def compare_identifier(records: CodedRecords, name: str, left: Ints, right: Ints) -> Levels:
    """Level of one identifier for each pair.

    Numbers of different issuers are neutral: a person may hold a licence, passport or national number of each.
    """
    column = records.columns[name]
    a, b = column.codes[left], column.codes[right]
    there = (a >= 0) & (b >= 0)
    level = np.where(there, np.int8(IdentifierLevel.CONFLICT), np.int8(IdentifierLevel.MISSING))
    level[there & (a == b)] = IdentifierLevel.EXACT
    differ = np.flatnonzero(there & (a != b))
    if len(differ) == 0:
        return level
    issuers_differ = _issuers_differ(records, name, left[differ], right[differ])
    edits = NEAR_EDITS.get(name, 0)
    near = _within(column, a[differ], b[differ], edits, lost_letters=name == "licence") if edits else None
    if near is not None:
        level[differ[near]] = IdentifierLevel.NEAR
        level[differ[issuers_differ & ~near]] = IdentifierLevel.MISSING
    else:
        level[differ[issuers_differ]] = IdentifierLevel.MISSING
    return level


def _issuers_differ(records: CodedRecords, name: str, left: Ints, right: Ints) -> Mask:
    if name not in ("licence", "passport", "national_id"):
        return np.zeros(len(left), dtype=np.bool_)
    column = records.columns[name]
    issuer = column.values.str.splitn(":", 2).struct.field("field_0").rank("dense").fill_null(0).to_numpy()
    return np.asarray(issuer[column.codes[left]] != issuer[column.codes[right]], dtype=np.bool_)


def _within(column: Column, a: Ints, b: Ints, edits: int, *, lost_letters: bool) -> Mask:
    count = len(column.values)
    codes = np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b)
    distinct, place = np.unique(codes, return_inverse=True)
    x, y = column.values.gather(distinct // count), column.values.gather(distinct % count)
    found = cpdist(x.to_list(), y.to_list(), scorer=OSA.distance, score_cutoff=edits, dtype=np.int32) <= edits
    if lost_letters:
        # A federal licence often loses the issuing office's letters: the digit runs then agree in one country.
        digits_x, digits_y = x.str.replace_all(r"\D", ""), y.str.replace_all(r"\D", "")
        issuer_x, issuer_y = x.str.extract(r"^([^:]*):"), y.str.extract(r"^([^:]*):")
        run = ((digits_x == digits_y) & (digits_x.str.len_chars() >= 7) & (issuer_x == issuer_y)).fill_null(value=False)
        found |= run.to_numpy()
    return np.asarray(found[place], dtype=np.bool_)
