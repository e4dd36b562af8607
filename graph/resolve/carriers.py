"""Which carrier records are one carrier, and what a reference to a carrier means.

All of it is a pure function of the facts: no order of arrival, no numbering. A legal number joins; without one, a name
and something that few others share: door, phone, officer, customs code. Two legal numbers of one kind are two carriers,
so that one that reopened next door under a new number stays another.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from graph.resolve.company_names import rarity, spellings, weigh_names
from graph.resolve.groups import Ints, Mask, group

EXCLUSIVE = ("usdot", "rfc")
"""Legal numbers of which one carrier has one: two different ones are two carriers."""

LEGAL = {"usdot": 200.0, "rfc": 200.0, "docket": 100.0}
"""Numbers an authority gives to one carrier, with the strength of the link that they make."""

PRIOR = -16.0
"""Log2 odds that two records of many thousands are one carrier. This and all bits below are assumed; they were set on
worlds that no reported figure uses."""

SURROUNDINGS = {"phone": 11.0, "officers": 7.0, "scac": 9.0}
"""Bits that it says when two records share it."""

PLACE = {"town": 5.0, "postal": 7.0, "address": 11.0}
"""The same of places, of which the narrowest that two records share counts."""

SLIP = 12.0
"""Bits that it says when a legal number of the one is a slip away from the other's."""

OTHER = {"form": -6.0, "country": -6.0, "scac": -2.0}
"""Bits that it says when both records have one, and not the same."""

_LONG = 6  # places of a number in which a slip is likelier than another carrier's number
_SHARED_BY = 25
"""Records that share a door or phone beyond which it is a broker's, and says nothing."""
_BLOCK = 400


def resolve_carriers(carriers: pl.DataFrame) -> pl.DataFrame:
    """Which node each carrier record belongs to.

    Args:
        carriers: frame CARRIER, unique by key; the keys of one door should have been made one.

    Returns:
        Frame record (carrier key), carrier (smallest key of its group), ordered by record.

    Complexity: linear, but for records that share a door, phone, code, name or a word in one town, which are compared
    in pairs.
    """
    frame = _compared(carriers.sort("key").with_row_index("at").with_columns(pl.col("at").cast(pl.Int64)))
    links = pl.concat([_legal(frame), _circumstantial(frame)]).group_by("left", "right").agg(pl.col("weight").max())
    first = group(frame.height, links.sort("left", "right"), lambda a, b: _barred(frame, a, b))
    return frame.select(record="key", carrier=frame["key"].gather(first))


def refer_carriers(references: Iterable[pl.Series], carriers: pl.DataFrame, resolved: pl.DataFrame) -> pl.DataFrame:
    """Which node each carrier reference means.

    A reference "SOURCE/ID" means that carrier record; where no such record is there, the only carrier any source has
    under that id; else a carrier of its own that a later file may complete.

    Args:
        references: series of carrier keys, nulls passed over.
        carriers: frame CARRIER.
        resolved: as `resolve_carriers` gives it.

    Returns:
        Frame reference, carrier, is_placeholder, ordered by reference.
    """
    wanted = pl.concat([pl.Series("reference", [], pl.String), *(r.alias("reference") for r in references)])
    frame = wanted.drop_nulls().unique().sort().to_frame()
    alone = (
        carriers.select("carrier_id", record="key")
        .join(resolved, on="record")
        .group_by("carrier_id")
        .agg(pl.col("carrier").n_unique().alias("n"), pl.col("carrier").first().alias("only"))
        .filter(pl.col("n") == 1)
        .select("carrier_id", "only")
    )
    frame = frame.join(resolved.rename({"record": "reference", "carrier": "exact"}), on="reference", how="left")
    frame = frame.with_columns(carrier_id=pl.col("reference").str.splitn("/", 2).struct.field("field_1"))
    frame = frame.join(alone, on="carrier_id", how="left")
    return frame.select(
        "reference",
        carrier=pl.coalesce("exact", "only", "reference"),
        is_placeholder=pl.col("exact").is_null() & pl.col("only").is_null(),
    ).sort("reference")


