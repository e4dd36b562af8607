"""Rows that mention a vehicle or somebody driving one."""

from __future__ import annotations

import polars as pl

from linkage.schema import Quality
from linkage.standardise.columns import country_codes, key_of, path_key, set_day, set_received_on
from linkage.standardise.identifiers import compact, read_identifier
from linkage.standardise.outcome import Standardised
from linkage.standardise.placeholders import Column, Fillers
from linkage.standardise.sheet import Sheet
from linkage.standardise.standard import Standard, malformed, placeholder, valid
from linkage.standardise.tables import Tables

_KEPT = [Quality.VALID.value, Quality.SUSPECT.value]


def set_vin(sheet: Sheet, tables: Tables) -> None:
    """The VIN with its state; one that fails its check digit is kept as suspect."""
    quality = sheet.apply("vin", lambda text: read_identifier(text, tables.rules["VIN"], tables.fillers))
    kept = pl.select(pl.when(pl.lit(quality).is_in(_KEPT)).then(pl.lit(quality))).to_series()
    sheet.set("vin_quality", kept)


def read_plate(text: str, fillers: Fillers) -> Standard:
    """A plate in capitals, letters and digits only; states and their many series are not checked."""
    if fillers.is_filler(text, Column.NUMBER):
        return placeholder()
    plain = "".join(character for character in compact(text) if character.isalnum())
    if not 2 <= len(plain) <= 8:
        return malformed("identifier-shape", "does not have the shape of a plate")
    return valid(plain)


def standardise_vehicles(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of vehicles, keyed by VIN or, without a usable one, by plate."""
    sheet.require("source")
    set_received_on(sheet, tables)
    set_vin(sheet, tables)
    sheet.apply("plate", lambda text: read_plate(text, tables.fillers))
    country = country_codes(sheet, tables)

    def issuer(row: tuple[str | None, ...]) -> tuple[str | None, ...]:
        text, code = row
        return (None if text is None else tables.places.jurisdiction(text, code) or text.upper(),)

    found = sheet.apply_rows(["plate_jurisdiction", country], issuer, {"plate_jurisdiction": pl.String()})
    sheet.set("plate_jurisdiction", found["plate_jurisdiction"])
    sheet.set("carrier_key", key_of(sheet, "carrier_id"))
    vin, plate = sheet.get("vin"), sheet.get("plate")
    sheet.reject(
        vin.is_null() & plate.is_null(),
        "vin" if sheet.has("vin") else "plate",
        "no-key",
        "no usable VIN and no plate; the row names no vehicle",
    )
    by_plate = sheet.get("plate_jurisdiction").fill_null("") + ":" + plate
    return sheet.finish(path_key(sheet.text("source"), vin.fill_null(by_plate)))


def standardise_driving(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of a person driving a vehicle on a day."""
    sheet.require("source", "record_id")
    set_received_on(sheet, tables)
    set_vin(sheet, tables)
    set_day(sheet, tables, "date")
    sheet.set("record_key", key_of(sheet, "record_id"))
    sheet.reject(sheet.get("vin").is_null(), "vin", "no-key", "no usable VIN; the row names no vehicle")
    return sheet.finish(path_key(sheet.get("record_key"), sheet.get("vin"), sheet.get("date")))
