"""The `show` document: one driver, from the records as received to what became of the identity."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import apsw
import polars as pl

from api.records import facts_of
from api.weakest import weakest_link
from linkage.ledger import IdentityTables, Workspace
from linkage.schema import FACT, Kind

SHOWN: tuple[str, ...] = (
    "given_name",
    "surname",
    "second_surname",
    "birth_date",
    "sex",
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
    "phone",
    "email",
    "address",
)
"""Attributes compared side by side, in the order they are shown."""

_EVENT_COLUMNS = (
    "key",
    "source",
    "event_id",
    "record_key",
    "incident_id",
    "event_type",
    "code",
    "event_date",
    "severity",
    "status",
    "description",
    "vin",
    "carrier_key",
    "port_code",
    "known_on",
    "quality",
)
_ENROLMENT_COLUMNS = (
    "source",
    "record_key",
    "fast_id",
    "status",
    "enrolled_on",
    "expires_on",
    "last_vetted_on",
    "citizenship",
    "residence",
    "approved_by",
)
SCORE_COLUMNS: tuple[str, ...] = (
    "score",
    "band",
    "own",
    "linked",
    "linked_band",
    "linked_with_possible",
    "as_of",
    "policy",
)


def show(workspace: Workspace, connection: apsw.Connection, reference: str) -> dict[str, Any]:
    """Everything held on the driver behind an identity id, a former id or `source/record_id`, without coverage.

    Raises:
        UnknownRecord: the reference names nothing.
    """
    tables = IdentityTables(connection)
    identity_id = tables.require(reference)
    keys = tables.records_of(identity_id)
    persons = facts_of(workspace, connection, Kind.PERSON, "key", keys)
    events = facts_of(workspace, connection, Kind.EVENT, "record_key", keys)
    return {
        "identity_id": identity_id,
        "former_ids": tables.former_ids(identity_id),
        "records": _records(connection, identity_id, persons),
        "attributes": _attributes(persons),
        "events": _rows(events.sort("event_date", "key", nulls_last=True), _EVENT_COLUMNS),
        "enrolment": _enrolment(workspace, connection, keys),
        "score": _score(connection, identity_id),
        "weakest_link": weakest_link(connection, identity_id),
        "possible_links": _possible_links(connection, identity_id, keys),
        "history": tables.moves_of(identity_id),
    }


def _records(connection: apsw.Connection, identity_id: str, persons: pl.DataFrame) -> list[dict[str, Any]]:
    confidence = dict(
        connection.execute("SELECT record_key, confidence FROM membership WHERE identity_id = ?", (identity_id,))
    )
    records = []
    for row in persons.iter_rows(named=True):
        standard = {name: value for name, value in row.items() if name not in FACT and name != "record_id"}
        records.append(
            {
                "key": row["key"],
                "source": row["source"],
                "record_id": row["record_id"],
                "country": row["country"],
                "confidence": confidence.get(row["key"]),
                "known_on": row["known_on"].isoformat(),
                "line": row["line"],
                "raw": json.loads(row["raw"]),
                "standard": standard,
                "suspect": row["suspect"] or [],
            }
        )
    return records


def _attributes(persons: pl.DataFrame) -> list[dict[str, Any]]:
    """Each attribute's different values with the records that hold them, most held first."""
    listed = []
    for name in SHOWN:
        held: dict[str, list[str]] = {}
        for key, value in persons.select("key", name).iter_rows():
            if value is not None:
                held.setdefault(value, []).append(key)
        values = [{"value": value, "records": keys} for value, keys in held.items()]
        if values:
            values.sort(key=lambda item: (-len(item["records"]), item["value"]))
            listed.append({"attribute": name, "values": values, "agrees": len(values) == 1})
    return listed


def _rows(frame: pl.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    dated = frame.select(columns).with_columns(pl.selectors.date().dt.to_string("%Y-%m-%d"))
    return dated.to_dicts()


def _enrolment(workspace: Workspace, connection: apsw.Connection, keys: Sequence[str]) -> dict[str, Any] | None:
    """The newest enrolment of any of the records, None where nobody is enrolled."""
    found = facts_of(workspace, connection, Kind.ENROLMENT, "record_key", keys)
    newest = found.sort("enrolled_on", "key", nulls_last=False).tail(1)
    rows = _rows(newest, _ENROLMENT_COLUMNS)
    return rows[0] if rows else None


def _score(connection: apsw.Connection, identity_id: str) -> dict[str, Any] | None:
    row = connection.execute(
        f"SELECT {', '.join(SCORE_COLUMNS)} FROM score WHERE identity_id = ?",  # noqa: S608
        (identity_id,),
    ).fetchone()
    return dict(zip(SCORE_COLUMNS, row, strict=True)) if row else None


def _possible_links(connection: apsw.Connection, identity_id: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Pairs of one of the records with a record of somebody else, kept for a reviewer, likeliest first."""
    rows = connection.execute(
        "WITH k AS (SELECT value AS record FROM json_each(?1)), p AS ("
        "SELECT k.record, record_r AS other, match_probability, match_weight "
        "FROM k JOIN scored_pair ON record_l = k.record "
        "UNION ALL "
        "SELECT k.record, record_l, match_probability, match_weight FROM k JOIN scored_pair ON record_r = k.record) "
        "SELECT p.record, p.other, o.identity_id, p.match_probability, p.match_weight "
        "FROM p JOIN membership o ON o.record_key = p.other WHERE o.identity_id <> ?2 "
        "ORDER BY p.match_weight DESC, p.record, p.other",
        (json.dumps(list(keys)), identity_id),
    )
    names = ("record", "other", "identity_id", "probability", "bits")
    return [dict(zip(names, row, strict=True)) for row in rows]
