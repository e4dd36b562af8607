"""Rows that mention a person: names, birth date, sex, identifiers, contact details."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl

from linkage.schema import IDENTIFIERS
from linkage.standardise.columns import (
    DAY_FIRST_COUNTRIES,
    STANDARD,
    address_countries,
    country_codes,
    key_of,
    set_address,
    set_phone,
    set_received_on,
)
from linkage.standardise.dates import DateRule, read_date
from linkage.standardise.documents import DocumentReader, is_barred, mask, read_email
from linkage.standardise.identifiers import read_identifier
from linkage.standardise.licences import LicenceReader
from linkage.standardise.outcome import Standardised
from linkage.standardise.person_names import NAME_ATTRIBUTES, ORGANIZATION, set_entity_type, set_names
from linkage.standardise.placeholders import Column
from linkage.standardise.sheet import Row, Sheet, is_suspect, standard_row
from linkage.standardise.standard import Standard, malformed, placeholder, valid
from linkage.standardise.tables import Tables

_SEXES = {
    **dict.fromkeys(("M", "MALE", "H", "HOMBRE", "MASCULINO", "HOMME", "MASCULIN", "MASC", "VARON"), "M"),
    **dict.fromkeys(("F", "FEMALE", "MUJER", "FEMENINO", "FEMME", "FEMININ", "FEM"), "F"),
    **dict.fromkeys(("X", "NONBINARY", "NOBINARIO", "NONBINAIRE"), "X"),
}
_RULES = {"curp": "MX_CURP", "clave_elector": "MX_INE_CLAVE", "alien_number": "US_ALIEN", "uci": "CA_UCI"}
_ENCODED_DATES = {"curp": 4, "rfc": 4, "clave_elector": 6}
"""Where the six digits of a birth date (YYMMDD) start in each number that holds one."""
_REACHABLE = ("phone", "email")


def standardise_persons(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of people. A row without a name, identifier, phone or e-mail address is no record."""
    sheet.require("source", "record_id")
    sheet.copy("record_id")
    set_received_on(sheet, tables)
    suspect = set_identity(sheet, tables)
    country = sheet.get("country")
    suspect["phone"] = set_phone(sheet, tables, address_countries(sheet, tables, country))
    sheet.apply("email", lambda text: read_email(text, tables.fillers))
    set_address(sheet, tables, country)
    _set_employer(sheet, tables)
    set_suspect(sheet, suspect)
    _warn_of_curp_date(sheet)
    _reject_nobody(sheet)
    sheet.set("is_derogatory", pl.repeat(sheet.context.is_derogatory, sheet.rows.height, dtype=pl.Boolean, eager=True))
    return sheet.finish(key_of(sheet, "record_id"))


def set_identity(sheet: Sheet, tables: Tables) -> dict[str, pl.Series]:
    """The columns that say who a row is about: country, names, sex, birth date, identifiers.

    Returns:
        Which values of each identifier are suspect.
    """
    country = country_codes(sheet, tables)
    sheet.set("country", country)
    set_entity_type(sheet, tables)
    _set_sex(sheet, tables)
    _set_birth_date(sheet, tables)
    suspect = _set_identifiers(sheet, tables, country)
    _set_encoded_date(sheet, suspect)
    set_names(sheet, tables)
    return suspect


def _set_sex(sheet: Sheet, tables: Tables) -> None:
    def read(text: str) -> Standard:
        word = "".join(character for character in text.upper() if character.isalpha())
        if word in _SEXES:
            return valid(_SEXES[word])
        if word == "U" or tables.fillers.is_filler(text, Column.TEXT):
            return placeholder()
        return malformed("unknown-word", "is none of M, F and X")

    sheet.apply("sex", read)


def _set_employer(sheet: Sheet, tables: Tables) -> None:
    def read(text: str) -> Standard:
        names = [] if tables.fillers.is_filler(text, Column.NAME) else tables.organisations.read(text)
        return valid(names[0]) if names else placeholder()

    sheet.apply("employer", read)


def _set_birth_date(sheet: Sheet, tables: Tables) -> None:
    context = sheet.context
    day_first = tables.places.country(context.country) in DAY_FIRST_COUNTRIES
    rule = DateRule(order=context.date_order, today=context.today, is_birth=True, day_first=day_first)

    def read(row: Row) -> Row:
        standard, other = read_date(row[0] or "", rule, tables.fillers)
        return (*standard_row(standard), other)

    found = sheet.apply_rows(["birth_date"], read, {**STANDARD, "other": pl.String()})
    sheet.keep("birth_date", "birth_date", found)
    sheet.set("birth_date_alt", found["other"])


def _set_encoded_date(sheet: Sheet, suspect: Mapping[str, pl.Series]) -> None:
    """A birth date that a valid number holds is a second reading where the record states none or another."""
    stated = pl.lit(sheet.get("birth_date"))
    found: list[pl.Expr] = [pl.lit(sheet.get("birth_date_alt"))]
    for attribute, place in _ENCODED_DATES.items():
        value, doubtful = pl.lit(sheet.get(attribute)), pl.lit(suspect[attribute])
        six = value.str.slice(place, 6)
        # Nobody who drives was born this century and is older than the load year's last two digits say.
        century = pl.when(six.str.slice(0, 2).cast(pl.Int32, strict=False) <= sheet.context.today.year % 100 - 14)
        year = century.then(pl.lit("20")).otherwise(pl.lit("19")) + six.str.slice(0, 2)
        date = pl.concat_str(year, six.str.slice(2, 2), six.str.slice(4, 2), separator="-")
        real = date.str.to_date("%Y-%m-%d", strict=False).is_not_null()
        found.append(pl.when(real & ~doubtful & (stated.is_null() | (date != stated))).then(date))
    sheet.set("birth_date_alt", pl.select(pl.coalesce(found)).to_series())


