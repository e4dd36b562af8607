"""Phone and address as one comparison, since a household shares both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cpdist

from linkage.compare.column import Column, Ints, Mask
from linkage.compare.kinds import Agreement, Kind, Levels, level_names
from linkage.model import Attribute, Model

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


@dataclass(frozen=True)
class ContactComparator:
    """Phone, door (one key an address), address text, postal code and city of every record."""

    phone: Column
    door: Column
    near: Column
    postal: Column
    city: Column

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> ContactComparator:
        """From the five columns of the attribute, in this order."""
        return cls(*(Column.of(records[name]) for name in attributes[0].columns))

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement]:
        """Level of the contact details of each pair; values shared by many records are missing already."""
        phone, phone_known = self.phone.both(left, right)
        door, door_known = self.door.both(left, right)
        postal, postal_known = self.postal.both(left, right)
        city, city_known = self.city.both(left, right)
        near_known = (self.near.codes[left] >= 0) & (self.near.codes[right] >= 0)
        level: Levels = np.where(
            phone_known | door_known | city_known | postal_known,
            np.int8(ContactLevel.CONFLICT),
            np.int8(ContactLevel.MISSING),
        )
        level[city] = ContactLevel.CITY
        level[postal] = ContactLevel.POSTAL
        open_ = np.flatnonzero(near_known & ~door & (city | postal | ~(city_known | postal_known)))
        if len(open_):
            level[open_[_near(self.near, left[open_], right[open_])]] = ContactLevel.NEAR
        level[door] = ContactLevel.ADDRESS
        level[phone] = ContactLevel.PHONE
        level[phone & (door | (level == ContactLevel.NEAR))] = ContactLevel.BOTH
        return (Agreement(level),)


CONTACT = Kind(ContactComparator.build, level_names(ContactLevel))


def _near(column: Column, left: Ints, right: Ints) -> Mask:
    x, y, place = column.distinct_pairs(left, right)
    ratio = cpdist(x.to_list(), y.to_list(), scorer=token_sort_ratio, score_cutoff=NEAR_RATIO, dtype=np.float32)
    # Two doors of one street are near as text and far as homes: the numbers must agree.
    numbers = (x.str.extract_all(r"\d+").list.sort() == y.str.extract_all(r"\d+").list.sort()).fill_null(value=False)
    return np.asarray(((ratio >= NEAR_RATIO) & numbers.to_numpy())[place], dtype=np.bool_)
