"""Names as sets of tokens with roles, compared by best alignment over every reading of both names.

Source: the patterns of two surnames, nicknames, initials and order in `docs/names.md`; information of an agreed
token is -log2 of its share of the population (term-frequency adjustment of Fellegi-Sunter).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl

from linkage.compare.column import Ints
from linkage.compare.kinds import Agreement, Bits, Kind, Levels, level_names
from linkage.compare.tokens import EQUAL, FUZZY, INITIAL, INITIAL_BITS, TokenTable, classify, token_table
from linkage.model import GRAIN, Attribute, Model

GIVEN_TOKENS = 4
SURNAME_TOKENS = 5
FACTOR = np.array([0.0, 0.0, 0.3, 0.6, 0.75, 1.0], dtype=np.float32)
"""Share of a token's information kept, by kind: different, initial (its own figure), alike, fuzzy, variant, equal."""
SWAP_PENALTY = np.float32(4.0)


class NameLevel(IntEnum):
    """Agreement of one part of two names; the order is the file's order in the model."""

    MISSING = 0
    EXACT = 1
    VARIANT = 2
    FUZZY = 3
    INITIALS = 4
    SUBSET = 5
    REORDERED = 6
    SIMILAR = 7
    PARTIAL = 8
    CONFLICT = 9


OF_KIND = np.array(
    [0, NameLevel.INITIALS, NameLevel.SIMILAR, NameLevel.FUZZY, NameLevel.VARIANT, NameLevel.EXACT], dtype=np.int8
)
"""Level of a name whose weakest pair of tokens is of each kind."""
RANK = np.array([0, 0, 1, 2, 2, 1, 2, 5, 9, 12], dtype=np.float32)
"""Bits that a level costs when the best of several readings is chosen."""


@dataclass(frozen=True)
class NameCodes:
    """Readings of all names.

    Args:
        name: distinct-name code of each record.
        first: first reading of each distinct name, one more than there are names.
        given: token codes of each reading's given names, -1 padded.
        surname: token codes of each reading's surnames, paternal first, -1 padded.
        tokens: the distinct tokens.
        cap: information, in bits, that one surname token of each reading may carry: words of organisations less.
    """

    name: Ints
    first: Ints
    given: Ints
    surname: Ints
    tokens: TokenTable
    cap: Bits


def encode_names(persons: pl.DataFrame, model: Model) -> NameCodes:
    """Token codes of every reading of every distinct name."""
    blank = pl.lit("")
    main = pl.concat_str(pl.col("name_given").fill_null(blank), pl.lit("|"), pl.col("name_surname").fill_null(blank))
    frame = persons.select(
        pl.concat_list(main, pl.col("name_alt").fill_null(pl.lit([], dtype=pl.List(pl.String)))).alias("readings"),
        is_organization=pl.col("entity_type") == "organization",
    ).with_columns(pl.col("readings").list.unique(maintain_order=True))
    # A name of an organisation and the same of a person are two names: their words are not worth the same.
    kind = pl.when("is_organization").then(pl.lit("\norganization")).otherwise(pl.lit(""))
    frame = frame.with_columns(whole=pl.concat_str(pl.col("readings").list.join("\n"), kind))
    distinct = frame.unique("whole").sort("whole").with_row_index("name")
    name = frame.join(distinct.select("whole", "name"), on="whole", how="left", maintain_order="left")["name"]
    readings = distinct.select("name", "readings", "is_organization").explode("readings")
    parts = readings["readings"].str.splitn("|", 2).struct.unnest()
    given = parts["field_0"].fill_null("").str.split(" ").list.head(GIVEN_TOKENS)
    surname = parts["field_1"].fill_null("").str.split(" ").list.head(SURNAME_TOKENS)
    organizations = readings["is_organization"].fill_null(value=False).to_numpy()
    tokens = token_table(given, surname, model)
    counts = np.bincount(readings["name"].to_numpy(), minlength=len(distinct))
    return NameCodes(
        name=name.to_numpy().astype(np.int32),
        first=np.append(0, np.cumsum(counts)).astype(np.int32),
        given=tokens.encode(given, GIVEN_TOKENS),
        surname=tokens.encode(surname, SURNAME_TOKENS),
        tokens=tokens,
        cap=np.where(organizations, model.floors.organization, np.inf).astype(np.float32),
    )


@dataclass(frozen=True)
class NameAgreement:
    """Levels and agreed information (bits) of given names and surnames, one entry a pair."""

    given: Levels
    given_information: Bits
    surname: Levels
    surname_information: Bits


