"""Where the ports of entry are: what a map needs, and a name for a port whose traffic is not loaded.

Source: Bureau of Transportation Statistics, Border Crossing/Entry Data (public domain); the 115 land ports by which
trucks entered from January 1996 to February 2025, as in fixtures/bts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Place:
    """A port of entry.

    Args:
        state: of the US, by its name.
        border: the country on the other side, CA or MX.
        latitude: degrees north; `longitude` degrees east.
    """

    name: str
    state: str
    border: str
    latitude: float
    longitude: float


@cache
def load_places() -> Mapping[str, Place]:
    """The ports by their code, in its order."""
    text = (resources.files("eligibility.ports") / "places.csv").read_text("utf-8")
    return {
        row["port_code"]: Place(
            row["port_name"], row["state"], row["border"], float(row["latitude"]), float(row["longitude"])
        )
        for row in csv.DictReader(text.splitlines())
    }
