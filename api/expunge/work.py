"""What is to be taken out with a person: records, ids, and the texts by which the person is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass

import apsw
import orjson
import polars as pl

from linkage.ledger import FactStore, IdentityTables, Workspace
from linkage.ledger.naming import Named
from linkage.schema import IDENTIFIERS, Kind

SHORTEST = 6
"""Letters that a text needs to be looked for in what people wrote: shorter ones stand in words of another meaning."""
SHORTEST_NAME = 4
_NAMES = (
    ("given_name", "surname", "second_surname"),
    ("given_name", "surname"),
    ("surname", "second_surname", "given_name"),
    ("surname", "given_name"),
    ("name_given", "name_surname"),
    ("name_surname", "name_given"),
)
_SINGLE = ("given_name", "surname", "second_surname", "name_given", "name_surname")
_LONE = (*(name for name in IDENTIFIERS if name != "ssn4"), *("licence_number", "phone", "email", "address"))
_KEYS = ("address_key", "address_near")
_SAID = (*_LONE, "name", "full_name")
"""Attributes whose text as received names a person by itself."""


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
    """

    identities: tuple[str, ...]
    records: tuple[str, ...]
    requests: tuple[str, ...]
    everywhere: tuple[str, ...]
    beside: tuple[str, ...]
    alone: tuple[str, ...]

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
    tables = IdentityTables(connection)
    present = set(tables.identities_of(records).values())
    present = {identity for identity in present if not set(tables.records_of(identity)) - set(records)}
    former = {former for identity in present for former in tables.former_ids(identity)}
    rows = connection.execute(
        "SELECT request_id FROM exchange_request WHERE anchor IN (SELECT value FROM json_each(?)) ORDER BY n",
        (orjson.dumps(sorted(records)).decode(),),
    )
    named = Named(records, [str(row[0]) for row in rows])
    theirs = pl.concat(_versions(store, loads, Kind.PERSON, named), how="diagonal")
    others = store.current(Kind.PERSON, loads).filter(~named.is_about(Kind.PERSON))
    texts = set(_texts(theirs))
    shared = {text.casefold() for text in _texts_among(others, texts)}
    of_events = _events(store, loads, named)
    own = {text for text in texts if text.casefold() not in shared}
    names = {name for name in _single_names(theirs) if len(name) >= SHORTEST_NAME}
    known = {name.casefold() for name in _single_names(others)}
    surnames = {name for name in _single_names(theirs, ("surname", "second_surname")) if len(name) >= SHORTEST_NAME}
    alone = {name for name in names if name.casefold() not in known}
    return Work(
        identities=tuple(sorted(present | former)),
        records=tuple(sorted(records)),
        requests=tuple(named.requests),
        everywhere=tuple(sorted({*records, *own, *of_events})),
        beside=tuple(sorted((texts - own) | (surnames - alone))),
        alone=tuple(sorted(alone)),
    )


def _versions(store: FactStore, loads: Iterable[int], kind: Kind, named: Named) -> Iterator[pl.DataFrame]:
    """What each load wrote about the people, in order; at least one frame."""
    from_loads = (store.rows(load, kind) for load in loads)
    yield store.current(kind, []).head(0)
    yield from (rows.filter(named.is_about(kind)) for rows in from_loads if rows is not None)


def _texts(persons: pl.DataFrame) -> Iterator[str]:
    """Names in the orders they are written in, identifiers, phones, addresses: as received and as standardised."""
    for text in _standard(persons):
        if _tells(text):
            yield text
    for raw in persons["raw"].drop_nulls():
        for name, text in orjson.loads(raw).items():
            if name in _SAID and text is not None and _tells(text := str(text).strip()):
                yield text


def _standard(persons: pl.DataFrame) -> Iterator[str]:
    for parts in _NAMES:
        for separator in (" ", ", "):
            if all(part in persons.columns for part in parts):
                whole = persons.filter(pl.all_horizontal(pl.col(part).is_not_null() for part in parts))
                yield from whole.select(pl.concat_str(parts, separator=separator)).to_series().unique()
    for name in (*_LONE, *_KEYS):
        if name in persons.columns:
            yield from persons[name].drop_nulls().unique()


def _single_names(persons: pl.DataFrame, columns: Iterable[str] = _SINGLE) -> set[str]:
    """Each given name and surname, whole and word by word."""
    whole = {text.strip() for name in columns for text in persons[name].drop_nulls().unique()}
    return whole | {word for text in whole for word in text.split()}


def _texts_among(others: pl.DataFrame, texts: Collection[str]) -> set[str]:
    """Those of the texts that other people's records hold, too."""
    wanted = {text.casefold() for text in texts}
    return {text for text in _standard(others) if text.casefold() in wanted}


def _events(store: FactStore, loads: Iterable[int], named: Named) -> set[str]:
    """Keys of the people's events, and of the incidents that concern nobody else."""
    theirs: set[str] = set()
    others: set[str] = set()
    for load in loads:
        rows = store.rows(load, Kind.EVENT)
        if rows is None:
            continue
        about = rows.with_columns(is_theirs=named.is_about(Kind.EVENT))
        for is_theirs, into in ((True, theirs), (False, others)):
            part = about.filter(pl.col("is_theirs") == is_theirs)
            into.update(part["key"].drop_nulls(), part["incident_id"].drop_nulls())
    return theirs - others


def _tells(text: str) -> bool:
    return len(text) >= SHORTEST