def _compared(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that are compared; a door, phone or code that many share is nobody's."""
    city = pl.coalesce(pl.col("address_key").str.split("|").list.get(-1), pl.col("city").str.to_uppercase())
    frame = frame.select(
        "at", "key", *LEGAL, "phone", "scac", "country",
        name="name_key",
        others=spellings(frame["name"], frame["name_key"]),
        form=_form(),
        officers=pl.col("officers").str.to_uppercase(),
        address="address_key",
        postal=pl.col("postal_code").str.to_uppercase().str.replace_all("[^A-Z0-9]", "").str.strip_chars_start("0"),
        town=city,
    )  # fmt: skip
    return frame.with_columns(
        pl.when(pl.len().over(column) <= _SHARED_BY).then(column).alias(column)
        for column in ("address", "phone", "scac")
    )


def _form() -> pl.Expr:
    """The family of the legal form at the end of the name; null where none is stated."""
    letters = pl.col("name").str.to_uppercase().str.replace(r"\bD\W?B\W?A\b.*$", "").str.replace_all("[^A-ZÉ]", "")
    families = {
        "SAPI": "SAPI(?:DECV)?", "SRL": "S?DERL(?:DECV)?", "SA": "SADECV", "LLC": "LLC", "INC": "INC(?:ORPORATED)?",
        "CORP": "CORP(?:ORATION)?", "LTD": "(?:LTD|LIMITED|LT[EÉ]E)",
    }  # fmt: skip
    return pl.coalesce(
        pl.when(letters.str.contains(f"{ending}$")).then(pl.lit(name)) for name, ending in families.items()
    )


def _barred(frame: pl.DataFrame, left: Ints, right: Ints) -> Mask:
    """Two numbers of a kind of which a carrier has one, but for a slip under one docket or one name."""
    is_named = _agree(frame, "docket", left, right) | _agree(frame, "name", left, right)
    two = [
        _differ(frame, column, left, right) & ~(is_named & _is_slip(frame[column][left], frame[column][right]))
        for column in EXCLUSIVE
    ]
    return np.asarray(np.any(two, axis=0), dtype=np.bool_)


def _is_slip(left: pl.Series, right: pl.Series) -> Mask:
    """Whether one place of a long number was misread or two were swapped."""
    known = ((left.str.len_chars() >= _LONG) & (right.str.len_chars() >= _LONG)).fill_null(value=False).to_numpy()
    slips = cpdist(left.fill_null("").to_list(), right.fill_null("").to_list(), scorer=OSA.distance, score_cutoff=1)
    return np.asarray(known & (slips == 1), dtype=np.bool_)


def _agree(frame: pl.DataFrame, column: str, left: Ints, right: Ints) -> Mask:
    return (frame[column][left] == frame[column][right]).fill_null(value=False).to_numpy()


def _differ(frame: pl.DataFrame, column: str, left: Ints, right: Ints) -> Mask:
    return (frame[column][left] != frame[column][right]).fill_null(value=False).to_numpy()


def _legal(frame: pl.DataFrame) -> pl.DataFrame:
    """Frame LINK: each record with the first of those that bear one of its numbers."""
    held = [
        frame.drop_nulls(column)
        .select(left=pl.col("at").min().over(column), right="at", weight=pl.lit(weight))
        .filter(pl.col("left") < pl.col("right"))
        for column, weight in LEGAL.items()
    ]
    return pl.concat(held)


def _circumstantial(frame: pl.DataFrame) -> pl.DataFrame:
    """Frame LINK: pairs whose names and surroundings together say that they are one."""
    pairs = _candidates(frame)
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    weight = PRIOR + weigh_names((frame["name"], frame["others"]), left, right, rarity(frame["name"]))
    for column, bits in SURROUNDINGS.items():
        weight += np.where(_agree(frame, column, left, right), bits, 0.0)
    place = np.zeros(len(left))
    for column, bits in PLACE.items():
        place = np.where(_agree(frame, column, left, right), bits, place)
    for column in EXCLUSIVE:
        weight += np.where(_is_slip(frame[column][left], frame[column][right]), SLIP, 0.0)
    for column, bits in OTHER.items():
        weight += np.where(_differ(frame, column, left, right), bits, 0.0)
    return pairs.with_columns(weight=pl.Series(weight + place)).filter(pl.col("weight") > 0)


def _candidates(frame: pl.DataFrame) -> pl.DataFrame:
    """Pairs worth a look: one door, phone, code or name, or a word of the name in one town or postal code."""
    whole = [
        frame.drop_nulls(column).select("at", key=pl.format(f"{column}|{{}}", column))
        for column in ("address", "phone", "scac", "name")
    ]
    words = frame.select("at", "town", "postal", word=pl.col("name").str.split(" ")).explode(
        "word", empty_as_null=True, keep_nulls=True
    )
    near = [
        words.drop_nulls(["word", place]).select("at", key=pl.format("{}|{}", place, "word")).unique()
        for place in ("town", "postal")
    ]
    keyed = pl.concat([*whole, *near]).filter(pl.len().over("key").is_between(2, _BLOCK))
    pairs = keyed.join(keyed, on="key", suffix="_r").filter(pl.col("at") < pl.col("at_r"))
    return pairs.select(left="at", right="at_r").unique().sort("left", "right")
