"""What is to be taken out with a person: records, ids, and the texts by which the person is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass

import apsw
import orjson
import polars as pl

from api.expunge.texts import (
    OF_PERSONS,
    containing,
    events_of,
    events_of_others,
    lone_names,
    names_among,
    said_by,
    standard,
    texts_among,
)
from linkage.ledger import FactStore, IdentityTables, Workspace
from linkage.ledger.naming import Named
from linkage.schema import Kind

SHORTEST_NAME = 4
"""Letters that a single name needs to be looked for."""


@dataclass(frozen=True, slots=True)
class Work:
    """One expunging's task, kept in the ledger until it is done, so that a killed one can be ended.

    Args:
        identities: present and former ids of the people.
        records: keys of their person records.
        requests: ids of requests to partners about them.
        everywhere: texts that nobody else's records hold: wherever one stands, it means them.
        beside: texts that others share, a name or a home: they mean these people where something else names them.
        alone: single names that nobody else has: in words that somebody wrote they mean these people, and elsewhere
            only beside something else, since a name may be a word of the program, too.
        others: longer texts of others in which one of these texts stands, and does not mean these people: the key
            "US/1-2" beside "US/1", the name "Ana María Soto" beside "María Soto".
    """

    identities: tuple[str, ...]
    records: tuple[str, ...]
    requests: tuple[str, ...]
    everywhere: tuple[str, ...]
    beside: tuple[str, ...]
    alone: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def named(self) -> Named:
        """The people, as rows of facts name them."""
        return Named(self.records, self.requests)

    def packed(self) -> str:
        """The task as JSON."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def unpacked(cls, text: str) -> Work:
        """The task of `packed`."""
        return cls(**{name: tuple(values) for name, values in orjson.loads(text).items()})


def work_of(workspace: Workspace, connection: apsw.Connection, loads: Iterable[int], records: Collection[str]) -> Work:
    """The task of taking out the people of these person records.

    Args:
        connection: on the ledger as it is before.
        loads: all of them, in order.
    """
    store, loads = workspace.fact_store, list(loads)
    rows = connection.execute(
        "SELECT request_id FROM exchange_request WHERE anchor IN (SELECT value FROM json_each(?)) ORDER BY n",
        (orjson.dumps(sorted(records)).decode(),),
    )
    named = Named(records, [str(row[0]) for row in rows])
    theirs = pl.concat(_versions(store, loads, Kind.PERSON, named), how="diagonal")
    others = store.current(Kind.PERSON, loads, OF_PERSONS).filter(~named.is_about(Kind.PERSON))
    texts = said_by(theirs)
    shared = texts_among(others, texts)
    own = {text for text in texts if text.lower() not in shared and not text.isalpha()}  # a word may mean anything
    everywhere = {*records, *own, *events_of(store, loads, named)}
    names = {name for name in lone_names(theirs) if len(name) >= SHORTEST_NAME}
    known = names_among(others, names)
    surnames = {name for name in lone_names(theirs, ("surname", "second_surname")) if len(name) >= SHORTEST_NAME}
    alone = {name for name in names if name.lower() not in known}
    return Work(
        identities=tuple(sorted(_identities(IdentityTables(connection), records))),
        records=tuple(sorted(records)),
        requests=tuple(named.requests),
        everywhere=tuple(sorted(everywhere)),
        beside=tuple(sorted((texts - own) | (surnames - alone))),
        alone=tuple(sorted(alone)),
        others=tuple(sorted(containing(_of_others(store, loads, named, others), everywhere))),
    )


def _identities(tables: IdentityTables, records: Collection[str]) -> set[str]:
    """Ids, present and former, of people who have no other record than these."""
    last = set(tables.identities_of(records).values()) | set(tables.left_by(records).values())
    theirs = {identity for identity in last if not set(tables.records_of(identity)) - set(records)}
    return theirs | {former for identity in theirs for former in tables.former_ids(identity)}


def _of_others(store: FactStore, loads: Collection[int], named: Named, others: pl.DataFrame) -> Iterator[pl.Series]:
    """Texts by which others are known: keys that any load told, names, numbers, homes and events."""
    for load in loads:
        if (rows := store.rows(load, Kind.PERSON, ["key"])) is not None:
            yield rows.filter(~named.is_about(Kind.PERSON))["key"]
    yield from events_of_others(store, loads, named)
    yield from standard(others)


def _versions(store: FactStore, loads: Iterable[int], kind: Kind, named: Named) -> Iterator[pl.DataFrame]:
    """What each load wrote about the people, in order; at least one frame."""
    from_loads = (store.rows(load, kind) for load in loads)
    yield store.current(kind, []).head(0)
    yield from (rows.filter(named.is_about(kind)) for rows in from_loads if rows is not None)
