"""What a partner is told of a driver: the least that finds the person, from facts it may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import polars as pl

from eligibility.exchange_packets import Identifier, Subject
from eligibility.exchange_policy import Partner
from linkage.schema import PERSON
from linkage.standardise.places import Places

Row = dict[str, Any]

PERSON_COLUMNS = (
    *(
        "key",
        "source",
        "country",
        "given_name",
        "surname",
        "second_surname",
        "birth_date",
        "curp",
        "fast_id",
        "licence",
    ),
    *("licence_number", "licence_jurisdiction", "passport", "national_id", "suspect"),
)


def subjects_of(persons: pl.DataFrame, partner: Partner, anchors: dict[str, str]) -> dict[str, Subject]:
    """Whom to ask the partner about, by identity; a driver of whom too little may be told is left out.

    The name is one record's: the partner country's own spelling first, then the anchor's. Beside it stand the birth
    date and one identifier that the partner knows, each the one most records give.

    Args:
        persons: PERSON with identity_id, the records that the partner may be told of.
        anchors: identity_id to the record that stands for the driver.
    """
    places = Places.load()
    found: dict[str, Subject] = {}
    rows = PERSON.conform(persons).with_columns(persons["identity_id"]).sort("identity_id", "key")
    for (identity,), group in rows.group_by("identity_id", maintain_order=True):
        subject = _subject(group.to_dicts(), partner, anchors.get(str(identity)), places)
        if subject is not None:
            found[str(identity)] = subject
    return found


def _subject(records: Sequence[Row], partner: Partner, anchor: str | None, places: Places) -> Subject | None:
    named = [row for row in records if row["surname"]]
    if not named:
        return None
    best = min(
        named,
        key=lambda row: (not row["given_name"], row["country"] != partner.country, row["key"] != anchor, row["key"]),
    )
    born = _most(text for row in records if (text := row["birth_date"]) and len(text) == 10)
    identifier = next(
        (one for kind in partner.identifiers if (one := _identifier(kind, records, partner, places))), None
    )
    if born is None and identifier is None:
        return None
    return Subject(
        given_name=best["given_name"],
        surname=best["surname"],
        second_surname=best["second_surname"],
        birth_date=None if born is None else date.fromisoformat(born),
        identifier=identifier,
    )


def _identifier(kind: str, records: Sequence[Row], partner: Partner, places: Places) -> Identifier | None:
    """The identifier of a kind that most records give, where it is the partner's to know."""
    if kind != "licence":
        value = _most(text for row in records if (text := row[kind]) and kind not in (row["suspect"] or []))
        return None if value is None else Identifier(kind=kind, value=value)
    own = [
        row
        for row in records
        if row["licence_number"]
        and row["licence_jurisdiction"]
        and places.owner(row["licence_jurisdiction"]) == partner.country
    ]
    key = _most(row["licence"] for row in own)
    row = next((row for row in own if row["licence"] == key), None)
    if row is None:
        return None
    return Identifier(kind=kind, value=row["licence_number"], issuer=row["licence_jurisdiction"])


def _most(values: Iterable[str]) -> str | None:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value)) if counts else None
