"""Rows that mention what people did, where they worked and what was decided or asked about them."""

from __future__ import annotations

import re

import polars as pl

from linkage.standardise.columns import (
    STANDARD,
    country_codes,
    key_of,
    path_key,
    set_choice,
    set_day,
    set_number,
    set_received_on,
)
from linkage.standardise.documents import DocumentReader
from linkage.standardise.outcome import Standardised
from linkage.standardise.persons import set_identity, set_suspect
from linkage.standardise.sheet import Sheet, standard_row
from linkage.standardise.standard import Standard, malformed, valid
from linkage.standardise.tables import Tables
from linkage.standardise.vehicles import set_vin

EVENT_STATUSES = (
    *("arrest", "charge", "conviction", "acquittal", "dismissed"),
    *("expunged", "pardoned", "in_force", "lifted"),
)
CHECK_RESULTS = ("clear", "derogatory", "not_shared")
ANSWERS = ("clear", "derogatory", "unknown", "refused")
JUDGEMENTS = ("same", "different")
SEVERITIES = (0.0, 10.0)
"""Range of an event's severity; sources number from 1."""
_YES = dict.fromkeys(("y", "yes", "true", "1", "si", "s", "oui", "o", "t"), "true")
_NO = dict.fromkeys(("n", "no", "false", "0", "non", "f"), "false")
_MONTH = re.compile(r"^(\d{4})[-/](\d{1,2})(?:[-/]\d{1,2})?(?:[T ].*)?$")


