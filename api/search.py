"""Finding a driver by name in any order, identifier, phone, birth date, record id, plate or VIN.

A text that many records hold is answered as fast as one that few hold: the best are ranked among a bounded number, and
the answer says that there are more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from api.drivers import Driver, drivers_of
from api.search_terms import COLUMNS, NATIONAL_DIGITS, compact, tokens
from graph.embedded import EmbeddedStore
from graph.schema import EdgeKind, NodeKind

LIMIT = 20
MAX_TEXT = 400
BEGINNING = 3
"""Letters that at least one word has where words also stand for those that begin with them."""
RANKED, KEPT = 20_000, 5_000
"""Records that are ranked at most, since ranking reads each, and that are kept of them."""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM search_term WHERE search_term MATCH ? LIMIT ?)"
_OWNERS = (
    "SELECT m.identity_id, min(found.rank) FROM ({}) AS found "
    "JOIN search_record r ON r.doc = found.doc JOIN membership m ON m.record_key = r.record_key GROUP BY m.identity_id"
)
_BEST = _OWNERS.format("SELECT rowid AS doc, rank FROM search_term WHERE search_term MATCH ? ORDER BY rank LIMIT ?")
_ANY = _OWNERS.format("SELECT rowid AS doc, 0.0 AS rank FROM search_term WHERE search_term MATCH ? LIMIT ?")


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
    """The best hits, and how many there are in all.

    Args:
        total: people who hold the whole words; those who hold words that begin like them count where they are fewer
            than were asked for.
        is_cut: there are more than `total`: so many records hold what was looked for that not all were ranked.
    """

    hits: tuple[Hit, ...]
    total: int
    is_cut: bool = False


def search(connection: apsw.Connection, query: Query, limit: int = LIMIT) -> Found:
    """The identities that match, best first: exact identifiers, then whole words, beginnings, then parts of it."""
    ranked: dict[str, tuple[int, float]] = {}
    term = compact(query.text or query.identifier)
    vehicle = _by_vehicle(connection, term) if term else set()
    for stage, found in enumerate((_exact(connection, query), [(key, 0.0) for key in vehicle])):
        _keep(ranked, stage, found)
    is_named, is_cut = bool(ranked), False
    for stage, expression in enumerate(_expressions(query), start=2):
        is_enough = is_cut or len(ranked) >= limit or is_named or (stage > _ALL_WORDS and ranked)
        if not expression or (stage > _WHOLE_WORDS and is_enough):
            continue
        matching = int(connection.execute(_COUNT, (expression, RANKED + 1)).get)
        is_cut = matching > KEPT
        _keep(ranked, stage, connection.execute(_ANY if matching > RANKED else _BEST, (expression, KEPT)))
    order = sorted(ranked, key=lambda key: (*ranked[key], key))
    drivers = drivers_of(connection, order[:limit])
    matched = _matched_on(connection, [driver.identity_id for driver in drivers], query)
    hits = []
    for driver in drivers:
        fields = matched.get(driver.identity_id, set()) | ({"vehicle"} if driver.identity_id in vehicle else set())
        hits.append(Hit(driver, tuple(sorted(fields))))
    return Found(tuple(hits), len(order), is_cut)


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
    is_long = any(len(compact(word)) >= BEGINNING for word in _words(f"{query.text} {query.name}"))
    starts = " AND ".join([*begin, *name_begin, *fixed]) if is_long or fixed else ""
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
        rows += connection.execute(_ANY, (f'{{{columns}}} : "{token}"', KEPT)).fetchall()
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
