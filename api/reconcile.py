"""OpenRefine's reconciliation protocol over matching: queries of a spreadsheet's rows in, people out.

Source: W3C Entity Reconciliation Community Group, Reconciliation Service API 0.2 (final report of 10 April 2023).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.drivers import Driver, drivers_of
from api.match import Matcher
from api.match_answer import Asked, Possible, RecordMatch
from linkage.ledger import IdentityTables, Workspace
from linkage.schema import Verdict

PERSON_TYPE = {"id": "person", "name": "Driver"}
DEFAULT_LIMIT = 5
NAME_PARTS = frozenset({"full_name", "given_name", "surname"})
DATE_ORDERS: Mapping[str, str] = {"birth_date": "YMD", "birth_date_dmy": "DMY", "birth_date_mdy": "MDY"}
"""Properties that are a birth date, and how it is written."""
_LEFT_OUT = frozenset({"source", "record_id", "received_on", "license_number", "license_jurisdiction", "entity_type"})
_NAMES = {"birth_date": "birth date (year first)", "curp": "CURP", "rfc": "RFC", "fast_id": "FAST id", "uci": "UCI"}
_MORE = {"birth_date_dmy": "birth date (day first)", "birth_date_mdy": "birth date (month first)"}


@dataclass(frozen=True, slots=True)
class ReconQuery:
    """One row of a spreadsheet.

    Args:
        text: the cell that is reconciled: a whole name.
        properties: property to text.
        is_person: whether people are among the types asked for.
        limit: candidates to return.
    """

    text: str
    properties: Mapping[str, str] = field(default_factory=dict)
    is_person: bool = True
    limit: int = DEFAULT_LIMIT

    @property
    def record(self) -> dict[str, str | None]:
        """The row as a record; the cell is the name unless columns were mapped to its parts."""
        stated: dict[str, str | None] = {
            "birth_date" if name in DATE_ORDERS else name: text for name, text in self.properties.items()
        }
        return stated if NAME_PARTS & stated.keys() or not self.text else {**stated, "full_name": self.text}

    @property
    def date_order(self) -> str:
        """How the row's birth date is written; year first where it says none."""
        return next((order for name, order in DATE_ORDERS.items() if name in self.properties), "YMD")


def properties(fields: Sequence[str]) -> list[dict[str, str]]:
    """Every property that a column can be mapped to, by name.

    Args:
        fields: that a record may state.
    """
    named = {name: _NAMES.get(name, name.replace("_", " ")) for name in fields if name not in _LEFT_OUT} | _MORE
    return [{"id": name, "name": text} for name, text in sorted(named.items(), key=lambda item: item[1])]


@dataclass(frozen=True)
class Reconciled:
    """Results of a batch, by the queries' own keys, and everybody who is shown."""

    results: dict[str, dict[str, Any]]
    people: list[str]


def reconcile(workspace: Workspace, matcher: Matcher, queries: Mapping[str, ReconQuery], today: date) -> Reconciled:
    """The people that each row may be, likeliest first.

    `match` is true only where a load of the row would put it into one identity that is there, and into no other.

    Raises:
        MatchNotReady: the index of the workspace is still being made.
    """
    found = _matched(matcher, {key: query for key, query in queries.items() if query.is_person}, today)
    best = {key: _best(matched)[: queries[key].limit] for key, matched in found.items()}
    people = list(dict.fromkeys(c.identity_id for candidates in best.values() for c, _ in candidates))
    with workspace.reading() as connection:
        shown = {driver.identity_id: driver for driver in drivers_of(connection, people)}
    results = {
        key: {
            "result": [
                _candidate(candidate, shown[candidate.identity_id], is_match=is_match)
                for candidate, is_match in best.get(key, ())
                if candidate.identity_id in shown
            ]
        }
        for key in queries
    }
    return Reconciled(results, people)


def driver_line(workspace: Workspace, reference: str) -> Driver:
    """One line on a driver.

    Raises:
        UnknownRecord: the reference names nobody.
    """
    with workspace.reading() as connection:
        return drivers_of(connection, [IdentityTables(connection).require(reference)])[0]


def _matched(matcher: Matcher, queries: Mapping[str, ReconQuery], today: date) -> dict[str, RecordMatch]:
    """What is found of each query; those whose dates are written alike are read together."""
    out: dict[str, RecordMatch] = {}
    for order in sorted({query.date_order for query in queries.values()}):
        some = {key: query for key, query in queries.items() if query.date_order == order}
        found = matcher.match([query.record for query in some.values()], Asked(today, date_order=order))
        out.update(zip(some, found.records, strict=True))
    return out


def _best(found: RecordMatch) -> list[tuple[Possible, bool]]:
    """The likeliest record of each identity, and whether a load would join the row with this identity alone."""
    candidates = found.candidates
    joined = {candidate.identity_id for candidate in candidates if candidate.verdict is Verdict.SAME}
    first: dict[str, Possible] = {}
    for candidate in candidates:
        held = first.setdefault(candidate.identity_id, candidate)
        if candidate.verdict is Verdict.SAME and held.verdict is not Verdict.SAME:
            first[candidate.identity_id] = candidate
    return [(candidate, joined == {candidate.identity_id}) for candidate in first.values()]


def _candidate(candidate: Possible, driver: Driver, *, is_match: bool) -> dict[str, Any]:
    said = candidate.explanation
    told = (driver.birth_date, ", ".join(driver.countries), f"{driver.records} record{'s' * (driver.records != 1)}")
    features: list[dict[str, Any]] = [{"id": "bits", "value": said.bits}, {"id": "prior", "value": said.prior_bits}]
    features += [{"id": f"bits_{row.attribute}", "value": row.bits} for row in said.by_attribute]
    return {
        "id": driver.identity_id,
        "name": driver.name,
        "description": " · ".join(part for part in told if part),
        "type": [PERSON_TYPE],
        "score": 100.0 * said.probability,
        "match": is_match,
        "features": features,
    }
