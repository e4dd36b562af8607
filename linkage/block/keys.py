"""Blocking keys of person records.

Each rule combines fields that seldom fail together. Rules come in families from general to specific: a key with too
many holders is dropped by its number of holders alone, and the pairs in it are still met through its specific
siblings (surname and year; with a given initial; with the full date).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from linkage.phonetics import skeleton

EXACT = ("curp", "rfc", "clave_elector", "passport", "national_id", "alien_number", "uci", "tax_id", "email")
_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
KEYS = {"record": pl.UInt32, "key": pl.UInt64}


def block_keys(persons: pl.DataFrame) -> pl.DataFrame:
    """Every key of every record: `record` (position in `persons`) and `key` (64-bit hash), each pair once."""
    base = _base(persons)
    surnames, givens = _tokens(base, "surnames", "s"), _tokens(base, "givens", "g")
    base = base.drop("surnames", "givens")
    initials = givens.select("record", "g1").unique()
    both = surnames.select("record", "s").join(givens.select("record", "g"), on="record")
    by_initial = surnames.select("record", "s").join(initials, on="record")
    rules: tuple[tuple[pl.DataFrame, str, Sequence[str]], ...] = (
        *((base, name, [name]) for name in EXACT),
        (base, "fast", ["fast_digits"]),
        (base, "licence", ["licence_digits", "jurisdiction"]),
        (base, "licence-year", ["licence_digits", "year"]),
        (base, "phone", ["phone"]),
        (base, "door", ["address_key"]),
        (base, "near-door", ["address_near"]),
        (base, "surnames-year", ["surname_set", "year"]),
        (base, "surnames", ["surname_set"]),
        (givens, "phone-given", ["phone", "g"]),
        (givens, "door-given", ["address_key", "g"]),
        (givens, "given-date", ["g", "date"]),
        (givens, "given-date", ["g", "swapped"]),
        (givens, "postal-given", ["postal_code", "g"]),
        (surnames, "ssn4", ["ssn4", "s"]),
        (surnames, "surname-date", ["s", "date"]),
        (surnames, "surname-date", ["s", "swapped"]),
        (surnames, "surname-monthday", ["s", "month_day"]),
        (surnames, "surname-postal", ["s", "postal_code"]),
        (surnames, "surname-city", ["s", "city_key"]),
        (surnames, "surname", ["s"]),
        (both, "surname-given", ["s", "g"]),
        (both, "surname-given-year", ["s", "g", "year"]),
        (both, "surname-given-city", ["s", "g", "city_key"]),
        (by_initial, "surname-initial-year", ["s", "g1", "year"]),
    )
    return pl.concat([_keys(tokens, base, rule, columns) for tokens, rule, columns in rules])


def _base(persons: pl.DataFrame) -> pl.DataFrame:
    """Fields that keys are made of, one row a record; blank is null, so that it makes no key."""
    readings = pl.concat_list(
        pl.concat_str(pl.col("name_given").fill_null(""), pl.lit("|"), pl.col("name_surname").fill_null("")),
        pl.col("name_alt").fill_null(pl.lit([], dtype=pl.List(pl.String))),
    )
    date = pl.col("birth_date").cast(pl.String)
    full = pl.when(date.str.len_chars() == 10).then(date)
    licence = pl.col("licence").str.splitn(":", 2)
    texts = persons.select(
        *(pl.col(name) for name in (*EXACT, "phone", "address_key", "address_near", "postal_code", "city_key", "ssn4")),
        fast_digits=pl.col("fast_id").str.strip_chars_start("0"),
        licence_digits=licence.struct.field("field_1").str.replace_all(r"\D", "").str.strip_chars_start("0"),
        jurisdiction=licence.struct.field("field_0"),
        date=full,
        swapped=pl.when(full.str.slice(5, 2) != full.str.slice(8, 2)).then(
            pl.concat_str(full.str.slice(0, 5), full.str.slice(8, 2), pl.lit("-"), full.str.slice(5, 2))
        ),
        month_day=full.str.slice(5, 5),
        year=date.str.slice(0, 4),
        surname_set=pl.col("name_surname").str.split(" ").list.sort().list.join(" "),
    )
    # From here on a text is its hash: half the memory, and keys are made of numbers.
    return texts.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("record"),
        *(pl.when(pl.col(name) != "").then(pl.col(name).hash(seed=0)).alias(name) for name in texts.columns),
    ).with_columns(
        givens=persons.select(_parts(readings, "field_0")).to_series(),
        surnames=persons.select(_parts(readings, "field_1")).to_series(),
    )


def _parts(readings: pl.Expr, field: str) -> pl.Expr:
    """Tokens of one part of all readings, each once."""
    part = pl.element().str.splitn("|", 2).struct.field(field).str.split(" ")
    return readings.list.eval(part).list.eval(pl.element().explode()).list.unique(maintain_order=True)


def _tokens(base: pl.DataFrame, column: str, code: str) -> pl.DataFrame:
    """`record`, the blocking code of each name token (hashed) and its first letter, each record and code once."""
    rows = base.select("record", token=pl.col(column)).explode("token").filter(pl.col("token").str.len_chars() > 0)
    distinct = rows.select("token").unique()
    codes = distinct.with_columns(pl.Series(code, [skeleton(token) for token in distinct["token"]], dtype=pl.String))
    coded = rows.join(codes.filter(pl.col(code) != ""), on="token").select(
        "record",
        pl.col(code).hash(seed=0),
        pl.col("token").str.slice(0, 1).hash(seed=0).alias(f"{code}1"),
    )
    return coded.unique(["record", code], keep="first", maintain_order=True)


def _keys(tokens: pl.DataFrame, base: pl.DataFrame, rule: str, columns: Sequence[str]) -> pl.DataFrame:
    further = [name for name in columns if name not in tokens.columns]
    rows = tokens.select("record", *(name for name in columns if name in tokens.columns))
    if further:
        rows = rows.join(base.select("record", *further).drop_nulls(), on="record")
    salt = int.from_bytes(hashlib.blake2b(rule.encode(), digest_size=8).digest(), "little")
    key = pl.lit(salt, dtype=pl.UInt64)
    for place, name in enumerate(columns):
        # Odd factors: a product with one loses nothing, and places differ.
        key = key ^ (pl.col(name) * pl.lit(_FACTORS[place], dtype=pl.UInt64))
    return rows.drop_nulls().select("record", key=key)