def standardise_employment(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of a person working for a carrier."""
    sheet.require("source", "record_id", "carrier_id")
    set_received_on(sheet, tables)
    set_day(sheet, tables, "start_date")
    set_day(sheet, tables, "end_date", may_be_ahead=True)
    sheet.set("record_key", key_of(sheet, "record_id"))
    sheet.set("carrier_key", key_of(sheet, "carrier_id"))
    _warn_of_order(sheet)
    return sheet.finish(path_key(sheet.get("record_key"), sheet.text("carrier_id"), sheet.get("start_date")))


def _warn_of_order(sheet: Sheet) -> None:
    """An end before its start cannot be: the end is dropped, so that the span stays open."""
    start, end = sheet.get("start_date"), sheet.get("end_date")
    turned = (end < start).fill_null(value=False)
    sheet.warn_where(turned, "end_date", "end-before-start", "lies before the start; treated as missing")
    sheet.set("end_date", pl.select(pl.when(~pl.lit(turned)).then(pl.lit(end))).to_series())


def standardise_events(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of events; one that names no person is kept for its carrier or vehicle."""
    sheet.require("source", "event_id")
    sheet.copy("event_id", "event_type", "code", "description", "port_code", "quality")
    set_received_on(sheet, tables)
    set_day(sheet, tables, "event_date")
    set_number(sheet, "severity", low=SEVERITIES[0], high=SEVERITIES[1])
    set_choice(sheet, tables, "status", {word: word for word in EVENT_STATUSES})
    set_vin(sheet, tables)
    key = key_of(sheet, "event_id")
    sheet.set("record_key", key_of(sheet, "record_id"))
    sheet.set("carrier_key", key_of(sheet, "carrier_id"))
    sheet.set("incident_id", key_of(sheet, "incident_id").fill_null(key))
    return sheet.finish(key)


def standardise_associations(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of a declared tie between two records; an id without a source is one of the row's own source."""
    sheet.require("source", "a", "b")
    set_received_on(sheet, tables)
    set_day(sheet, tables, "start_date")
    set_day(sheet, tables, "end_date", may_be_ahead=True)
    sheet.copy("quality")
    for side in ("a", "b"):
        text = sheet.text(side)
        own = key_of(sheet, side)
        sheet.set(side, text.zip_with(text.str.contains("/", literal=True).fill_null(value=False), own))
    sheet.set("association_kind", sheet.text("kind"))
    return sheet.finish(path_key(sheet.text("source"), sheet.get("a"), sheet.get("b"), sheet.get("association_kind")))


def standardise_checks(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of a country's records having been checked for a person."""
    sheet.require("source", "record_id", "country", "record_type")
    sheet.copy("legal_basis")
    set_received_on(sheet, tables)
    set_day(sheet, tables, "checked_on")
    set_choice(sheet, tables, "result", {word: word for word in CHECK_RESULTS})
    sheet.set("country", country_codes(sheet, tables))
    sheet.set("record_type", sheet.text("record_type").str.to_lowercase())
    sheet.set("record_key", key_of(sheet, "record_id"))
    parts = (sheet.get(name) for name in ("record_key", "country", "record_type", "checked_on"))
    return sheet.finish(path_key(*parts))


def standardise_enrolments(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of a person's enrolment in the programme."""
    sheet.require("source", "record_id")
    set_received_on(sheet, tables)
    documents = DocumentReader(tables.rules, tables.places, tables.fillers)
    sheet.apply("fast_id", documents.fast_id)
    sheet.copy("approved_by")
    sheet.set("status", sheet.text("status").str.to_lowercase())
    for attribute in ("enrolled_on", "last_vetted_on"):
        set_day(sheet, tables, attribute)
    set_day(sheet, tables, "expires_on", may_be_ahead=True)
    for attribute in ("citizenship", "residence"):
        codes = {text: tables.places.country(text) or text for text in sheet.text(attribute).unique().drop_nulls()}
        sheet.set(attribute, sheet.text(attribute).replace(codes))
    sheet.set("record_key", key_of(sheet, "record_id"))
    return sheet.finish(path_key(sheet.get("record_key"), sheet.get("fast_id")))


def standardise_crossings(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of one crossing at a port; those that name nobody are told apart by their content and order."""
    sheet.require("source")
    sheet.copy("crossing_id", "port_code", "crossing", "exam", "result", "commodity")
    set_received_on(sheet, tables)
    set_day(sheet, tables, "date")
    for attribute, column in (("fast", "is_fast"), ("laden", "is_laden")):
        set_choice(sheet, tables, attribute, _YES | _NO)
        sheet.set(column, sheet.get(attribute) == "true")
    sheet.set("record_key", key_of(sheet, "record_id"))
    unnamed = sheet.text("crossing_id").is_null()
    sheet.reject(unnamed & sheet.get("date").is_null(), "date", "no-key", "no crossing id and no date")
    sheet.reject(unnamed & sheet.text("port_code").is_null(), "port_code", "no-key", "no crossing id and no port")
    place = path_key(sheet.get("date"), sheet.text("port_code"), sheet.text("record_id"))
    nobody = unnamed & sheet.text("record_id").is_null()
    ordinal = place.to_frame("place").select(pl.int_range(pl.len()).over("place").cast(pl.String)).to_series()
    place = (place + "#" + ordinal).zip_with(nobody, place)
    return sheet.finish(path_key(sheet.text("source"), sheet.text("crossing_id").fill_null(place)))


def standardise_decisions(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of a person's judgement on two records; the pair is keyed without regard to its order."""
    sheet.require("a", "b")
    sheet.copy("a", "b", "reason", "by", "at")
    set_received_on(sheet, tables)
    set_choice(sheet, tables, "judgement", {word: word for word in JUDGEMENTS})
    sheet.reject(
        sheet.get("judgement").is_null(), "judgement", "no-judgement", "says neither same nor different; not a decision"
    )
    sheet.reject(sheet.text("a") == sheet.text("b"), "b", "no-pair", "both sides name one record; a decision needs two")
    for attribute, who in (("reason", "reason"), ("by", "person")):
        sheet.reject(
            sheet.text(attribute).is_null(), attribute, f"no-{who}", f"no {who} given; a decision needs a {who}"
        )
    sides = pl.concat_list(pl.lit(sheet.get("a")), pl.lit(sheet.get("b"))).list.sort()
    return sheet.finish(pl.select(sides.list.join("/").alias("key")).to_series())


def standardise_answers(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of a partner country's answer to a verification request, with whom it says it looked up."""
    sheet.require("source", "request_id")
    sheet.copy("request_id", "legal_basis")
    set_received_on(sheet, tables)
    set_choice(sheet, tables, "answer", {word: word for word in ANSWERS})
    sheet.reject(sheet.get("answer").is_null(), "answer", "no-answer", "no answer given; the row answers nothing")
    set_day(sheet, tables, "as_of")
    set_suspect(sheet, set_identity(sheet, tables))
    sheet.set("record_type", sheet.text("record_type").str.to_lowercase())
    sheet.set("record_key", key_of(sheet, "record_id"))
    return sheet.finish(path_key(sheet.text("source"), sheet.text("request_id"), sheet.text("record_id")))


def standardise_volumes(sheet: Sheet, tables: Tables) -> Standardised:
    """Facts of a port's traffic in one month."""
    sheet.require("source", "port_code", "month", "measure")
    sheet.copy("port_code", "port_name", "border", "measure")
    set_received_on(sheet, tables)
    found = sheet.apply_rows(
        ["month"], lambda row: standard_row(_month(row[0]) if row[0] else Standard(None, None)), STANDARD
    )
    sheet.keep("month", "month", found)
    sheet.reject(sheet.get("month").is_null(), "month", "no-key", "no month; the row counts nothing")
    set_number(sheet, "value", low=0, high=1e12)
    sheet.set("value", sheet.get("value").cast(pl.Int64, strict=False))
    parts = (sheet.get(name) for name in ("port_code", "month", "measure"))
    return sheet.finish(path_key(sheet.text("source"), *parts))


def _month(text: str) -> Standard:
    """The month of "2024-03" or of any day of it."""
    found = _MONTH.match(text)
    if found is None or not 1 <= int(found[2]) <= 12:
        return malformed("impossible-date", "is no month")
    return valid(f"{found[1]}-{int(found[2]):02d}")
