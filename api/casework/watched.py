"""What is so of a watched driver, thing or pattern, and which differences are material."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from api.drivers import drivers_of
from api.graph_store import GraphStoreChoice
from api.pattern_refs import asked_by, row_key
from api.patterns import people_in, run_pattern
from api.show_driver import show_driver
from api.things import thing_document
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, Workspace

_TURNED = frozenset({"merge", "split"})
"""Moves of an identity that its records feel: one that only grew is as it was."""
_OF_PEOPLE = frozenset({"possible", "enrolled", "people"})
"""Facts that are identity ids."""
_ROWS = "rows"
"""Rows of a pattern: of each the identity ids, then what else makes it the same row."""
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class State:
    """What is so now.

    Args:
        facts: what a watch compares, as JSON values.
        people: identity ids that the title names.
    """

    title: str
    href: str
    facts: Mapping[str, Any]
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One material change: what, as the catalogue names it, and how many of it."""

    what: str
    count: int


def state_of(workspace: Workspace, kind: str, ref: str, store: GraphStoreChoice) -> State:
    """What is so now of a driver, a thing or a pattern.

    Raises:
        UnknownRecord: it is nothing that there is.
        SettingsError: the reference is of another form.
    """
    if kind == "driver":
        return _driver(workspace, ref)
    if kind == "thing":
        return _thing(workspace, ref, store)
    return _pattern(workspace, ref, store)


def changes(seen: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Change, ...]:
    """What is materially different: members that sets gained, and values that are others."""
    found = []
    for what in sorted(now):
        before, after = seen.get(what), now[what]
        if isinstance(after, list):
            new = set(map(str, after)) - set(map(str, before or ()))
            if new:
                found.append(Change(what, len(new)))
        elif before != after:
            found.append(Change(what, 1))
    return tuple(found)


def brought_up(connection: apsw.Connection, seen: Mapping[str, Any]) -> dict[str, Any]:
    """What was so, with people under the ids that they have now: another id alone is no change."""
    tables = IdentityTables(connection)

    def now(people: list[str]) -> list[str]:
        return [tables.find(one) or one for one in people]

    return {
        what: now(value)
        if what in _OF_PEOPLE
        else [[now(people), rest] for people, rest in value]
        if what == _ROWS
        else value
        for what, value in seen.items()
    }


def _driver(workspace: Workspace, ref: str) -> State:
    document = show_driver(workspace, ref)
    identity = document["identity_id"]
    with workspace.reading() as connection:
        name = drivers_of(connection, [identity])[0].name
    score, enrolment = document["score"] or {}, document["enrolment"] or {}
    facts = {
        "events": [event["key"] + "/" + str(event["status"] or "") for event in document["events"]],
        "linked_band": score.get("linked_band"),
        "band": score.get("band"),
        "identity": [
            f"{move['run']} {move['kind']} {move['from']} {move['to']}"
            for move in document["history"]
            if move["kind"] in _TURNED
        ],
        "possible": [link["identity_id"] for link in document["possible_links"]],
        "enrolment": enrolment.get("status"),
    }
    return State(name, f"/drivers/{identity}", facts, (identity,))


def _thing(workspace: Workspace, ref: str, store: GraphStoreChoice) -> State:
    if not _NUMBER.fullmatch(ref):
        raise SettingsError("a thing is watched by its number")
    found = thing_document(workspace, int(ref), 0, store)
    facts = {
        "enrolled": found["enrolled_ids"],
        "named_events": sum(found["events_by_year"].values()),
        "successors": [one["number"] for one in found["related"] if one["tie"].startswith("SUCCEEDS")],
    }
    return State(found["label"], f"/things/{ref}", facts)


def _pattern(workspace: Workspace, ref: str, store: GraphStoreChoice) -> State:
    request, _ = asked_by(ref)
    document = run_pattern(workspace, request, store)
    facts = {
        "rows": [list(row_key(request.name, row)) for row in document["rows"]],
        "people": people_in(document),
    }
    asked = people_in(document | {"rows": []})
    return State(request.name, f"/patterns/{request.name}", facts, tuple(asked))
