"""Columns that several kinds of mention share: keys, countries, days, choices, phones and places."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from linkage.standardise.addresses import AddressReader, RawAddress
from linkage.standardise.dates import DateRule, read_day
from linkage.standardise.phones import read_phone
from linkage.standardise.placeholders import Column
from linkage.standardise.sheet import Row, Sheet, is_suspect, standard_row
from linkage.standardise.standard import BLANK, Standard, malformed, placeholder, valid
from linkage.standardise.tables import Tables

_THOUSANDS = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")

STANDARD: Mapping[str, pl.DataType] = dict.fromkeys(("value", "quality", "rule", "message"), pl.String())
DAY_FIRST_COUNTRIES = frozenset({"MX"})
"""Countries whose sources put the day first where nothing is declared; Quebec does too, the rest of Canada either."""


def key_of(sheet: Sheet, *attributes: str) -> pl.Series:
    """Keys like "source/record_id"; null where the attribute is blank. A file without a source gives the id alone."""
    parts = [sheet.text(attribute) for attribute in attributes]
    if not sheet.has("source"):
        return _joined(parts)
    return _joined([sheet.text("source"), *parts])


def _joined(parts: list[pl.Series]) -> pl.Series:
    return pl.select(pl.concat_str([pl.lit(part) for part in parts], separator="/")).to_series()


def path_key(*parts: pl.Series) -> pl.Series:
    """The parts with strokes between, an absent one as nothing."""
    return _joined([part.cast(pl.String).fill_null("") for part in parts])


def country_codes(sheet: Sheet, tables: Tables, attribute: str = "country") -> pl.Series:
    """Country of each row: ISO alpha-2 where the spelling is known, else as received; the source's where blank."""
    text = sheet.text(attribute)
    codes = {name: tables.places.country(name) or name for name in text.unique().drop_nulls()}
    default = tables.places.country(sheet.context.country) or sheet.context.country
    return text.replace(codes).fill_null(default) if default else text.replace(codes)


def address_countries(sheet: Sheet, tables: Tables, country: pl.Series) -> pl.Series:
    """Country of each row, where blank the one that its address ends in; names of states and codes are none."""
    last = sheet.text("address").str.split(",").list.last().str.strip_chars()
    names = {name: code for name in last.unique().drop_nulls() if (code := tables.places.named_country(name))}
    ends_in = pl.select(pl.lit(last).replace_strict(names, default=None, return_dtype=pl.String)).to_series()
    return country.fill_null(ends_in)


def set_day(
    sheet: Sheet, tables: Tables, attribute: str, *, column: str | None = None, may_be_ahead: bool = False
) -> None:
    """The fact column holds the day, null where it cannot be."""
    context = sheet.context
    rule = DateRule(
        order=context.date_order,
        today=context.today,
        may_be_ahead=may_be_ahead,
        day_first=tables.places.country(context.country) in DAY_FIRST_COUNTRIES,
    )
    name = column or attribute
    sheet.apply(attribute, lambda text: read_day(text, rule, tables.fillers), column=name)
    sheet.set(name, sheet.get(name).str.to_date("%Y-%m-%d"))


def set_received_on(sheet: Sheet, tables: Tables) -> None:
    """The day the fact became known, where the source says so."""
    set_day(sheet, tables, "received_on")


def set_text(sheet: Sheet, tables: Tables, *attributes: str) -> None:
    """The fact columns hold the text as received, trimmed; a filler is missing."""

    def read(text: str) -> Standard:
        return placeholder() if tables.fillers.is_filler(text, Column.TEXT) else valid(text)

    for attribute in attributes:
        sheet.apply(attribute, read)


def set_choice(sheet: Sheet, tables: Tables, attribute: str, choices: Mapping[str, str]) -> None:
    """The fact column holds one of the choices; another word is missing.

    Args:
        choices: folded spelling, letters and digits with a low line between, to the word that is stored.
    """

    def read(text: str) -> Standard:
        word = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
        if word in choices:
            return valid(choices[word])
        if tables.fillers.is_filler(text, Column.TEXT):
            return placeholder()
        return malformed("unknown-word", f"is none of the words that {attribute} knows")

    sheet.apply(attribute, read)


def set_number(sheet: Sheet, attribute: str, *, low: float, high: float) -> None:
    """The fact column holds the number, null where it is none or out of range."""

    def read(text: str) -> Standard:
        plain = text.replace(",", "") if _THOUSANDS.match(text) else text.replace(",", ".")
        try:
            number = float(plain)
        except ValueError:
            return malformed("not-a-number", "is no number")
        if not low <= number <= high:
            return malformed("number-range", f"lies outside {low:g} to {high:g}")
        return valid(repr(number))

    sheet.apply(attribute, read)
    sheet.set(attribute, sheet.get(attribute).cast(pl.Float64))


def set_phone(sheet: Sheet, tables: Tables, country: pl.Series) -> pl.Series:
    """The phone in E.164; returns whether it is suspect."""

    def read(row: Row) -> Row:
        text, code = row
        if text is None:
            return standard_row(BLANK)
        known = code if code is not None and len(code) == 2 else None
        return standard_row(read_phone(text, known, tables.fillers))

    return is_suspect(sheet.keep("phone", "phone", sheet.apply_rows(["phone", country], read, STANDARD)))


def set_address(sheet: Sheet, tables: Tables, country: pl.Series) -> None:
    """The address as received and as a door: `address_key`, `address_near` and `city_key`."""
    set_text(sheet, tables, "address", "city", "region", "postal_code")
    reader = AddressReader(tables.addresses, tables.places)

    def read(row: Row) -> Row:
        text, city, region, postal, code = row
        if text is None and city is None:
            return (None, None, None)
        found = reader.read(RawAddress(text, city, region, postal, code))
        return (found.key, found.near, found.city)

    outputs = dict.fromkeys(("address_key", "address_near", "city_key"), pl.String())
    columns = [sheet.get(name) for name in ("address", "city", "region", "postal_code")]
    frame = sheet.apply_rows([*columns, country], read, outputs)
    for name in outputs:
        sheet.set(name, frame[name])
