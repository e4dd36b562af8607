"""Terms of blocking rules: `column` is its value, `column.transform` something made of it.

A term gives hashes, none where the record lacks it; a *single* term gives one a record, a *multiple* one any number
(name tokens, both readings of a date). The column `names` stands for every reading of a record's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.errors import ModelError
from linkage.phonetics import skeleton

READINGS = "names"
NAME_COLUMNS = ("name_given", "name_surname", "name_alt")
"""What READINGS are made of."""


@dataclass(frozen=True)
class Values:
    """Hashes of the terms of some records.

    Args:
        single: term to one hash a record, 0 where the record lacks it.
        multiple: term to `record` (position) and `value` (hash), each pair once.
    """

    single: Mapping[str, npt.NDArray[np.uint64]]
    multiple: Mapping[str, pl.DataFrame]


def columns_of(rules: Iterable[Iterable[str]]) -> frozenset[str]:
    """Columns of records that the rules read, where these have them."""
    named = {term.partition(".")[0] for rule in rules for term in rule}
    return frozenset(named - {READINGS} | set(NAME_COLUMNS if READINGS in named else ()))


def term_values(records: pl.DataFrame, terms: Iterable[str]) -> Values:
    """Hashes of every term for every record.

    Raises:
        ModelError: a term names no column of the records, or no transform.
    """
    split = {term: term.partition(".") for term in sorted(set(terms))}
    for term, (column, _, transform) in split.items():
        if transform and transform not in SINGLE and transform not in MULTIPLE:
            raise ModelError(f"blocking term {term}: there is no transform {transform}")
        if column not in records.columns and column != READINGS:
            raise ModelError(f"blocking term {term}: the records have no column {column}")
    single = {
        term: SINGLE[transform](pl.col(column).cast(pl.String))
        for term, (column, _, transform) in split.items()
        if transform not in MULTIPLE
    }
    # From here on a text is its hash: half the memory, and keys are made of numbers.
    hashed = records.select(
        pl.when(text.is_not_null() & (text != ""))
        .then(pl.max_horizontal(text.hash(seed=0), 1))
        .otherwise(0)
        .alias(term)
        for term, text in single.items()
    )
    numbered = records.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("record"))
    return Values(
        {term: hashed[term].cast(pl.UInt64).to_numpy() for term in single},
        {
            term: _hashed(MULTIPLE[transform](numbered, column))
            for term, (column, _, transform) in split.items()
            if transform in MULTIPLE
        },
    )


def _hashed(values: pl.DataFrame) -> pl.DataFrame:
    """`record` and the hash of `value`, where there is one."""
    given = values.filter(pl.col("value").is_not_null() & (pl.col("value") != ""))
    return given.select("record", pl.max_horizontal(pl.col("value").hash(seed=0), 1).cast(pl.UInt64).alias("value"))


def _full_date(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.len_chars() == 10).then(text)


def _digits(text: pl.Expr) -> pl.Expr:
    """Digit run of the number behind its issuer, if one stands before it."""
    number = pl.when(text.str.contains(":", literal=True)).then(text.str.replace(r"^[^:]*:", "")).otherwise(text)
    return number.str.replace_all(r"\D", "").str.strip_chars_start("0")


SINGLE: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "": lambda text: text,
    "digits": _digits,
    "issuer": lambda text: text.str.extract(r"^([^:]*)(?::|$)"),
    "without_zeros": lambda text: text.str.strip_chars_start("0"),
    "year": lambda text: text.str.slice(0, 4),
    "year_month": lambda text: pl.when(text.str.len_chars() >= 7).then(text.str.slice(0, 7)),
    "date": _full_date,
    "month_day": lambda text: _full_date(text).str.slice(5, 5),
    "token_set": lambda text: text.str.split(" ").list.unique().list.sort().list.join(" "),
    "initial": lambda text: text.str.slice(0, 1),
    "prefix3": lambda text: pl.when(text.str.len_chars() >= 3).then(text.str.slice(0, 3)),
    "prefix5": lambda text: pl.when(text.str.len_chars() >= 5).then(text.str.slice(0, 5)),
}


def _either(records: pl.DataFrame, column: str) -> pl.DataFrame:
    """A full date as it stands, and with day and month the other way round."""
    full = records.select("record", value=_full_date(pl.col(column).cast(pl.String))).drop_nulls()
    value = pl.col("value")
    turned = full.select(
        "record", value=pl.concat_str(value.str.slice(0, 5), value.str.slice(8, 2), pl.lit("-"), value.str.slice(5, 2))
    )
    return pl.concat([full, turned]).unique()


def _tokens(records: pl.DataFrame, column: str) -> pl.DataFrame:
    return (
        records.select("record", value=pl.col(column).cast(pl.String).str.split(" "))
        .explode("value")
        .filter(pl.col("value").str.len_chars() > 1)
        .unique()
    )


def _sounds(records: pl.DataFrame, column: str) -> pl.DataFrame:
    return _coded(_tokens(records, column), skeleton)


def _sound_pairs(records: pl.DataFrame, column: str) -> pl.DataFrame:
    """Every two sounds of a record together, the smaller first."""
    sounds = _sounds(records, column)
    pairs = sounds.join(sounds, on="record", suffix="_r").filter(pl.col("value") < pl.col("value_r"))
    return pairs.select("record", value=pl.concat_str("value", "value_r", separator=" "))


def _reading_sounds(field: str, code: Callable[[str], str]) -> Callable[[pl.DataFrame, str], pl.DataFrame]:
    def values(records: pl.DataFrame, column: str) -> pl.DataFrame:
        readings = pl.concat_list(
            pl.concat_str(pl.col("name_given").fill_null(""), pl.lit("|"), pl.col("name_surname").fill_null("")),
            pl.col("name_alt").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        )
        part = pl.element().str.splitn("|", 2).struct.field(field).str.split(" ")
        tokens = readings.list.eval(part).list.eval(pl.element().explode()).list.unique()
        rows = records.select("record", value=tokens).explode("value").filter(pl.col("value").str.len_chars() > 0)
        return _coded(rows, code)

    return values


def _coded(rows: pl.DataFrame, code: Callable[[str], str]) -> pl.DataFrame:
    """Each token replaced by its code, worked out once a distinct token."""
    distinct = rows.select("value").unique()
    codes = distinct.with_columns(code=pl.Series([code(token) for token in distinct["value"]], dtype=pl.String))
    return rows.join(codes, on="value").select("record", value="code").unique()


MULTIPLE: Mapping[str, Callable[[pl.DataFrame, str], pl.DataFrame]] = {
    "either": _either,
    "tokens": _tokens,
    "sounds": _sounds,
    "sound_pairs": _sound_pairs,
    "surname_sound": _reading_sounds("field_1", skeleton),
    "given_sound": _reading_sounds("field_0", skeleton),
    "given_initial": _reading_sounds("field_0", lambda token: token[:1] if skeleton(token) else ""),
}
