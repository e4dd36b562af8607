"""Two carriers of which one may be the other reopened, as facts, for tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from graph.successors import Traces
from linkage.schema import CARRIER, EMPLOYMENT, EVENT, VEHICLE

CLOSED = dt.date(2024, 3, 1)
KNOWN = dt.date(2026, 6, 30)

OLDER: dict[str, Any] = {
    "key": "US/100",
    "carrier": "US/100",
    "name": "Okafor Willow Trucking LLC",
    "name_key": "OKAFOR WILLOW TRUCKING",
    "usdot": "100",
    "address_key": "918|WILLOW BEND DR|LAREDO TX",
    "phone": "+17029191300",
    "officers": "N. Okafor",
    "status": "revoked",
    "revoked_on": CLOSED,
    "registered_on": dt.date(2012, 5, 2),
    "known_on": KNOWN,
}
"""Revoked on CLOSED after twelve years."""

YOUNGER: dict[str, Any] = OLDER | {
    "key": "US/200",
    "carrier": "US/200",
    "name": "Willow Summit Express Inc",
    "name_key": "WILLOW SUMMIT EXPRESS",
    "usdot": "200",
    "status": "active",
    "revoked_on": None,
    "registered_on": CLOSED + dt.timedelta(days=40),
}
"""Registered forty days later, with all but number and half a name the same."""

TRUCKS = tuple((carrier, f"V{n}") for carrier, count in (("US/100", 8), ("US/200", 6)) for n in range(count))
"""Six of the older's eight trucks stand under the younger too."""


def traces(
    *carriers: dict[str, Any],
    trucks: Sequence[tuple[str, str]] = (),
    events: Sequence[dict[str, Any]] = (),
    jobs: Sequence[dict[str, Any]] = (),
) -> Traces:
    """The facts that these rows make, each given to the carrier that it names."""
    text: dict[str, pl.DataType | type[pl.DataType]] = {"carrier": pl.String}
    held = [{"carrier": carrier, "vehicle": vehicle, "known_on": KNOWN} for carrier, vehicle in trucks]
    return Traces(
        carriers=pl.DataFrame(list(carriers), schema=CARRIER.columns | text),
        vehicles=pl.DataFrame(held, schema=VEHICLE.columns | text | {"vehicle": pl.String()}),
        events=pl.DataFrame(list(events), schema=EVENT.columns | text | {"vehicle": pl.String()}),
        employment=pl.DataFrame(list(jobs), schema=EMPLOYMENT.columns | text | {"identity_id": pl.String()}),
    )
