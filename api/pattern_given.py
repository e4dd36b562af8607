"""What a person gives to a pattern: read with its faults, and told again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.drivers import drivers_of
from api.patterns import PatternRequest
from graph.patterns import Parameter, ParameterKind, Pattern, Value, pattern_named
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, Workspace


def settled(workspace: Workspace, request: PatternRequest) -> tuple[PatternRequest, dict[str, str]]:
    """The request with a value for each parameter, people by their ids of today; and what is wrong with it.

    Returns:
        The request, whole where nothing is wrong, and by name of a parameter the fault: `missing`, `unknown` (nobody
        has that id) or the kind of value that it must be.

    Raises:
        SettingsError: there is no such pattern.
    """
    pattern, values, faults = pattern_named(request.name), dict[str, str](), dict[str, str]()
    for parameter in pattern.parameters:
        given = request.given.get(parameter.name, "")
        try:
            value = parameter.read(given) if parameter.name in request.given else parameter.default
        except SettingsError:
            value = None
            faults[parameter.name] = parameter.kind.value if given.strip() else "missing"
        if value is None:
            faults.setdefault(parameter.name, "missing")
        else:
            values[parameter.name] = _written(value)
    values |= _identified(workspace, pattern, values, faults)
    return PatternRequest(pattern.name, values, request.as_of), faults


def _identified(
    workspace: Workspace, pattern: Pattern, values: Mapping[str, str], faults: dict[str, str]
) -> dict[str, str]:
    """Identity ids of the people among the values; who is nobody is a fault."""
    found = {}
    with workspace.reading() as connection:
        tables = IdentityTables(connection)
        for parameter in pattern.parameters:
            if parameter.kind is ParameterKind.PERSON and parameter.name in values:
                identity = tables.find(values[parameter.name])
                if identity is None:
                    faults[parameter.name] = "unknown"
                else:
                    found[parameter.name] = identity
    return found


def _written(value: Value) -> str:
    """A value as it is written; what `Parameter.read` reads."""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def parameters_told(workspace: Workspace, request: PatternRequest) -> list[dict[str, Any]]:
    """Parameters whose value is not the default, as people read them.

    Returns:
        name, kind, values (texts), people (identity_id, name) of each.

    Raises:
        SettingsError: there is no such pattern.
    """
    pattern = pattern_named(request.name)
    told: list[dict[str, Any]] = [
        {"name": one.name, "kind": one.kind.value, "values": _parts(one, request.given[one.name]), "people": []}
        for one in pattern.parameters
        if one.name in request.given and (one.default is None or request.given[one.name] != _written(one.default))
    ]
    asked = [one for one in told if one["kind"] == ParameterKind.PERSON]
    if asked:
        with workspace.reading() as connection:
            tables = IdentityTables(connection)
            for one in asked:
                identity = tables.find(one["values"][0]) or one["values"][0]
                found = drivers_of(connection, [identity])
                one["values"] = [identity]
                one["people"] = [{"identity_id": identity, "name": driver.name} for driver in found]
    return told


def _parts(parameter: Parameter, given: str) -> list[str]:
    return given.split(",") if parameter.kind is ParameterKind.WORDS else [given]
