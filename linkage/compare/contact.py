"""Phone and address as one comparison, since a household shares both."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cpdist

from linkage.compare.coding import CodedRecords, Column

Ints = npt.NDArray[np.int32]
Levels = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

NEAR_RATIO = 86.0
"""Token-sort ratio from which two addresses count as nearly the same; assumed."""


class ContactLevel(IntEnum):
    """Agreement of phone and address together, in the order of the model file."""

    MISSING = 0
    BOTH = 1
    PHONE = 2
    ADDRESS = 3
    NEAR = 4
    POSTAL = 5
    CITY = 6
    CONFLICT = 7


def compare_contact(records: CodedRecords, left: Ints, right: Ints) -> Levels:
    """Level of the contact details of each pair; values shared by many records are missing already."""
    phone, phone_known = _equal(records.columns["phone"], left, right)
    door, door_known = _equal(records.columns["address_key"], left, right)
    postal, postal_known = _equal(records.columns["postal_code"], left, right)
    city, city_known = _equal(records.columns["city_key"], left, right)
    near_column = records.columns["address_near"]
    near_known = (near_column.codes[left] >= 0) & (near_column.codes[right] >= 0)
    level = np.where(
        phone_known | door_known | city_known | postal_known,
        np.int8(ContactLevel.CONFLICT),
        np.int8(ContactLevel.MISSING),
    )
    level[city] = ContactLevel.CITY
    level[postal] = ContactLevel.POSTAL
    open_ = np.flatnonzero(near_known & ~door & (city | postal | ~(city_known | postal_known)))
    if len(open_):
        level[open_[_near(near_column, left[open_], right[open_])]] = ContactLevel.NEAR
    level[door] = ContactLevel.ADDRESS
    level[phone] = ContactLevel.PHONE
    level[phone & (door | (level == ContactLevel.NEAR))] = ContactLevel.BOTH
    return level


def _equal(column: Column, left: Ints, right: Ints) -> tuple[Mask, Mask]:
    a, b = column.codes[left], column.codes[right]
    known = (a >= 0) & (b >= 0)
    return known & (a == b), known


def _near(column: Column, left: Ints, right: Ints) -> Mask:
    a, b = column.codes[left], column.codes[right]
    count = len(column.values)
    codes = np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b)
    distinct, place = np.unique(codes, return_inverse=True)
    x, y = column.values.gather(distinct // count), column.values.gather(distinct % count)
    ratio = cpdist(x.to_list(), y.to_list(), scorer=token_sort_ratio, score_cutoff=NEAR_RATIO, dtype=np.float32)
    # Two doors of one street are near as text and far as homes: the numbers must agree.
    numbers = (x.str.extract_all(r"\d+").list.sort() == y.str.extract_all(r"\d+").list.sort()).fill_null(value=False)
    return np.asarray(((ratio >= NEAR_RATIO) & numbers.to_numpy())[place], dtype=np.bool_)