def _set_identifiers(sheet: Sheet, tables: Tables, country: pl.Series) -> dict[str, pl.Series]:
    """All identifiers; returns which of them are suspect."""
    documents = DocumentReader(tables.rules, tables.places, tables.fillers)
    quality = {"fast_id": sheet.apply("fast_id", documents.fast_id), "rfc": sheet.apply("rfc", documents.rfc)}
    for attribute, rule in _RULES.items():
        quality[attribute] = sheet.apply(
            attribute, partial(read_identifier, rule=tables.rules[rule], fillers=tables.fillers)
        )
    sheet.apply("ssn", documents.ssn4, column="ssn4")
    if sheet.has("ssn"):
        sheet.hide("ssn", _masked(sheet.text("ssn")))
    passports = sheet.apply_rows(
        ["passport_number", "passport_country"], lambda row: standard_row(documents.passport(*row)), STANDARD
    )
    sheet.keep("passport_number", "passport", passports)
    _set_issued(sheet, tables, documents, country)
    _set_licences(sheet, tables, country)
    return {attribute: is_suspect(states) for attribute, states in quality.items()}


def _masked(text: pl.Series) -> pl.Series:
    return text.replace({value: mask(value) for value in text.unique().drop_nulls()})


def _set_issued(sheet: Sheet, tables: Tables, documents: DocumentReader, country: pl.Series) -> None:
    """National and tax numbers; a social security number among them goes to its four digits."""
    four = sheet.get("ssn4")
    for attribute, read in (("national_id", documents.national_id), ("tax_id", documents.tax_id)):
        stated = sheet.text(f"{attribute}_country")
        found = sheet.apply_rows(
            [attribute, stated, stated.fill_null(country), sheet.get("entity_type")],
            partial(_issued, read, tables),
            {**STANDARD, "four": pl.String(), "shown": pl.String()},
        )
        sheet.keep(attribute, attribute, found)
        four = four.fill_null(found["four"])
        if found["shown"].is_not_null().any():
            sheet.hide(attribute, found["shown"].fill_null(sheet.text(attribute)))
    sheet.set("ssn4", four)


def _issued(read: Callable[[str | None, str | None], Standard], tables: Tables, row: Row) -> Row:
    """The standard value, then four digits and the text to show where the number itself must not be kept."""
    text, stated, country, entity = row
    code = tables.places.country(country)
    if text is None or not is_barred(text, code, is_person=entity != ORGANIZATION):
        return (*standard_row(read(text, stated)), None, None)
    barred = malformed("barred-number", "a number that must not be stored whole")
    four = None if code == "CA" else mask(text)[-4:]
    return (*standard_row(barred), four, f"*****{four or '****'}")


def _set_licences(sheet: Sheet, tables: Tables, country: pl.Series) -> None:
    reader = LicenceReader(tables.rules, tables.places, tables.fillers)

    def read(row: Row) -> Row:
        licence = reader.read(*row)
        return (*standard_row(licence.number), licence.jurisdiction, licence.key)

    issuers = sheet.apply_rows(
        ["licence_jurisdiction", country], lambda row: (reader.issuer(*row),), {"issuer": pl.String()}
    )
    outputs = {**STANDARD, "jurisdiction": pl.String(), "key": pl.String()}
    found = sheet.apply_rows(["licence_number", issuers["issuer"], country], read, outputs)
    sheet.keep("licence_number", "licence_number", found)
    sheet.set("licence_jurisdiction", found["jurisdiction"])
    sheet.set("licence", found["key"])


def set_suspect(sheet: Sheet, suspect: Mapping[str, pl.Series]) -> None:
    """The names of the attributes whose value is suspect, one list a row."""
    marks = [
        pl.when(pl.lit(mask_)).then(pl.lit(attribute)).alias(attribute) for attribute, mask_ in sorted(suspect.items())
    ]
    sheet.set("suspect", pl.select(pl.concat_list(marks).list.drop_nulls().alias("suspect")).to_series())


def _warn_of_curp_date(sheet: Sheet) -> None:
    """A CURP holds a birth date: where the record states another, one of the two is wrong or somebody else's."""
    stated = sheet.get("birth_date")
    six = stated.str.slice(2, 2) + stated.str.slice(5, 2) + stated.str.slice(8, 2)
    differs = (stated.str.len_chars() == 10) & (sheet.get("curp").str.slice(4, 6) != six)
    sheet.warn_where(
        differs, "curp", "curp-birth-date", "holds another birth date than the record states; both were kept"
    )


def _reject_nobody(sheet: Sheet) -> None:
    named = [sheet.get(attribute) for attribute in NAME_ATTRIBUTES]
    known = [sheet.get(attribute) for attribute in (*IDENTIFIERS, *_REACHABLE)]
    nobody = pl.select(pl.all_horizontal(pl.lit(one).is_null() for one in (*named, *known))).to_series()
    first = next((name for name in ("surname", "given_name", *NAME_ATTRIBUTES) if sheet.has(name)), "surname")
    sheet.reject(nobody, first, "nobody", "no name and no identifier; the row names nobody")
