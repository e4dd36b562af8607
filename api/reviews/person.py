"""Who a review is about, and who else that may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import apsw
import polars as pl

from api.records import facts_of
from api.show import show
from eligibility.reviews.tables import Review
from linkage.ledger import IdentityTables, Workspace
from linkage.schema import Kind

DOUBLES = 5
"""People who may be the driver whose events are shown, the likeliest."""


def driver_shown(
    workspace: Workspace, connection: apsw.Connection, review: Review, records: Mapping[str, float]
) -> dict[str, Any]:
    """Who it is: former ids, attributes with the records that hold them, enrolment, and how sure the identity is."""
    if not records:
        return {"identity_id": review.identity_id, "former_ids": [], "attributes": [], "enrolment": None}
    shown = show(workspace, connection, review.identity_id)
    names = ("identity_id", "former_ids", "attributes", "enrolment", "weakest_link", "possible_links", "history")
    return {name: shown[name] for name in names}


def events_of_doubles(
    workspace: Workspace, connection: apsw.Connection, driver: Mapping[str, Any]
) -> list[tuple[str, pl.DataFrame, dict[str, float]]]:
    """Identity, events and confidence by record of the likeliest of those who may be the driver.

    What they did is the driver's only if they are one, so each record's confidence is that of the link.
    """
    likeliest: dict[str, float] = {}
    for link in driver.get("possible_links", ()):
        likeliest.setdefault(link["identity_id"], link["probability"])
    found = []
    for other, probability in list(likeliest.items())[:DOUBLES]:
        records = dict.fromkeys(IdentityTables(connection).records_of(other), probability)
        found.append((other, facts_of(workspace, connection, Kind.EVENT, "record_key", list(records)), records))
    return found
