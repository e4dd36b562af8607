"""What a pin keeps of the thing it is of: enough to read the case later, and never an identifier in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from api.casework.cases import PinKind
from api.casework.views import Views
from api.connect import MOST_OF_A_LIST, Between, connect
from api.drivers import drivers_of
from api.graph_store import GraphStoreChoice
from api.risk import risk
from api.things import thing_document
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import IdentityTables, Workspace

_SHARED = ("kind", "label", "detail", "number", "of_them", "others")
_NUMBER = re.compile(r"[0-9]{1,18}")


def says_of(workspace: Workspace, kind: PinKind, ref: str, store: GraphStoreChoice) -> dict[str, Any]:
    """What is shown of it now.

    Args:
        ref: identity id; number of a thing; identity id and incident, with a blank between; ids of people, likewise; id
            of a view.

    Raises:
        UnknownRecord: it is nothing that there is.
        SettingsError: the reference is of another form.
    """
    match kind:
        case PinKind.DRIVER:
            return _driver(workspace, ref)
        case PinKind.THING:
            return _thing(workspace, ref, store)
        case PinKind.REASON:
            identity, _, incident = ref.partition(" ")
            return _reason(workspace, identity, incident, store)
        case PinKind.LIST | PinKind.CONNECTION:
            return _connection(workspace, ref.split(), store)
        case PinKind.VIEW:
            with workspace.reading() as connection:
                view = Views(connection).get(ref)
            return {"title": view.name, "href": f"/views/{ref}", "people": []}


def people_pinned(says: Iterable[Mapping[str, Any]]) -> list[str]:
    """Identity ids that pins show, each once, for the audit."""
    return list(dict.fromkeys(person for one in says for person in one["people"]))


def _driver(workspace: Workspace, ref: str) -> dict[str, Any]:
    with workspace.reading() as connection:
        identity = IdentityTables(connection).require(ref)
        found = drivers_of(connection, [identity])[0].document()
    return {"title": found["name"], "driver": found, "href": f"/drivers/{identity}", "people": [identity]}


def _thing(workspace: Workspace, ref: str, store: GraphStoreChoice) -> dict[str, Any]:
    if not _NUMBER.fullmatch(ref):
        raise SettingsError("a thing is pinned by its number")
    found = thing_document(workspace, int(ref), 0, store)
    kept = ("kind", "label", "detail", "people", "is_hub", "others", "enrolled_total", "events_by_year")
    return {
        "title": found["label"],
        "thing": {name: found[name] for name in kept},
        "href": f"/things/{ref}",
        "people": [row["identity_id"] for row in found["enrolled"]],
        "named": [row["name"] for row in found["enrolled"]],
    }


def _reason(workspace: Workspace, identity: str, incident: str, store: GraphStoreChoice) -> dict[str, Any]:
    found = risk(workspace, identity, None, store)
    for item in [*found["linked"]["contributions"], *found["own"]["contributions"]]:
        if item["incident"] == incident:
            people = [found["identity_id"], *([item["associate"]] if item["associate"] else [])]
            return {
                "title": item["sentence"],
                "points": item["points"],
                "records": item["records"],
                "policy": found["policy"],
                "href": f"/drivers/{found['identity_id']}/risk",
                "people": people,
            }
    raise UnknownRecord("the score has no such reason now")


def _connection(workspace: Workspace, people: list[str], store: GraphStoreChoice) -> dict[str, Any]:
    found = connect(workspace, Between(people, MOST_OF_A_LIST), store)
    first = found["shared"][:5]
    return {
        "title": "",
        "of": len(found["people"]),
        "shared": [{name: one[name] for name in _SHARED} for one in first],
        "hubs": len(found["hubs"]),
        "named": [driver["name"] for driver in found["people"]],
        "href": "/connect?people=" + "+".join(driver["identity_id"] for driver in found["people"]),
        "people": [driver["identity_id"] for driver in found["people"]],
    }
