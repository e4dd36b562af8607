"""The `sources` document: what was loaded when, for which days and countries, and by which models it was linked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import apsw

from api import scores
from api.restriction import restriction_of
from linkage.ledger import FactStore, LoadTables, Workspace
from linkage.model import SHIPPED, load_model, training_of
from linkage.schema import Kind
from linkage.sources import builtin_names, load_manifest

DAYS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PERSON: (),
    Kind.CARRIER: (),
    Kind.VEHICLE: (),
    Kind.EMPLOYMENT: ("start_date", "end_date"),
    Kind.DRIVING: ("date",),
    Kind.CARRIER_LINK: ("since",),
    Kind.EVENT: ("event_date",),
    Kind.ASSOCIATION: ("start_date", "end_date"),
    Kind.CHECK: ("checked_on",),
    Kind.ENROLMENT: ("enrolled_on",),
    Kind.CROSSING: ("date",),
    Kind.DECISION: (),
    Kind.PARTNER_ANSWER: ("as_of",),
    Kind.PORT_VOLUME: (),
}
"""Columns that say which days a kind of row is about."""
_COUNTRIES = (Kind.PERSON, Kind.CARRIER, Kind.CHECK, Kind.PARTNER_ANSWER)
_LOADED = (
    "SELECT source, count(DISTINCT load_id), min(today), max(today), max(finished_at), coalesce(sum(accepted), 0), "
    "coalesce(sum(rejected), 0), json_group_array(DISTINCT load_id) FROM load LEFT JOIN load_file USING (load_id) "
    "WHERE manifest <> '' GROUP BY source ORDER BY source"
)
"""Without manifest there is the load by which an expunging withdraws, which is of no source."""
MODELS = ("driver", "carrier", "carrier_succession")
"""Models that a workspace links people, carriers and their successions by."""


def sources_document(workspace: Workspace) -> dict[str, Any]:
    """Every source that was loaded, those that may be loaded and never were, and the linkage models."""
    with workspace.reading() as connection:
        restriction = restriction_of(connection)
        loaded = [_source(workspace.fact_store, row) for row in connection.execute(_LOADED)]
        may = [name for name, _ in restriction.manifests] or list(builtin_names())
        there = {row["source"] for row in loaded}
        day = scores.as_of(connection)
        return {
            "as_of": day.isoformat() if day else None,
            "loads": len(LoadTables(connection).ids()),
            "loaded": loaded,
            "never_loaded": [{"source": name, "title": _title(name)} for name in may if name not in there],
            "may_hold": restriction.document(),
            "models": [_model(name) for name in MODELS],
            "runs": _runs(connection),
        }


def _source(facts: FactStore, row: tuple[Any, ...]) -> dict[str, Any]:
    source, loads, first, last, finished, accepted, rejected, numbers = row
    of = [int(number) for number in numbers.strip("[]").split(",")]
    spans = {kind: facts.covered(kind, of, days) for kind, days in DAYS.items()}
    starts = [start for _, start, _ in spans.values() if start]
    ends = [end for _, _, end in spans.values() if end]
    countries = {country for kind in _COUNTRIES for country in facts.countries(kind, of)}
    return {
        "source": source,
        "title": _title(source),
        "loads": loads,
        "first_load_day": first,
        "last_load_day": last,
        "last_loaded_at": finished,
        "accepted": accepted,
        "rejected": rejected,
        "holds": {kind.value: rows for kind, (rows, _, _) in spans.items() if rows},
        "first_day": min(starts).isoformat() if starts else None,
        "last_day": max(ends).isoformat() if ends else None,
        "countries": sorted(countries),
    }


def _title(source: str) -> str | None:
    """What a source that comes along with the program holds; None for one of the workspace's own."""
    return load_manifest(source).title if source in builtin_names() else None


def _model(name: str) -> dict[str, Any]:
    model, said = load_model(name), training_of(name)
    return {
        "model": name,
        "file": SHIPPED[name],
        "version": model.version,
        "digest": model.digest[:8],
        "is_calibrated": model.is_calibrated,
        "trained_on": said.get("data"),
        "trained_how": said.get("method") or said.get("note"),
        "trained_at": said.get("at"),
    }


def _runs(connection: apsw.Connection) -> list[dict[str, Any]]:
    """The models of people that the runs named, oldest first; `is_present` for the one that comes along now."""
    present = load_model().digest
    rows = connection.execute("SELECT model, count(*), min(at), max(at) FROM run GROUP BY model ORDER BY min(at)")
    return [
        {"digest": str(digest)[:8], "runs": count, "first": first, "last": last, "is_present": digest == present}
        for digest, count, first, last in rows
    ]
