"""All attributes of many pairs at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.compare.coding import CodedRecords
from linkage.compare.contact import ContactLevel, compare_contact
from linkage.compare.dates import DateLevel, compare_dates
from linkage.compare.identifiers import IdentifierLevel, compare_identifier
from linkage.compare.names import NameLevel, compare_names

Ints = npt.NDArray[np.int32]
Levels = npt.NDArray[np.int8]
Bits = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

IDENTIFIERS = (
    "curp",
    "fast_id",
    "licence",
    "passport",
    "national_id",
    "ssn4",
    "tax",
    "clave_elector",
    "alien_number",
    "uci",
    "email",
)
PRESENT = ("MISSING", "AGREE", "CONFLICT")

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "given_name": tuple(level.name.lower() for level in NameLevel),
    "surname": tuple(level.name.lower() for level in NameLevel),
    "birth_date": tuple(level.name.lower() for level in DateLevel),
    "sex": tuple(name.lower() for name in PRESENT),
    "suffix": tuple(name.lower() for name in PRESENT),
    **{name: tuple(level.name.lower() for level in IdentifierLevel) for name in IDENTIFIERS},
    "contact": tuple(level.name.lower() for level in ContactLevel),
}
"""Attribute to the names of its levels; a level's code is its place."""


@dataclass(frozen=True)
class Comparison:
    """Agreement levels of many pairs.

    Args:
        levels: attribute to one level code a pair.
        information: bits of what agreed, for the attributes that have it.
    """

    levels: Mapping[str, Levels]
    information: Mapping[str, Bits]


def compare(records: CodedRecords, left: Ints, right: Ints) -> Comparison:
    """Levels of every attribute for each pair of record positions; symmetric in left and right."""
    names = compare_names(records.names, left, right)
    levels: dict[str, Levels] = {
        "given_name": names.given,
        "surname": names.surname,
        "birth_date": compare_dates(records.dates, records.dates_alt, left, right),
        "sex": _agreement(records, "sex", left, right),
        "suffix": _agreement(records, "name_suffix", left, right),
    }
    for name in IDENTIFIERS:
        if name == "tax":
            levels[name] = _best(
                compare_identifier(records, "rfc", left, right), compare_identifier(records, "tax_id", left, right)
            )
        else:
            levels[name] = compare_identifier(records, name, left, right)
    levels["contact"] = compare_contact(records, left, right)
    return Comparison(levels, {"given_name": names.given_information, "surname": names.surname_information})


def is_hopeful(records: CodedRecords, left: Ints, right: Ints) -> Mask:
    """Whether a pair is worth comparing: its birth dates do not conflict, or an identifier is equal.

    Without an equal identifier no agreement of names and contacts outweighs a conflict of dates against two people
    of one household, so nothing is lost.
    """
    level = compare_dates(records.dates, records.dates_alt, left, right)
    found = level < DateLevel.CONFLICT
    for name in (*(name for name in IDENTIFIERS if name != "tax"), "rfc", "tax_id"):
        codes = records.columns[name].codes
        found |= (codes[left] >= 0) & (codes[left] == codes[right])
    return np.asarray(found, dtype=np.bool_)


def _agreement(records: CodedRecords, name: str, left: Ints, right: Ints) -> Levels:
    codes = records.columns[name].codes
    a, b = codes[left], codes[right]
    return np.where((a < 0) | (b < 0), 0, np.where(a == b, 1, 2)).astype(np.int8)


def _best(a: Levels, b: Levels) -> Levels:
    return np.where((a == 0) | ((b > 0) & (b < a)), b, a).astype(np.int8)