def compare_names(names: NameCodes, left: Ints, right: Ints) -> NameAgreement:
    """The best agreement over all readings of both names, each distinct pair of names compared once.

    Args:
        left: record positions; `right` likewise.
    """
    a, b = names.name[left], names.name[right]
    count = len(names.first) - 1
    # Symmetric by construction: the smaller name code always stands on the left.
    codes = np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b)
    distinct, place = np.unique(codes, return_inverse=True)
    best = _best_readings(names, (distinct // count).astype(np.int32), (distinct % count).astype(np.int32))
    return NameAgreement(
        best.given[place], best.given_information[place], best.surname[place], best.surname_information[place]
    )


@dataclass(frozen=True)
class PersonNameComparator:
    """Given names and surnames of every record, compared together since roles are often swapped.

    Args:
        parts: which part each attribute wants, "given" or "surname".
    """

    names: NameCodes
    parts: tuple[str, ...]

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> PersonNameComparator:
        """From the columns `name_given`, `name_surname`, `name_alt` and `entity_type` of standardised persons."""
        return cls(encode_names(records, model), tuple(a.compare.partition(".")[2] for a in attributes))

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement, ...]:
        """Level and agreed information of each part wanted."""
        found = compare_names(self.names, left, right)
        parts = {
            "given": Agreement(found.given, found.given_information),
            "surname": Agreement(found.surname, found.surname_information),
        }
        return tuple(parts[part] for part in self.parts)


PERSON_NAME = Kind(PersonNameComparator.build, level_names(NameLevel), parts=("given", "surname"))


def _best_readings(names: NameCodes, a: Ints, b: Ints) -> NameAgreement:
    number_a = names.first[a + 1] - names.first[a]
    number_b = names.first[b + 1] - names.first[b]
    number = number_a * number_b
    pair = np.repeat(np.arange(len(a)), number)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(number) - number, number)
    reading_a = names.first[a][pair] + offset // number_b[pair]
    reading_b = names.first[b][pair] + offset % number_b[pair]
    found = _compare_readings(names, reading_a, reading_b)
    value = found.given_information + found.surname_information - RANK[found.given] - RANK[found.surname]
    order = np.lexsort((-value, pair))
    chosen = order[np.searchsorted(pair[order], np.arange(len(a)))]
    return NameAgreement(
        found.given[chosen],
        found.given_information[chosen],
        found.surname[chosen],
        found.surname_information[chosen],
    )


def _compare_readings(names: NameCodes, a: Ints, b: Ints) -> NameAgreement:
    given, given_information = _align(names.tokens, names.given[a], names.given[b], is_surname=False)
    surname, surname_information = _align(
        names.tokens, names.surname[a], names.surname[b], is_surname=True, cap=names.cap[a]
    )
    # Columns swapped: only where nothing agrees the straight way.
    crossed = np.flatnonzero((given >= NameLevel.PARTIAL) & (surname >= NameLevel.PARTIAL))
    if len(crossed):
        first, first_information = _align(
            names.tokens, names.given[a[crossed]], names.surname[b[crossed]], is_surname=False
        )
        second, second_information = _align(
            names.tokens, names.surname[a[crossed]], names.given[b[crossed]], is_surname=False
        )
        both = (first < NameLevel.PARTIAL) & (second < NameLevel.PARTIAL) & (first > 0) & (second > 0)
        hit = crossed[both]
        given[hit], given_information[hit] = first[both], first_information[both]
        surname[hit] = second[both]
        surname_information[hit] = np.maximum(second_information[both] - SWAP_PENALTY, 0)
    return NameAgreement(given, given_information, surname, surname_information)


def _align(tokens: TokenTable, a: Ints, b: Ints, *, is_surname: bool, cap: Bits | None = None) -> tuple[Levels, Bits]:
    """Level and agreed information of two padded token rows; one row a pair."""
    kinds = classify(tokens, a, b)  # pairs x tokens of a x tokens of b
    rarity = tokens.surname_bits if is_surname else tokens.given_bits
    rare = np.minimum(rarity[a][:, :, None], rarity[b][:, None, :])
    if cap is not None:
        rare = np.minimum(rare, cap[:, None, None])
    value = FACTOR[kinds] * rare
    value = np.where(kinds == INITIAL, np.minimum(np.float32(INITIAL_BITS), rare), value)
    here, there = a >= 0, b >= 0
    best_a, best_b = kinds.max(axis=2), kinds.max(axis=1)
    lone_a = ((best_a == 0) & here).any(axis=1)
    lone_b = ((best_b == 0) & there).any(axis=1)
    matched = (best_a > 0).any(axis=1)
    worst = np.minimum(np.where(best_a > 0, best_a, EQUAL).min(axis=1), np.where(best_b > 0, best_b, EQUAL).min(axis=1))
    whole = OF_KIND[worst]
    level = np.where(
        ~matched,
        np.int8(NameLevel.CONFLICT),
        np.where(
            lone_a & lone_b,
            np.int8(NameLevel.PARTIAL),
            np.where(
                lone_a | lone_b,
                np.where(best_a.max(axis=1) < FUZZY, np.int8(NameLevel.SIMILAR), np.int8(NameLevel.SUBSET)),
                whole,
            ),
        ),
    )
    if is_surname:
        turned = (kinds[:, 0, 1] >= FUZZY) & (kinds[:, 1, 0] >= FUZZY) & (kinds[:, 0, 0] < FUZZY)
        level = np.where(turned & (level < NameLevel.SUBSET), np.int8(NameLevel.REORDERED), level)
    level = np.where(here.any(axis=1) & there.any(axis=1), level, np.int8(NameLevel.MISSING)).astype(np.int8)
    information = np.minimum(value.max(axis=2).sum(axis=1), value.max(axis=1).sum(axis=1))
    exact = np.round(np.where(level > 0, information, 0) * GRAIN) / GRAIN
    return level, exact.astype(np.float32)
