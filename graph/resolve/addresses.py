"""Which addresses are one door: one house and flat of one street, however street, colonia and town are written.

What the standard form leaves apart is joined here: a slip in the street's name, a colonia that one record leaves out, a
town under its abbreviation. Number and flat must agree; two colonias that are both named must agree; a door that could
be in two colonias is in neither.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from graph.resolve.groups import LINK, Ints, Mask, group
from linkage.standardise.address_words import AddressWords

MENTION = {"address_key": pl.String, "postal_code": pl.String}
"""One address as standardised, with the postal code as received."""

_BLOCK = 200
"""Doors that share a key beyond which it says nothing. Assumed."""
_SAME_STREET, _SAME_COLONIA, _SAME_POSTAL, _SAME_TOWN = 4.0, 3.0, 2.0, 1.0
_NEAR = 0.5  # of the strength of a name with a slip


def resolve_addresses(mentions: pl.DataFrame) -> pl.DataFrame:
    """Which door each standard address is.

    Args:
        mentions: frame MENTION; rows without a key are passed over.

    Returns:
        Frame address_key, door (smallest key of it), ordered by address_key.
    """
    doors = _doors(mentions)
    pairs = _candidates(doors)
    # Most doors resemble no other; only the others are taken apart further.
    near = pl.concat([pairs["left"], pairs["right"]]).unique().sort()
    place = np.zeros(doors.height, dtype=np.int64)
    place[near.to_numpy()] = np.arange(len(near))
    inside = _detailed(doors[near])
    links = _links(inside, place[pairs["left"].to_numpy()], place[pairs["right"].to_numpy()])
    first = np.arange(doors.height)
    first[near.to_numpy()] = near.to_numpy()[group(len(near), links, lambda a, b: _barred(inside, a, b))]
    return doors.select("address_key", door=doors["address_key"].gather(first))


def _links(doors: pl.DataFrame, left: Ints, right: Ints) -> pl.DataFrame:
    """Frame LINK: pairs that are one door."""
    sides = _Sides(doors, left, right)
    street, town = sides.street(), sides.town()
    colonia, postal = sides.colonia(), sides.postal()
    # A slip in the name needs the code or the colonia to agree: a town may have a Main and a Maine Street.
    is_held = (street == 1) | (postal > 0) | (colonia > 0)
    linked = (street > 0) & is_held & (town > 0) & ~_barred(doors, left, right)
    weight = street * _SAME_STREET + town * _SAME_TOWN + colonia * _SAME_COLONIA + np.maximum(postal, 0) * _SAME_POSTAL
    found = pl.DataFrame({"left": left, "right": right, "weight": weight}, schema=LINK)
    return found.filter(pl.Series(linked))


def _barred(doors: pl.DataFrame, left: Ints, right: Ints) -> Mask:
    sides = _Sides(doors, left, right)
    colonia = sides.colonia()
    other_code = sides.is_mexican & (sides.postal() < 0) & (colonia <= 0)
    return np.asarray((colonia < 0) | sides.other_kind() | other_code, dtype=np.bool_)


@cache
def _kinds() -> str:
    return "|".join(sorted(set(AddressWords.load().tables["types"].values()), key=len, reverse=True))


def _doors(mentions: pl.DataFrame) -> pl.DataFrame:
    """Distinct keys in order, taken apart: number with flat, street, near (colonia or code), place, state, postal."""
    code = pl.col("postal_code").str.to_uppercase().str.replace_all("[^A-Z0-9]", "").str.strip_chars_start("0")
    code = pl.when(code.str.contains(r"^\d{9}$")).then(code.str.head(5)).otherwise(code)
    keys = (
        mentions.drop_nulls("address_key")
        .select("address_key", code=pl.when(code != "").then(code))
        .group_by("address_key")
        .agg(low=pl.col("code").min(), high=pl.col("code").max())
        .sort("address_key")
    )
    parts = pl.col("address_key").str.split("|")
    keys = keys.select(
        "address_key",
        number=parts.list.get(0),
        street=parts.list.get(1, null_on_oob=True).fill_null(""),
        near=pl.when(parts.list.len() > 3).then(parts.list.get(2, null_on_oob=True)),
        place=parts.list.get(-1),
        # Several codes at one key: none of them is trusted.
        code=pl.when(pl.col("low") == pl.col("high")).then("low"),
    )
    is_code = pl.col("near").str.contains(r"^\d+$").fill_null(value=False)
    return keys.with_columns(
        is_code=is_code,
        postal=pl.coalesce(pl.when(is_code).then(pl.col("near").str.strip_chars_start("0")), "code").fill_null(""),
        state=pl.col("place").str.extract(r" ([A-Z]{2,3})$").fill_null(""),
    )


def _detailed(doors: pl.DataFrame) -> pl.DataFrame:
    """The doors with what pairs of them are compared in: name, whole, kind, colonia, city, is_mexican."""
    is_walk = pl.col("near").is_not_null() & pl.col("street").str.contains(r"^AND .+ ST$")
    # The standard form leaves the usual abbreviation of Andador in front of the name.
    street = pl.when(is_walk).then(pl.col("street").str.slice(4).str.replace(" ST$", " ANDADOR")).otherwise("street")
    keys = doors.with_columns(
        street=street,
        is_mexican=pl.col("near").is_not_null(),
        colonia=pl.when("is_code").then(pl.lit("")).otherwise(pl.col("near").fill_null("")).str.replace_all(" ", ""),
        city=pl.col("place").str.replace(r" [A-Z]{2,3}$", ""),
    )
    kind = pl.col("street").str.extract(rf"^.+\b({_kinds()})(?: [NSEW]{{1,2}})?$").fill_null("")
    return keys.with_columns(
        kind=kind,
        name=pl.col("street")
        .str.replace(rf"(.) \b(?:{_kinds()})((?: [NSEW]{{1,2}})?)$", "$1$2")
        .str.replace_all(" ", ""),
        whole=pl.col("street").str.replace_all(" ", ""),
    )


def _candidates(doors: pl.DataFrame) -> pl.DataFrame:
    """Pairs of doors worth a look: equal number and flat, and a postal code or the start of a word of the street."""
    rows = doors.with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    by_code = rows.filter(pl.col("postal") != "").select(
        "at", key=pl.concat_str("number", "postal", separator="|").hash()
    )
    by_word = (
        rows.select("at", "number", "state", word=pl.col("street").str.split(" ").list.eval(pl.element().str.head(2)))
        .explode("word", empty_as_null=True, keep_nulls=True)
        .unique()
        .select("at", key=pl.concat_str("number", "state", "word", separator="|").hash())
    )
    keyed = pl.concat([by_code, by_word]).filter(pl.len().over("key").is_between(2, _BLOCK))
    pairs = keyed.join(keyed, on="key", suffix="_r").filter(pl.col("at") < pl.col("at_r"))
    return pairs.select(left="at", right="at_r").unique().sort("left", "right")


class _Sides:
    """Two columns of doors, compared row by row."""

    def __init__(self, doors: pl.DataFrame, left: Ints, right: Ints) -> None:
        self._left, self._right = doors[left], doors[right]
        self.is_mexican = self._left["is_mexican"].to_numpy() & self._right["is_mexican"].to_numpy()

    def street(self) -> np.ndarray:
        """1 for one name, less for one with a slip, 0 for another."""
        return np.asarray(np.maximum(_likeness(*self._both("name")), _likeness(*self._both("whole"))))

    def colonia(self) -> np.ndarray:
        """As street; 0 where one leaves it out, -1 where both name another one."""
        left, right = self._both("colonia")
        found = _likeness(left, right)
        is_open = ((left == "") | (right == "")).to_numpy()
        return np.asarray(np.where(is_open, 0.0, np.where(found > 0, found, -1.0)))

    def postal(self) -> np.ndarray:
        """1 for one code, 0 where one has none, -1 for two."""
        left, right = self._both("postal")
        is_open = ((left == "") | (right == "")).to_numpy()
        return np.where(is_open, 0.0, np.where((left == right).to_numpy(), 1.0, -1.0))

    def other_kind(self) -> Mask:
        """Where both name the kind of street, and not the same."""
        left, right = self._both("kind")
        return np.asarray(((left != "") & (right != "") & (left != right)).to_numpy(), dtype=np.bool_)

    def town(self) -> np.ndarray:
        """1 for one town of one state or one code, 0 for two."""
        left, right = self._both("city")
        one_state = (self._left["state"] == self._right["state"]).to_numpy()
        is_one = (left == right).to_numpy() | (self.postal() > 0)
        states = self._left["state"].to_list()
        for row in np.flatnonzero(~is_one & one_state):
            is_one[row] = _is_short(left[int(row)], right[int(row)], states[row])
        return np.asarray(is_one & one_state, dtype=np.float64)

    def _both(self, column: str) -> tuple[pl.Series, pl.Series]:
        return self._left[column], self._right[column]


def _likeness(left: pl.Series, right: pl.Series) -> np.ndarray:
    """1 where equal, _NEAR where a slip apart (two in long names), else 0; blank is like nothing, digits never slip."""
    slips = cpdist(left.to_list(), right.to_list(), scorer=OSA.distance, score_cutoff=2, dtype=np.int32)
    length = np.minimum(left.str.len_chars().to_numpy(), right.str.len_chars().to_numpy())
    digits = (left.str.replace_all(r"\D", "") == right.str.replace_all(r"\D", "")).to_numpy()
    is_near = digits & (((slips == 1) & (length >= 4)) | ((slips == 2) & (length >= 10)))
    return np.where(length == 0, 0.0, np.where(slips == 0, 1.0, np.where(is_near, _NEAR, 0.0)))


@cache
def _is_short(a: str, b: str, state: str) -> bool:
    """Whether one town's name stands for the other: initials, letters left out, run together, its state behind it."""
    short, long = sorted((a.replace(" ", ""), b.replace(" ", "")), key=len)
    if not short or short == long:
        return short == long and bool(short)
    if "".join(word[0] for word in (b if len(a.replace(" ", "")) < len(b.replace(" ", "")) else a).split()) == short:
        return len(short) > 1
    if long.startswith(short) and state.startswith(long[len(short) :]):
        return True
    letters = iter(long)
    return 3 <= len(short) <= 5 and short[0] == long[0] and all(letter in letters for letter in short)
