"""What the map of the ports says of each: its name, how it reads, and whether it stands out from its own past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eligibility.ports.places import load_places

NOTHING = "no_crossings"
READINGS = ("riskier", "safer", "no_difference_shown", "cannot_tell", NOTHING)
"""Verdicts as the texts name them, those that say most first; the last is that no crossing of the port is known."""


@dataclass(frozen=True, slots=True)
class MappedPort:
    """A port of the `ports` document as it is drawn and listed.

    Args:
        state: of the US; empty where the port is in no list of places.
        reading: one of READINGS.
        has_signal: an alarm stands.
        crossings: known here, both sides.
    """

    code: str
    name: str
    state: str
    reading: str
    has_signal: bool
    crossings: int
    trucks: int | None


def mapped_ports(document: Mapping[str, Any]) -> list[MappedPort]:
    """The document's ports in its order, whether they can be placed or not."""
    raised = {signal["port_code"] for signal in document["signals"]}
    return [_mapped(row, row["port_code"] in raised) for row in document["rows"]]


def port_name(row: Mapping[str, Any]) -> str:
    """What a port of the document is called: by the loaded traffic, or by the list of places, or by its code."""
    place = load_places().get(row["port_code"])
    return str(row["port_name"] or (place.name if place else row["port_code"]))


def port_state(code: str) -> str:
    """The state that a port is in; empty where it is in no list of places."""
    place = load_places().get(code)
    return place.state if place else ""


def _mapped(row: Mapping[str, Any], has_signal: bool) -> MappedPort:  # noqa: FBT001 - a fact of the port
    sides = [row[side] for side in ("fast", "other") if row.get(side)]
    crossings = sum(side["crossings"] for side in sides)
    reading = str(row["verdict"]).replace(" ", "_") if crossings and row["verdict"] else NOTHING
    code, trucks = row["port_code"], row["volume"]["trucks"]
    return MappedPort(code, port_name(row), port_state(code), reading, has_signal, crossings, trucks)
