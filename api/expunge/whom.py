"""Which person records go with a person: those that are held, and those that were withdrawn and lie in files still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import apsw

from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.ledger.tombstones import KeptOut
from linkage.schema import Kind


def records_of_person(workspace: Workspace, person: str) -> list[str]:
    """Keys of every record of the person.

    Args:
        person: identity id, former id or source/record_id, also of somebody who was withdrawn.

    Raises:
        UnknownRecord: nobody is named.
    """
    with workspace.reading() as connection:
        tables = IdentityTables(connection)
        identity = tables.find(person) or tables.left_by([person]).get(person, person)
        if records := records_of(connection, [tables.find(identity) or identity]):
            return records
        if any(person in keys for keys in _ever_loaded(workspace, connection)):
            return [person]  # it was withdrawn before that was kept
        return tables.records_of(tables.require(person))


def records_of(connection: apsw.Connection, identities: Iterable[str]) -> list[str]:
    """Keys of every record of the identities."""
    tables, identities = IdentityTables(connection), list(identities)
    ids = [*identities, *(former for identity in identities for former in tables.former_ids(identity))]
    held = [record for identity in identities for record in tables.records_of(identity)]
    return [*held, *tables.withdrawn_from(ids)]


def records_kept_out(workspace: Workspace, kept: KeptOut) -> list[str]:
    """Keys of every record in the workspace that has a tombstone elsewhere, of those that were withdrawn, too."""
    with workspace.reading() as connection:
        return sorted({key for keys in _ever_loaded(workspace, connection) for key in kept.those(keys)})


def _ever_loaded(workspace: Workspace, connection: apsw.Connection) -> Iterator[set[str]]:
    """Keys of the person records that each load told."""
    for load in LoadTables(connection).ids():
        if (rows := workspace.fact_store.rows(load, Kind.PERSON, ["key"])) is not None:
            yield set(rows["key"])
