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
from api.pattern_given import parameters_told
from api.pattern_refs import asked_by
from api.pattern_rows import rows_shown
from api.patterns import people_in, run_pattern
from api.risk import risk
from api.things import thing_document
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import IdentityTables, Workspace

_SHARED = ("kind", "label", "detail", "number", "of_them", "others")
FIRST_ROWS = 5
"""Rows that the pin of a whole answer keeps."""
_NUMBER = re.compile(r"[0-9]{1,18}")


def says_of(workspace: Workspace, kind: PinKind, ref: str, store: GraphStoreChoice) -> dict[str, Any]:
    """What is shown of it now.

    Args:
        ref: identity id; number of a thing; identity id and incident, with a blank between; ids of people, likewise; a
            question to the graph as `ref_of` writes it; id of a view.

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
        case PinKind.PATTERN:
            return _pattern(workspace, ref, store)
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


def _pattern(workspace: Workspace, ref: str, store: GraphStoreChoice) -> dict[str, Any]:
    request, wanted = asked_by(ref)
    document = run_pattern(workspace, request, store)
    rows = rows_shown(workspace, document, store, 0, None if wanted else FIRST_ROWS)
    if wanted:
        rows = [row for row in rows if row.digest == wanted]
    if wanted and not rows:
        raise UnknownRecord("the answer has no such row now")
    told = parameters_told(workspace, request)
    shown = [person for cells in (row.cells for row in rows) for cell in cells.values() for person in _named(cell)]
    asked = [person for one in told for person in one["people"]]
    names = {person["identity_id"]: person["name"] for person in [*asked, *shown]}
    return {
        "title": request.name,
        "pattern": request.name,
        "given": dict(request.given),
        "told": told,
        "of": document["total_shown"],
        "is_row": bool(wanted),
        "rows": [row.cells for row in rows],
        "href": f"/patterns/{request.name}",
        "people": list(dict.fromkeys([*people_in(document | {"rows": []}), *names])),
        "named": list(names.values()),
    }


def _named(cell: Mapping[str, Any]) -> list[dict[str, str]]:
    """People whom a cell names."""
    on_routes = [one | {"name": one["label"]} for one in cell.get("things", []) if "identity_id" in one]
    return [*cell.get("people", []), *on_routes]
