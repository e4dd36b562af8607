"""Rows that mention a carrier."""

from __future__ import annotations

from functools import partial

from linkage.standardise.columns import (
    country_codes,
    key_of,
    path_key,
    set_address,
    set_day,
    set_phone,
    set_received_on,
    set_text,
)
from linkage.standardise.documents import DocumentReader
from linkage.standardise.identifiers import read_identifier
from linkage.standardise.outcome import Standardised
from linkage.standardise.sheet import Sheet
from linkage.standardise.standard import BLANK, Standard, valid
from linkage.standardise.tables import Tables


def standardise_carriers(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of carriers."""
    sheet.require("source", "carrier_id")
    sheet.copy("carrier_id")
    set_received_on(sheet, tables)
    country = country_codes(sheet, tables)
    sheet.set("country", country)
    set_text(sheet, tables, "name", "officers", "status")

    def key(text: str) -> Standard:
        names = tables.organisations.read(text)
        return valid(names[0]) if names else BLANK

    sheet.apply("name", key, column="name_key", source=sheet.get("name"))
    for attribute, rule in (("usdot", "US_USDOT"), ("docket", "US_MC"), ("scac", "US_SCAC")):
        sheet.apply(attribute, partial(read_identifier, rule=tables.rules[rule], fillers=tables.fillers))
    documents = DocumentReader(tables.rules, tables.places, tables.fillers)
    sheet.apply("rfc", documents.rfc)
    set_phone(sheet, tables, country)
    set_address(sheet, tables, country)
    set_day(sheet, tables, "revoked_on", may_be_ahead=True)
    set_day(sheet, tables, "registered_on")
    return sheet.finish(key_of(sheet, "carrier_id"))


def standardise_carrier_links(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of one carrier succeeding another."""
    sheet.require("carrier_id", "successor_carrier_id")
    set_received_on(sheet, tables)
    set_day(sheet, tables, "since")
    sheet.set("carrier_key", key_of(sheet, "carrier_id"))
    sheet.set("successor_key", key_of(sheet, "successor_carrier_id"))
    return sheet.finish(path_key(sheet.get("carrier_key"), sheet.get("successor_key"), sheet.get("since")))
