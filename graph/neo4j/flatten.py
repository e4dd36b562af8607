"""What a node or edge says in JSON, as properties of its own, so that people can ask for them in Cypher.

The JSON text stays beside them letter for letter and remains what Crosslane reads; these properties are for reading
only. One rule serves every way into the database, so that it holds the same graph whichever way was taken.
"""

from __future__ import annotations

import re

import orjson

Flat = str | bool | int | float | list[str]

FIXED = frozenset({"key", "known_on", "props", "record", "first_day", "first_seen", "last_seen", "confidence", "days"})
"""Properties with a meaning of their own, which no JSON field may take the place of."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)  # what Cypher takes without quotes
_INTEGERS = range(-(2**63), 2**63)  # what the database holds as a whole number


def flatten(props: str | None) -> dict[str, Flat]:
    """The top-level fields of a JSON object that can be properties, in the object's order.

    A field is left out when it is null, when its name is not a plain word or is one of FIXED, and when its value is an
    object, an empty list or a list with anything but non-empty texts in it. A whole number of more than 64 bits becomes
    the nearest floating number. Text that is no JSON object gives no properties.
    """
    if props is None:
        return {}
    try:
        said = orjson.loads(props)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: _fitting(value) for name, value in said.items() if _is_property(value) and _is_free(name)}


def _is_free(name: str) -> bool:
    return name not in FIXED and _WORD.fullmatch(name) is not None


def _is_property(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(text, str) and text for text in value)
    return isinstance(value, str | bool | int | float)


def _fitting(value: Flat) -> Flat:
    return float(value) if isinstance(value, int) and value not in _INTEGERS else value
