"""Blocking keys of person records.

Each rule combines fields that seldom fail together. Rules come in families from general to specific: a key with too
many holders is dropped by its number of holders alone, and the pairs in it are still met through its specific
siblings (surname and year; with a given initial; with the full date).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from linkage.phonetics import skeleton

EXACT = ("curp", "rfc", "clave_elector", "passport", "national_id", "alien_number", "uci", "tax_id", "email")
KEYS = {"record": pl.UInt32, "key": pl.UInt64}


def block_keys(persons: pl.DataFrame) -> pl.DataFrame:
    """Every key of every record: `record` (position in `persons`) and `key` (64-bit hash), each pair once."""
    base = _base(persons)
    surnames = _tokens(base, "surnames", "s")
    givens = _tokens(base, "givens", "g")
    names = surnames.join(givens.select("record", "g", "g1"), on="record", how="left")
    parts = [
        *(_keys(base, name, [name]) for name in EXACT),
        _keys(base, "fast", ["fast_digits"]),
        _keys(base, "licence", ["licence_digits", "jurisdiction"]),
        _keys(base, "licence-year", ["licence_digits", "year"]),
        _keys(base, "phone", ["phone"]),
        _keys(base, "door", ["address_key"]),
        _keys(base, "near-door", ["near_door"]),
        _keys(givens, "phone-given", ["phone", "g"]),
        _keys(givens, "door-given", ["address_key", "g"]),
        _keys(givens, "given-date", ["g", "date"]),
        _keys(givens, "given-date", ["g", "swapped"]),
        _keys(givens, "postal-given", ["postal_code", "g"]),
        _keys(surnames, "ssn4", ["ssn4", "s"]),
        _keys(surnames, "surname-date", ["s", "date"]),
        _keys(surnames, "surname-date", ["s", "swapped"]),
        _keys(surnames, "surname-monthday", ["s", "month_day"]),
        _keys(surnames, "surname-postal", ["s", "postal_code"]),
        _keys(surnames, "surname-city", ["s", "city_key"]),
        _keys(surnames, "surname", ["s"]),
        _keys(base, "surnames-year", ["surname_set", "year"]),
        _keys(base, "surnames", ["surname_set"]),
        _keys(names, "surname-given", ["s", "g"]),
        _keys(names, "surname-given-year", ["s", "g", "year"]),
        _keys(names, "surname-initial-year", ["s", "g1", "year"]),
        _keys(names, "surname-given-city", ["s", "g", "city_key"]),
    ]
    return pl.concat(parts).unique()


def _base(persons: pl.DataFrame) -> pl.DataFrame:
    """Fields that keys are made of, one row a record; blank is null, so that it makes no key."""
    readings = pl.concat_list(
        pl.concat_str(pl.col("name_given").fill_null(""), pl.lit("|"), pl.col("name_surname").fill_null("")),
        pl.col("name_alt").fill_null(pl.lit([], dtype=pl.List(pl.String))),
    )
    date = pl.col("birth_date").cast(pl.String)
    full = pl.when(date.str.len_chars() == 10).then(date)
    licence = pl.col("licence").str.splitn(":", 2)
    return persons.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("record"),
        *(pl.col(name) for name in (*EXACT, "phone", "address_key", "postal_code", "city_key", "ssn4")),
        fast_digits=pl.col("fast_id").str.strip_chars_start("0"),
        licence_digits=licence.struct.field("field_1").str.replace_all(r"\D", "").str.strip_chars_start("0"),
        jurisdiction=licence.struct.field("field_0"),
        near_door=pl.col("address_near"),
        date=full,
        swapped=pl.concat_str(date.str.slice(0, 5), date.str.slice(8, 2), pl.lit("-"), date.str.slice(5, 2))
        .filter(pl.lit(value=True))
        .replace("", None),
        month_day=full.str.slice(5, 5),
        year=date.str.slice(0, 4),
        surname_set=pl.col("name_surname").str.split(" ").list.sort().list.join(" "),
        givens=readings.list.eval(pl.element().str.splitn("|", 2).struct.field("field_0").str.split(" "))
        .list.eval(pl.element().explode())
        .list.unique(maintain_order=True),
        surnames=readings.list.eval(pl.element().str.splitn("|", 2).struct.field("field_1").str.split(" "))
        .list.eval(pl.element().explode())
        .list.unique(maintain_order=True),
    ).with_columns(
        swapped=pl.when(pl.col("date").is_not_null() & (pl.col("swapped") != pl.col("date"))).then("swapped")
    )


def _tokens(base: pl.DataFrame, column: str, code: str) -> pl.DataFrame:
    """One row a record and name token, with the token's blocking code and first letter."""
    rows = base.with_columns(token=pl.col(column)).explode("token").filter(pl.col("token").str.len_chars() > 0)
    distinct = rows.select("token").unique()
    codes = distinct.with_columns(pl.Series(code, [skeleton(token) for token in distinct["token"]], dtype=pl.String))
    return rows.join(codes, on="token", how="left").with_columns(
        pl.when(pl.col(code).str.len_chars() > 0).then(code).alias(code),
        pl.col("token").str.slice(0, 1).alias(f"{code}1"),
    )


def _keys(rows: pl.DataFrame, rule: str, columns: Sequence[str]) -> pl.DataFrame:
    present = pl.all_horizontal(pl.col(name).is_not_null() & (pl.col(name) != "") for name in columns)
    text = pl.concat_str([pl.lit(rule), *columns], separator="\x1f")
    return rows.filter(present).select("record", key=text.hash(seed=0))
