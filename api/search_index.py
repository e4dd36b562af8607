"""The index that drivers are found by: one entry a record, and one a plate or VIN.

It lives in the ledger and changes in the load's own transaction: a search sees exactly what was committed.
"""

from __future__ import annotations

import apsw
import polars as pl

from api.search_terms import COLUMNS, compact, documents, fingerprints
from graph.resolve import vehicle_key

MIGRATIONS: tuple[str, ...] = (
    f"""
    CREATE TABLE search_record (
        doc          INTEGER PRIMARY KEY,
        record_key   TEXT NOT NULL UNIQUE,
        record_id    TEXT NOT NULL,
        name         TEXT NOT NULL,
        birth_date   TEXT,
        country      TEXT,
        fingerprint  INTEGER NOT NULL
    );
    CREATE INDEX search_record_by_id ON search_record (record_id);
    CREATE VIRTUAL TABLE search_term USING fts5({", ".join(COLUMNS)}, tokenize = 'ascii');
    CREATE TABLE search_vehicle (
        term     TEXT NOT NULL,
        vehicle  TEXT NOT NULL,
        PRIMARY KEY (term, vehicle)
    ) WITHOUT ROWID;
    """,
    f"""
    CREATE VIRTUAL TABLE search_word USING fts5({", ".join(COLUMNS)}, prefix = '1 2', tokenize = 'ascii');
    INSERT INTO search_word (rowid, {", ".join(COLUMNS)}) SELECT rowid, {", ".join(COLUMNS)} FROM search_term;
    DROP TABLE search_term;
    ALTER TABLE search_word RENAME TO search_term;
    """,  # noqa: S608 -- columns are of our own
)
"""Beginnings of one and two letters have lists of their own: whoever types asks for them, and they are the longest."""
_INSERT = f"INSERT INTO search_term (rowid, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"  # noqa: S608


def refresh(
    connection: apsw.Connection,
    persons: pl.DataFrame,
    memberships: pl.DataFrame,
    vehicles: pl.DataFrame | None = None,
) -> int:
    """The index holds the given person records as they are now, and none that belongs to no identity any more.

    Args:
        connection: inside the load's transaction.
        persons: PERSON facts: all, or at least the new and the changed ones.
        memberships: MEMBERSHIP, all of them; records that are not in it leave the index.
        vehicles: VEHICLE facts that are new or changed.

    Returns:
        Number of records whose entry changed.
    """
    known = pl.DataFrame(
        connection.execute("SELECT record_key, doc, fingerprint FROM search_record").fetchall(),
        schema={"record_key": pl.String, "doc": pl.Int64, "known": pl.Int64},
        orient="row",
    )
    held = memberships.select("record_key")
    gone = known.join(held, on="record_key", how="anti")
    given = persons.with_columns(pl.col("key").alias("record_key"), fingerprints(persons))
    given = given.join(held, on="record_key", how="semi").join(known, on="record_key", how="left")
    changed = given.filter(pl.col("known").is_null() | (pl.col("known") != pl.col("fingerprint"))).sort("record_key")
    stale = pl.concat([gone["doc"], changed["doc"].drop_nulls()])
    for table in ("search_term", "search_record"):
        key = "rowid" if table == "search_term" else "doc"
        connection.executemany(f"DELETE FROM {table} WHERE {key} = ?", ((doc,) for doc in stale))  # noqa: S608
    _insert(connection, documents(changed).with_columns(changed["fingerprint"]))
    if vehicles is not None:
        _insert_vehicles(connection, vehicles)
    return changed.height + gone.height


def _insert(connection: apsw.Connection, rows: pl.DataFrame) -> None:
    first = int(connection.execute("SELECT coalesce(max(doc), 0) + 1 FROM search_record").get)
    numbered = rows.with_row_index("doc", offset=first)
    shown = numbered.select("doc", "record_key", "record_id", "shown", "birth_date", "country", "fingerprint")
    connection.executemany("INSERT INTO search_record VALUES (?, ?, ?, ?, ?, ?, ?)", shown.iter_rows())
    connection.executemany(_INSERT, numbered.select("doc", *(f"{column}_" for column in COLUMNS)).iter_rows())


def _insert_vehicles(connection: apsw.Connection, vehicles: pl.DataFrame) -> None:
    keyed = vehicles.select("vin", "plate", vehicle_key(vehicles).alias("key")).drop_nulls("key").unique()
    connection.executemany(
        "INSERT OR IGNORE INTO search_vehicle VALUES (?, ?)",
        ((compact(term), key) for vin, plate, key in keyed.iter_rows() for term in (vin, plate) if term),
    )
