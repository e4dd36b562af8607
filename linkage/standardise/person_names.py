"""The name columns of people and organisations in one record."""

from __future__ import annotations

import re

import polars as pl

from linkage.standardise.documents import display_name
from linkage.standardise.names import ALTERNATIVES, Name, NameReader, RawName
from linkage.standardise.organisations import OrganisationNames
from linkage.standardise.placeholders import Column
from linkage.standardise.sheet import Row, Sheet
from linkage.standardise.standard import Standard, placeholder, valid
from linkage.standardise.tables import Tables

NAME_ATTRIBUTES = ("given_name", "surname", "second_surname", "full_name", "native_name", "name_org", "alias")
"""Columns one of which names a person or organisation."""
ORGANIZATION = "organization"
PERSON = "person"

_ORGANIZATIONS = re.compile(r"ORG|COMPAN|EMPRESA|MORAL|BUSINESS|CORP|ENTREPRISE|SOCIET|FIRM")
_PARTS = ("given_name", "middle_name", "surname", "second_surname", "full_name", "native_name", "alias", "suffix")
_OUTPUTS = {
    "given": pl.String(),
    "surname": pl.String(),
    "suffix": pl.String(),
    "alternatives": pl.String(),
}


def set_entity_type(sheet: Sheet, tables: Tables) -> None:
    """Person or organisation, as the row says or, where it does not, by which name it has."""
    for attribute in (*NAME_ATTRIBUTES, "middle_name", "suffix"):
        sheet.apply(attribute, lambda text: _read_name(text, tables))
    stated = sheet.text("entity_type").str.to_uppercase().str.contains(_ORGANIZATIONS.pattern)
    own = [sheet.get(name).is_null() for name in ("given_name", "surname", "full_name", "native_name")]
    unnamed = own[0] & own[1] & own[2] & own[3]
    is_organization = stated.fill_null(sheet.get("name_org").is_not_null() & unnamed)
    values = pl.select(
        pl.when(pl.lit(is_organization)).then(pl.lit(ORGANIZATION)).otherwise(pl.lit(PERSON))
    ).to_series()
    sheet.set("entity_type", values)


def set_names(sheet: Sheet, tables: Tables) -> None:
    """Folded readings of the names, and the received name of a record that has it in one field only."""
    people = NameReader(tables.names)
    organisations = tables.organisations

    def read(row: Row) -> Row:
        given, middle, surname, second, full, native, alias, suffix, organisation, entity, email, mexican, female = row
        if entity == ORGANIZATION:
            name = _read_organisation((organisation, full, surname, native, alias), organisations)
        else:
            raw = RawName(
                given=given,
                middle=middle,
                surname=surname,
                second=second,
                full=full or organisation,
                native=native,
                alias=alias,
                suffix=suffix,
                email_name=email,
                is_mexican=mexican is not None,
                is_female=female is not None,
            )
            name = people.read(raw)
        return (name.given, name.surname, name.suffix, "\n".join(name.alternatives) or None)

    parts = [sheet.get(name) for name in (*_PARTS, "name_org", "entity_type")]
    found = sheet.apply_rows([*parts, _display_names(sheet), *_traits(sheet)], read, _OUTPUTS)
    for column, output in (("name_given", "given"), ("name_surname", "surname"), ("name_suffix", "suffix")):
        sheet.set(column, found[output])
    sheet.set("name_alt", found["alternatives"].str.split("\n").fill_null(pl.Series([[]], dtype=pl.List(pl.String))))
    _set_received_name(sheet)


def _read_name(text: str, tables: Tables) -> Standard:
    return placeholder() if tables.fillers.is_filler(text, Column.NAME) else valid(text)


def _display_names(sheet: Sheet) -> pl.Series:
    text = sheet.text("email")
    if not text.str.contains("<", literal=True).any():
        return pl.repeat(None, len(text), dtype=pl.String, eager=True)
    return text.replace({value: display_name(value) for value in text.unique().drop_nulls()})


def _traits(sheet: Sheet) -> list[pl.Series]:
    """Marks, each a word or null, of what the name reader wants to know besides the names."""
    mexican = (sheet.get("country") == "MX") | sheet.get("second_surname").is_not_null()
    female = sheet.get("sex") == "F"
    return [
        pl.select(pl.when(pl.lit(mask.fill_null(value=False))).then(pl.lit("yes"))).to_series()
        for mask in (mexican, female)
    ]


def _read_organisation(texts: tuple[str | None, ...], organisations: OrganisationNames) -> Name:
    """All names of an organisation: the first is its name, the others are further names it goes by."""
    keys = [key for text in texts if text for key in organisations.read(text)]
    distinct = list(dict.fromkeys(keys))
    alternatives = tuple(f"|{key}" for key in distinct[1 : ALTERNATIVES + 1])
    return Name(None, distinct[0] if distinct else None, None, alternatives)


def _set_received_name(sheet: Sheet) -> None:
    """An organisation's name, or a whole name in one field, stands in `surname`, where a reader looks for it."""
    organization = sheet.get("entity_type") == ORGANIZATION
    given = sheet.get("given_name")
    whole = [pl.lit(sheet.get(name)) for name in ("surname", "full_name", "native_name", "name_org")]
    business = [pl.lit(sheet.get(name)) for name in ("name_org", "full_name", "surname", "native_name")]
    chosen = (
        pl.when(pl.lit(organization))
        .then(pl.coalesce(business))
        .when(pl.lit(given).is_null())
        .then(pl.coalesce(whole))
        .otherwise(pl.lit(sheet.get("surname")))
    )
    sheet.set("surname", pl.select(chosen).to_series())
    sheet.set("given_name", pl.select(pl.when(~pl.lit(organization)).then(pl.lit(given))).to_series())
