"""A script for `cypher-shell`, a statement a line, without parameters: the graph in somebody's own database.

Properties are as in Crosslane's own graph, each field of `props` one of its own too.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TextIO

from graph.days import UNDATED, day_number
from graph.export.content import Content, Row
from graph.neo4j.flatten import flatten
from graph.schema import NodeKind

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
# Controls, and marks that turn the direction of text: the script must read as it runs.
_SPECIAL = re.compile(r"[\\'\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]")
_BEFORE_U = re.compile(r"(?<=\\)(?=[uU])")


def write_cypher(content: Content, out: TextIO) -> None:
    """The script: keys are unique, then nodes, then edges between them."""
    for kind in sorted(NodeKind):
        out.write(f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{kind}) REQUIRE n.key IS UNIQUE;\n")
    for row in content.nodes():
        said = {"key": text(row["key"]), "known_on": _day(row["known_on"])} | _properties(row)
        out.write(f"CREATE (:{row['kind']} {_map(said)});\n")
    for row in content.edges():
        src, dst = (f"({end[0]}:{row[f'{end}_kind']} {{key: {text(row[end])}}})" for end in ("src", "dst"))
        out.write(f"MATCH {src}, {dst} CREATE (s)-[:{row['kind']} {_map(_edge(row))}]->(d);\n")


def text(value: str) -> str:
    r"""The value as a Cypher expression that gives it back letter for letter, on one line.

    A backslash is kept apart from a `u` after it: a server may read `\u0027` as a quote before it reads the string.
    """
    return " + ".join(f"'{_SPECIAL.sub(_escape, part)}'" for part in _BEFORE_U.split(value))


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"


def _edge(row: Row) -> dict[str, str | None]:
    first = row["first_seen"]
    day = day_number(date.fromisoformat(first)) if first else UNDATED
    said: dict[str, str | None] = {"record": text(row["record"]), "first_day": str(day)}
    said |= {name: _day(row[name]) for name in ("first_seen", "last_seen", "known_on")}
    return said | {name: _literal(row[name]) for name in ("confidence", "days")} | _properties(row)


def _properties(row: Row) -> dict[str, str | None]:
    flat = {f"`{name}`": _literal(value) for name, value in flatten(row["props"]).items()}
    return {"props": _literal(row["props"])} | flat


def _map(said: dict[str, str | None]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in said.items() if value is not None) + "}"


def _day(day: str | None) -> str | None:
    return f"date('{day}')" if day else None


def _literal(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case str():
            return text(value)
        case list():
            return f"[{', '.join(text(one) for one in value)}]"
        case float() if math.isinf(value):
            return "INF" if value > 0 else "-INF"
        case _:
            return repr(value).replace("e+", "e")
