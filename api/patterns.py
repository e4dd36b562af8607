"""Patterns asked in a workspace, as JSON documents that are the same whichever store was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw

from api import scores
from api.general_graph import GeneralGraph, cleared_events
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from graph.patterns import PATTERNS, Asked, Found, ParameterKind, Pattern, Value, pattern_named
from graph.policy_file import load_policy
from linkage.ledger import IdentityTables, Workspace


@dataclass(frozen=True, slots=True)
class PatternRequest:
    """What is asked.

    Args:
        name: name of a pattern.
        given: values as they are written, by name of the parameter; the defaults stand for the others.
        as_of: only what was known by that day; None = the day the table of scores is for.
    """

    name: str
    given: Mapping[str, str]
    as_of: date | None = None


def list_patterns() -> dict[str, Any]:
    """Every pattern with its parameters and columns."""
    return {"patterns": [_described(pattern) for pattern in PATTERNS]}


def run_pattern(workspace: Workspace, request: PatternRequest, store: GraphStoreChoice = LEDGER) -> dict[str, Any]:
    """The answer to a pattern: rows by column, what kept something out, and what not to conclude.

    Args:
        workspace: where it is asked.
        request: what is asked.
        store: where the graph is read.

    Raises:
        SettingsError: there is no such pattern, parameter or value.
        UnknownRecord: a reference to a person names nothing.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    pattern = pattern_named(request.name)
    values = pattern.values(request.given)
    with workspace.reading() as connection:
        values = _resolved(connection, pattern, values)
        day = request.as_of or scores.as_of(connection)
        if day is None:  # nothing was ever loaded
            found = Found(pattern.columns.empty())
        else:
            hidden = cleared_events(workspace, connection)
            with open_graph(connection, store) as reader:
                seen = GeneralGraph(reader, hidden) if hidden else reader
                found = pattern.ask(seen, Asked(values, day, load_policy()))
    rows = [_told(row) for row in found.rows.iter_rows(named=True)]
    return {
        "pattern": pattern.name,
        "parameters": {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()},
        "columns": list(pattern.columns.columns),
        "rows": rows,
        "total_shown": len(rows),
        "truncated": bool(found.cuts),
        "truncated_by": [cut.value for cut in found.cuts],
        "as_of": day.isoformat() if day else None,
        "beware": pattern.beware,
    }


def people_in(document: Mapping[str, Any]) -> list[str]:
    """Identity ids that the document asks about or shows, each once, for the audit."""
    return list(dict.fromkeys(_people(document)))


def _people(document: Mapping[str, Any]) -> Iterator[str]:
    pattern = pattern_named(document["pattern"])
    yield from (document["parameters"][p.name] for p in pattern.parameters if p.kind is ParameterKind.PERSON)
    for row in document["rows"]:
        for column in pattern.people:
            shown = row[column]
            yield from shown if isinstance(shown, list) else [shown]


def _resolved(connection: apsw.Connection, pattern: Pattern, values: dict[str, Value]) -> dict[str, Value]:
    """The values with references to people as identity ids."""
    tables = IdentityTables(connection)
    people = [parameter.name for parameter in pattern.parameters if parameter.kind is ParameterKind.PERSON]
    return values | {name: tables.require(str(values[name])) for name in people}


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _described(pattern: Pattern) -> dict[str, Any]:
    return {
        "name": pattern.name,
        "title": pattern.title,
        "question": pattern.question,
        "beware": pattern.beware,
        "columns": list(pattern.columns.columns),
        "parameters": [
            {
                "name": parameter.name,
                "kind": parameter.kind.value,
                "says": parameter.says,
                "default": list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default,
                "least": parameter.least if parameter.kind is ParameterKind.NUMBER else None,
                "most": parameter.most if parameter.kind is ParameterKind.NUMBER else None,
                "choices": list(parameter.choices),
            }
            for parameter in pattern.parameters
        ],
    }
