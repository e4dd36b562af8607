"""Which mention belongs to which thing now, for each kind of thing, in the words of a truth file."""

from __future__ import annotations

import apsw
import polars as pl

from api.truth import JURISDICTION, EntityKind
from graph.mentions import to_doors, to_vehicle
from graph.resolve import resolve_carriers, resolve_vehicles
from linkage.evaluate import PREDICTED
from linkage.ledger import LoadTables, Workspace
from linkage.schema import Kind

HELD = PREDICTED.columns | {"country": pl.String}
"""One mention: its key, the thing it belongs to, and the country its record names."""


def people(connection: apsw.Connection) -> pl.DataFrame:
    """Frame HELD of all person records."""
    found = connection.execute(
        "SELECT m.record_key, m.identity_id, r.country FROM membership m "
        "LEFT JOIN search_record r ON r.record_key = m.record_key"
    ).fetchall()
    return pl.DataFrame(found, schema=HELD, orient="row")


def partition(workspace: Workspace, connection: apsw.Connection, kind: EntityKind) -> pl.DataFrame:
    """Frame HELD of all mentions of a kind; things are resolved as the graph resolves them.

    Args:
        connection: the view of the ledger that says which loads there are.
    """
    if kind is EntityKind.PERSON:
        return people(connection)
    loads = LoadTables(connection).ids()
    persons = workspace.fact_store.current(Kind.PERSON, loads, ["key", "country", "address_key", "postal_code"])
    carriers = workspace.fact_store.current(Kind.CARRIER, loads)
    persons, carriers = to_doors(persons, carriers)
    if kind is EntityKind.ADDRESS:
        return pl.concat(_of_doors(frame, prefix) for frame, prefix in ((persons, ""), (carriers, CARRIER)))
    resolved = resolve_carriers(carriers)
    if kind is EntityKind.CARRIER:
        found = carriers.join(resolved, left_on="key", right_on="record")
        return found.select("key", identity_id="carrier", country="country")
    vehicles = workspace.fact_store.current(Kind.VEHICLE, loads)
    return _of_vehicles(vehicles, resolved)


CARRIER = "carrier:"
"""In front of the key of a carrier's address, since a person may have the same record id."""


def truth_keys(truth: pl.DataFrame, kind: EntityKind) -> pl.Series:
    """The key in HELD that each row of a truth means.

    Args:
        truth: as `read_truth` gives it.
    """
    source = pl.col("source")
    named: dict[EntityKind, list[pl.Expr]] = {
        EntityKind.PERSON: [pl.concat_str(source, _given(truth, "record_id"), separator="/")],
        EntityKind.CARRIER: [pl.concat_str(source, _given(truth, "carrier_id"), separator="/")],
        EntityKind.ADDRESS: [
            pl.concat_str(source, _given(truth, "record_id"), separator="/"),
            pl.lit(CARRIER) + pl.concat_str(source, _given(truth, "carrier_id"), separator="/"),
        ],
        EntityKind.VEHICLE: [_vehicle(source, _given(truth, "vin"), _plate(truth))],
    }
    return truth.select(pl.coalesce(named[kind]).alias("key")).to_series()


def _given(truth: pl.DataFrame, column: str) -> pl.Expr:
    if column not in truth.columns:
        return pl.lit(None, pl.String)
    return pl.when(pl.col(column) != "").then(pl.col(column))


def _plate(truth: pl.DataFrame) -> pl.Expr:
    return pl.concat_str(_given(truth, JURISDICTION).fill_null(""), _given(truth, "plate"), separator=":")


def _vehicle(source: pl.Expr, vin: pl.Expr, plate: pl.Expr) -> pl.Expr:
    """One row of a register of vehicles: source, VIN as received or, without one, its plate as received."""
    return pl.concat_str(source, pl.coalesce(_plain(vin), pl.lit("plate:") + _plain(plate)), separator="/")


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.to_uppercase().str.replace_all(r"[^A-Z0-9:]", "")


def _of_doors(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """An address that names no door stands alone."""
    key = pl.lit(prefix) + pl.col("key")
    return frame.select(key=key, identity_id=pl.coalesce("address_key", key), country="country")


def _of_vehicles(vehicles: pl.DataFrame, carriers: pl.DataFrame) -> pl.DataFrame:
    known = vehicles.join(carriers.rename({"record": "carrier_key"}), on="carrier_key", how="left")
    found = to_vehicle(known, resolve_vehicles(known))
    raw = {name: pl.col("raw").str.json_path_match(f"$.{name}") for name in ("vin", "plate", JURISDICTION)}
    plate = pl.concat_str(raw[JURISDICTION].fill_null(""), raw["plate"], separator=":")
    blank_to_null = pl.when(raw["vin"] != "").then(raw["vin"])
    return found.select(
        key=_vehicle(pl.col("source"), blank_to_null, plate),
        identity_id=pl.coalesce("vehicle", "key"),
        country=pl.lit(None, pl.String),
    ).unique("key", keep="first", maintain_order=True)
