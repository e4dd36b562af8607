"""The driver's page and the page of an identity, from the `show` and `risk` documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

import numpy as np

from api.show import SHOWN
from api.web.marks import age, certainty
from eligibility.coverage_policy import load_coverage_policy
from graph.policy_file import load_policy

REASONS = 3
"""Contributions that the driver's page tells; the rest are on the page of linked risk."""
IDENTIFIERS = frozenset(
    {
        "curp",
        "rfc",
        "clave_elector",
        "fast_id",
        "licence",
        "passport",
        "ssn4",
        "national_id",
        "alien_number",
        "uci",
        "tax_id",
    }
)
_KNOWN = frozenset({"clear", "derogatory"})


def href(identity_id: str) -> str:
    """Address of a driver's page."""
    return f"/drivers/{quote(identity_id, safe='')}"


def name_of(document: Mapping[str, Any]) -> str:
    """The longest spelling of the name among the records, as recorded."""
    names = [
        " ".join(part for part in (raw.get("given_name"), raw.get("surname"), raw.get("second_surname")) if part)
        or str(raw.get("name") or "")
        for raw in (record["raw"] for record in document["records"])
    ]
    return max(names, key=len, default="")


def driver_view(document: Mapping[str, Any], risk: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the driver's page shows.

    Args:
        document: of `show`, with identifiers masked or not.
        risk: of the same day; None before the first scoring.
    """
    score = document["score"]
    born = _most_held(document, "birth_date")
    as_of = date.fromisoformat(score["as_of"]) if score else date.today()
    confidence = {record["key"]: record["confidence"] for record in document["records"]}
    known = [value for value in confidence.values() if value is not None]
    probability = min(known) if len(known) > 1 else None
    linked: Mapping[str, Any] = risk["linked"] if risk else {"contributions": [], "points": 0.0}
    return {
        "identity_id": document["identity_id"],
        "href": href(document["identity_id"]),
        "name": name_of(document),
        "birth_date": born,
        "age": age(born, as_of),
        "countries": sorted({record["country"] for record in document["records"] if record["country"]}),
        "records": document["records"],
        "probability": probability,
        "certainty": certainty(probability) if probability is not None else None,
        "enrolment": document["enrolment"],
        "score": score,
        "own_band": own_band(score["own"]) if score else None,
        "gaps": gaps(document["coverage"]),
        "events": _events(document["events"], confidence),
        "reasons": linked["contributions"][:REASONS],
        "linked_points": linked["points"],
        "hubs": len(risk["discounted_hubs"]) if risk else 0,
        "attributes": [row | {"is_identifier": row["attribute"] in IDENTIFIERS} for row in document["attributes"]],
        "former_ids": document["former_ids"],
        "possible": _one_a_person(document["possible_links"]),
        "weakest": document["weakest_link"],
        "side_by_side": side_by_side(document["records"]),
    }


def is_enrolled(enrolment: Mapping[str, Any] | None) -> bool:
    """Whether an enrolment has not ended: only then is there anything to review."""
    ended = load_coverage_policy().ended_statuses
    return enrolment is not None and (enrolment["status"] or "").strip().lower() not in ended


def gaps(coverage: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Record types that nobody knows anything of now: never asked first, then the oldest."""
    open_ = [row for row in coverage if row["result"] not in _KNOWN]
    return sorted(
        open_, key=lambda row: (row["result"] != "never", row["checked_on"] or "", row["country"], row["record_type"])
    )


def side_by_side(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row an attribute that any record has: what each says, as read and as received, and whether they differ."""
    rows = []
    for attribute in SHOWN:
        read = [record["standard"].get(attribute) for record in records]
        if all(value is None for value in read):
            continue
        differs = len({value for value in read if value is not None}) > 1
        cells = [
            {"value": value, "raw": record["raw"].get(attribute), "differs": differs and value is not None}
            for value, record in zip(read, records, strict=True)
        ]
        rows.append({"attribute": attribute, "cells": cells, "differs": differs})
    return rows


def own_band(figure: float) -> str:
    """The band of an own figure of 0 to 100."""
    return str(load_policy().scoring.bands(np.array([figure]))[0])


def _events(events: Sequence[Mapping[str, Any]], confidence: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Newest first, undated ones last, each with how likely it is theirs."""
    dated = [{**event, "theirs": confidence.get(event["record_key"]) or 0.0} for event in events]
    return sorted(dated, key=lambda event: (event["event_date"] or "", event["key"]), reverse=True)


def _one_a_person(links: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The likeliest pair with each other person."""
    first: dict[str, Mapping[str, Any]] = {}
    for link in links:
        first.setdefault(link["identity_id"], link)
    return list(first.values())


def _most_held(document: Mapping[str, Any], attribute: str) -> str | None:
    for row in document["attributes"]:
        if row["attribute"] == attribute:
            value: str = row["values"][0]["value"]
            return value
    return None
