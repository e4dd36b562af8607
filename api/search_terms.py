"""What of a person record can be searched for, and how a search text is cut into the same terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import polars as pl
from anyascii import anyascii

ATTRIBUTES: tuple[str, ...] = (
    "curp",
    "rfc",
    "clave_elector",
    "fast_id",
    "licence",
    "passport",
    "ssn4",
    "national_id",
    "alien_number",
    "uci",
    "tax_id",
    "email",
)
"""Person attributes searched for as one compact token each; the token after an issuer ("TX:123") counts too."""

COLUMNS: tuple[str, ...] = ("name", "birth_date", "record_id", *ATTRIBUTES, "phone")
"""Columns of the index, in order."""

NATIONAL_DIGITS = 10
"""Digits of a North American or Mexican number without its country."""

_WRITTEN = ("given_name", "surname", "second_surname")
_FOLDED = ("name_given", "name_surname")
_SPLIT = re.compile(r"[^0-9A-Z]+")


def fold(text: str) -> str:
    """Upper-case letters, digits and what separates them, without accents: "Núñez" and "Nunez" are one."""
    return anyascii(text).upper()


def tokens(text: str) -> list[str]:
    """Folded letters-and-digits pieces, in order."""
    return [piece for piece in _SPLIT.split(fold(text)) if piece]


def compact(text: str) -> str:
    """The folded text without anything that separates: "TX:31-88" is "TX3188"."""
    return "".join(tokens(text))


def name_terms(text: str) -> str:
    """Every piece of a name, every word and the whole as one: "O'Brien" is found as O, BRIEN and OBRIEN."""
    pieces = [*tokens(text), *(compact(word) for word in text.split()), compact(text)]
    return " ".join(dict.fromkeys(piece for piece in pieces if piece))


PERSON_COLUMNS: tuple[str, ...] = (
    "key",
    "record_id",
    "country",
    *_WRITTEN,
    *_FOLDED,
    "name_alt",
    "birth_date",
    "birth_date_alt",
    *ATTRIBUTES,
    "phone",
)
"""Columns of PERSON that the index is made of."""


def fingerprints(persons: pl.DataFrame) -> pl.Series:
    """A hash of all that the index is made of, a record: records of equal hash need no new entry."""
    parts = persons.select(*PERSON_COLUMNS).with_columns(pl.col("name_alt").list.join("\n"))
    return parts.select(pl.struct(pl.all()).hash(seed=1).reinterpret(signed=True).alias("fingerprint")).to_series()


def documents(persons: pl.DataFrame) -> pl.DataFrame:
    """One row a person record: what is shown of it, and the terms of every index column as `COLUMN_`.

    Args:
        persons: PERSON facts.
    """
    frame = persons.select(
        *PERSON_COLUMNS,
        pl.col("name_alt").list.join(" ").str.replace_all("|", " ", literal=True).alias("other_names"),
    )
    # Each part of a name is mapped by itself: parts repeat from record to record, whole names hardly do.
    terms = {"name_": _joined(_mapped(frame[name], name_terms) for name in (*_WRITTEN, *_FOLDED, "other_names"))}
    for column in ("record_id", *ATTRIBUTES):
        issued = frame[column].str.extract("^[^:]*:(.*)$")
        terms[f"{column}_"] = _joined([_compacted(frame[column]), _compacted(issued)])
    phone = _compacted(frame["phone"])
    terms["phone_"] = _joined([phone, phone.str.tail(NATIONAL_DIGITS)])
    terms["birth_date_"] = _joined([_compacted(frame["birth_date"]), _compacted(frame["birth_date_alt"])])
    shown = pl.coalesce(_text(_WRITTEN), _text(_FOLDED)).fill_null("")
    return frame.select(
        pl.col("key").alias("record_key"), "record_id", shown.alias("shown"), "birth_date", "country"
    ).with_columns(**terms)


def _text(columns: Iterable[str]) -> pl.Expr:
    joined = pl.concat_str([pl.col(column) for column in columns], separator=" ", ignore_nulls=True).str.strip_chars()
    return pl.when(joined != "").then(joined)


def _mapped(values: pl.Series, term: Callable[[str], str]) -> pl.Series:
    """`term` of each value, computed once a distinct value."""
    distinct = values.drop_nulls().unique()
    found = pl.Series([term(value) for value in distinct], dtype=pl.String)
    return values.replace_strict(distinct, found, default=None, return_dtype=pl.String)


def _compacted(values: pl.Series) -> pl.Series:
    """`compact` of each value; vectorised, since identifiers are all different and nearly all ASCII."""
    if values.null_count() == len(values):
        return values
    quick = values.str.to_uppercase().str.replace_all("[^0-9A-Z]+", "")
    has_other = values.str.contains(r"[^\x00-\x7F]").fill_null(False)  # noqa: FBT003
    if not has_other.any():
        return quick
    slow = _mapped(values.set(~has_other, None), compact)
    return slow.zip_with(has_other, quick)


def _joined(parts: Iterable[pl.Series]) -> pl.Series:
    named = [part.alias(str(number)) for number, part in enumerate(parts)]
    frame = pl.DataFrame(named)
    return frame.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)).to_series()
