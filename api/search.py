"""Finding a driver by name in any order, identifier, phone, birth date, record id, plate or VIN.

The index lives in the ledger and changes in the load's own transaction: a search sees exactly what was committed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import apsw
import polars as pl

from api.drivers import Driver, drivers_of
from api.search_terms import COLUMNS, NATIONAL_DIGITS, compact, documents, fingerprints, tokens
from graph.embedded import EmbeddedStore
from graph.resolve import vehicle_key
from graph.schema import EdgeKind, NodeKind

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
)
LIMIT = 20
MAX_TEXT = 400
_INSERT = f"INSERT INTO search_term (rowid, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"  # noqa: S608
_MATCH = (
    "SELECT m.identity_id, min(search_term.rank) FROM search_term "
    "JOIN search_record r ON r.doc = search_term.rowid JOIN membership m ON m.record_key = r.record_key "
    "WHERE search_term MATCH ? GROUP BY m.identity_id"
)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: any of the fields, all of which must hold.

    Args:
        text: names, identifiers, phone, plate, VIN or record id, in any order.
        name: names only.
        birth_date: ISO date, or its year or year and month.
        identifier: one identifier, phone, record id, plate or VIN.
    """

    text: str = ""
    name: str = ""
    birth_date: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One identity that a search found, best first.

    Args:
        matched_on: attributes of its records that hold what was looked for.
    """

    driver: Driver
    matched_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


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


def search(connection: apsw.Connection, query: Query, limit: int = LIMIT) -> Found:
    """The identities that match, best first: exact identifiers, then whole words, beginnings, then parts of it."""
    ranked: dict[str, tuple[int, float]] = {}
    term = compact(query.text or query.identifier)
    vehicle = _by_vehicle(connection, term) if term else set()
    for stage, found in enumerate((_exact(connection, query), [(key, 0.0) for key in vehicle])):
        _keep(ranked, stage, found)
    is_named = bool(ranked)
    for stage, expression in enumerate(_expressions(query), start=2):
        if expression and not (stage > _WHOLE_WORDS and is_named) and not (stage > _ALL_WORDS and ranked):
            _keep(ranked, stage, connection.execute(_MATCH, (expression,)))
    order = sorted(ranked, key=lambda key: (*ranked[key], key))
    drivers = drivers_of(connection, order[:limit])
    matched = _matched_on(connection, [driver.identity_id for driver in drivers], query)
    hits = []
    for driver in drivers:
        fields = matched.get(driver.identity_id, set()) | ({"vehicle"} if driver.identity_id in vehicle else set())
        hits.append(Hit(driver, tuple(sorted(fields))))
    return Found(tuple(hits), len(order))


_WHOLE_WORDS = 2  # later stages are not tried when an id or identifier was named outright
_ALL_WORDS = 3  # stages up to this one hold every word; the next is tried only when they found nobody


def _keep(ranked: dict[str, tuple[int, float]], stage: int, found: Iterable[Sequence[Any]]) -> None:
    for identity_id, rank in found:
        # bm25 is rounded so that equal records rank equally whatever the order they arrived in.
        ranked.setdefault(str(identity_id), (stage, round(float(rank), 6)))


def _expressions(query: Query) -> tuple[str, str, str]:
    """FTS5 expressions: whole words, beginnings of words, any of the words; tokens hold letters and digits only."""
    free = [_word(word, prefix="") for word in _words(query.text)]
    begin = [_word(word, prefix="*") for word in _words(query.text)]
    names = [f"name : {_word(word, prefix='')}" for word in _words(query.name)]
    name_begin = [f"name : {_word(word, prefix='*')}" for word in _words(query.name)]
    fixed = []
    if compact(query.birth_date):
        star = "" if len(compact(query.birth_date)) >= len("19800531") else "*"
        fixed.append(f'birth_date : "{compact(query.birth_date)}"{star}')
    if compact(query.identifier):
        columns = " ".join(column for column in COLUMNS if column not in {"name", "birth_date"})
        fixed.append(f'{{{columns}}} : "{_identifier(query.identifier)}"')
    whole = " AND ".join([*free, *names, *fixed])
    starts = " AND ".join([*begin, *name_begin, *fixed])
    loose = [*free, *names]
    some = " AND ".join([f"({' OR '.join(loose)})", *fixed]) if len(loose) > 1 else ""
    return whole, starts, some


def _words(text: str) -> list[str]:
    return [word for word in text.split() if compact(word)]


def _word(word: str, prefix: str) -> str:
    pieces = " AND ".join(f'"{piece}"{prefix}' for piece in tokens(word))
    whole = f'"{compact(word)}"{prefix}'
    return f"(({pieces}) OR {whole})" if len(tokens(word)) > 1 else whole


def _identifier(text: str) -> str:
    """The token an identifier is indexed under; a phone written with its country is found without it."""
    is_phone = text.strip().startswith("+") and compact(text).isdigit()
    return compact(text)[-NATIONAL_DIGITS:] if is_phone else compact(text)


def _exact(connection: apsw.Connection, query: Query) -> list[tuple[str, float]]:
    """Identities that the text names outright: by id, record key, record id, or a whole identifier or phone."""
    if query.name or query.birth_date:
        return []
    text = (query.text or query.identifier).strip()
    rows = connection.execute(
        "SELECT identity_id FROM membership WHERE identity_id = ?1 UNION "
        "SELECT m.identity_id FROM redirect r JOIN membership m ON m.identity_id = r.current WHERE r.former = ?1 UNION "
        "SELECT identity_id FROM membership WHERE record_key = ?1 UNION "
        "SELECT m.identity_id FROM search_record r JOIN membership m ON m.record_key = r.record_key "
        "WHERE r.record_id = ?1",
        (text,),
    ).fetchall()
    token = _identifier(text)
    if any(character.isdigit() for character in token):
        columns = " ".join(column for column in COLUMNS if column != "name")
        rows += connection.execute(_MATCH, (f'{{{columns}}} : "{token}"',)).fetchall()
    return [(str(row[0]), 0.0) for row in rows]


def _by_vehicle(connection: apsw.Connection, term: str) -> set[str]:
    """Identities that drove the vehicle of this VIN or plate."""
    vehicles = [row[0] for row in connection.execute("SELECT vehicle FROM search_vehicle WHERE term = ?", (term,))]
    drove = EmbeddedStore(connection).edges_of(NodeKind.VEHICLE, [term, *vehicles], {EdgeKind.DROVE})
    return set(drove["src"].to_list())


def _matched_on(connection: apsw.Connection, identities: Sequence[str], query: Query) -> dict[str, set[str]]:
    looked_for = _looked_for(query)
    rows = connection.execute(
        f"SELECT m.identity_id, {', '.join(f't.{column}' for column in COLUMNS)} FROM json_each(?) j "  # noqa: S608
        "JOIN membership m ON m.identity_id = j.value JOIN search_record r ON r.record_key = m.record_key "
        "JOIN search_term t ON t.rowid = r.doc",
        (json.dumps(list(identities)),),
    )
    matched: dict[str, set[str]] = {}
    for identity_id, *texts in rows:
        fields = matched.setdefault(str(identity_id), set())
        for column, text in zip(COLUMNS, texts, strict=True):
            if any(term.startswith(tuple(looked_for)) for term in text.split()):
                fields.add(column)
    return matched


def _looked_for(query: Query) -> set[str]:
    text = " ".join((query.text, query.name, query.birth_date, query.identifier))
    words = {compact(word) for word in text.split()} | set(tokens(text))
    words |= {compact(query.text), _identifier(query.text), _identifier(query.identifier), compact(query.identifier)}
    return {word for word in words if word}


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
