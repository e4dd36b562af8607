"""Gathers what coverage rests on: who people are, where they belong, and every kind of evidence about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import apsw
import polars as pl

from api.records import facts_of
from eligibility.coverage_absence import FullDump, Presence, evidence_of_absence
from eligibility.coverage_facts import EVIDENCE, CoverageFacts, evidence_of_checks, known_by
from eligibility.exchange import JUDGED, evidence_of_answers
from eligibility.exchange_judging import PERSON_COLUMNS, judge_answers
from eligibility.exchange_policy import load_exchange_policy
from eligibility.exchange_tables import ExchangeTables
from eligibility.matters import Audience
from eligibility.policy_file import load_eligibility_policy
from eligibility.sharing import Declaration, declarations
from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.ledger.loads import LoadRow
from linkage.schema import FACTS, MEMBERSHIP, Kind
from linkage.sources import LoadMode
from linkage.sources.declared import Completeness

EVENTS = (*("key", "source", "record_key", "incident_id", "code", "event_type", "event_date", "status", "known_on"),)
ISSUERS = ("key", "source", "licence_jurisdiction", "is_derogatory", "known_on")


class Reader(Protocol):
    """Current facts of a kind, without the text as received."""

    def __call__(self, kind: Kind, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The facts with these columns, or all."""
        ...


def facts_of_all(workspace: Workspace, connection: apsw.Connection, as_of: dt.date) -> CoverageFacts:
    """What coverage rests on, of everybody, at the ledger state of the connection."""
    loads = LoadTables(connection).ids()

    def current(kind: Kind, columns: Sequence[str] | None = None) -> pl.DataFrame:
        return workspace.fact_store.current(kind, loads, columns or FACTS[kind].without("raw"))

    memberships = IdentityTables(connection).memberships()
    return CoverageFacts(
        memberships=memberships,
        persons=current(Kind.PERSON, ("key", "licence_jurisdiction", "known_on")),
        enrolments=current(Kind.ENROLMENT),
        employment=current(Kind.EMPLOYMENT, ("record_key", "carrier_key", "end_date", "known_on")),
        carriers=current(Kind.CARRIER, ("key", "country")),
        evidence=evidence(current, connection, memberships.select("record_key", "identity_id"), as_of),
    )


def facts_about(
    workspace: Workspace, connection: apsw.Connection, records: Collection[str], as_of: dt.date
) -> CoverageFacts:
    """The same of one driver, whose identity is called `one`, read without reading everybody's."""
    members = pl.DataFrame({"record_key": pl.Series(list(records), dtype=pl.String)}).with_columns(
        identity_id=pl.lit("one")
    )
    few = _Few(workspace, connection, members["record_key"].to_list())
    requests, judged = few.answers(as_of)
    employment = few.held(Kind.EMPLOYMENT, "record_key")
    return CoverageFacts(
        memberships=MEMBERSHIP.conform(members),
        persons=few.held(Kind.PERSON, "key"),
        enrolments=few.held(Kind.ENROLMENT, "record_key"),
        employment=employment,
        carriers=few.held(Kind.CARRIER, "key", employment["carrier_key"].drop_nulls().unique().to_list()),
        evidence=pl.concat(
            [
                evidence_of_checks(few.held(Kind.CHECK, "record_key")),
                evidence_of_answers(requests, judged),
                few.absence(members, as_of),
            ]
        ),
    )


def answers_about(
    workspace: Workspace, connection: apsw.Connection, records: Collection[str], as_of: dt.date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Frame REQUEST about the holder of some records, and frame JUDGED of what came in answer by the day."""
    return _Few(workspace, connection, list(records)).answers(as_of)


def evidence(
    current: Reader,
    connection: apsw.Connection,
    members: pl.DataFrame,
    as_of: dt.date,
    only: Collection[str] | None = None,
) -> pl.DataFrame:
    """EVIDENCE of everybody by the day: checks, accepted answers of partners, and absence from complete sources.

    Args:
        current: reads facts.
        connection: the view of the ledger that requests and loads are read from.
        members: record_key and identity_id of everybody.
        only: answers about the drivers of these records alone are judged; None = about everybody.
    """
    tables = ExchangeTables(connection)
    requests = tables.requests() if only is None else tables.requests_about(only)
    found = [evidence_of_checks(current(Kind.CHECK))]
    if requests.height:
        found.append(evidence_of_answers(requests, judged_of(current, requests, members, as_of)))
    dumps = full_dumps(connection)
    if dumps:
        presence = Presence(
            members,
            current(Kind.PERSON, ISSUERS),
            current(Kind.EVENT, EVENTS),
            IdentityTables(connection).possible_links(),
            _cleared_codes(),
        )
        found.append(evidence_of_absence(dumps, presence, as_of))
    return pl.concat(found)


def judged_of_all(current: Reader, requests: pl.DataFrame, members: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Frame JUDGED of every answer known by the day.

    Args:
        requests: REQUEST, of everybody.
    """
    return _judged(current, known_by(current(Kind.PARTNER_ANSWER), as_of), requests, members)


def judged_of(current: Reader, requests: pl.DataFrame, members: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Frame JUDGED of the answers known by the day that name one of some requests (REQUEST)."""
    answers = known_by(current(Kind.PARTNER_ANSWER), as_of).join(requests, on="request_id", how="semi")
    return _judged(current, answers, requests, members)


def _judged(current: Reader, answers: pl.DataFrame, requests: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    if not answers.height:
        return JUDGED.empty()
    return judge_answers(answers, requests, members, current(Kind.PERSON, PERSON_COLUMNS), load_exchange_policy())


def full_dumps(connection: apsw.Connection) -> list[FullDump]:
    """Loads that were a full dump of a source whose manifest declares itself complete, oldest first."""
    found = []
    for row in _declared(connection, "complete_for"):
        told = row.summary
        if row.mode == LoadMode.SNAPSHOT and told["sources"]:  # a file without a row is nobody's full dump
            claims = tuple(Completeness.model_validate(claim) for claim in told["complete_for"])
            day, sources = dt.date.fromisoformat(row.today), tuple(told["sources"])
            basis = told.get("legal_basis")
            dump = FullDump(row.load_id, row.source, day, told["country"], sources, claims, basis)
            found.append(replace(dump, is_whole=not told["rejected"]))
    return found


def _cleared_codes() -> frozenset[str]:
    grounds = load_eligibility_policy().codes.values()
    return frozenset(ground.code for ground in grounds if ground.audience is Audience.CLEARED)


def declarations_of(connection: apsw.Connection) -> dict[str, Declaration]:
    """What the manifests of all loads say of whose their facts are, by source."""
    told = []
    for row in _declared(connection, "sources"):
        allowed = row.summary["may_go_to"]
        rule = Declaration(row.summary["owner"], None if allowed is None else tuple(allowed))
        told.append((row.summary["sources"], rule))
    return declarations(told)


def _declared(connection: apsw.Connection, name: str) -> list[LoadRow]:
    tables = LoadTables(connection)
    rows = (tables.get(load_id) for load_id in tables.ids())
    return [row for row in rows if row is not None and row.summary.get(name)]


@dataclass(frozen=True)
class _Few:
    """Current facts of a few records."""

    workspace: Workspace
    connection: apsw.Connection
    keys: list[str]

    def held(self, kind: Kind, column: str, values: Collection[str] | None = None) -> pl.DataFrame:
        """Facts of a kind whose column is one of the values, by default of the records' keys."""
        return facts_of(self.workspace, self.connection, kind, column, self.keys if values is None else values)

    def answers(self, as_of: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
        """REQUEST about the records, and JUDGED of what came in answer by the day."""
        requests = ExchangeTables(self.connection).requests_about(self.keys)
        if not requests.height:
            return requests, JUDGED.empty()
        answers = known_by(self.held(Kind.PARTNER_ANSWER, "request_id", requests["request_id"].to_list()), as_of)
        tables = IdentityTables(self.connection)
        named = [*self.keys, *answers["record_key"].drop_nulls()]
        members = [(key, identity) for key in dict.fromkeys(named) if (identity := tables.find(key))]
        frame = pl.DataFrame(members, schema={"record_key": pl.String, "identity_id": pl.String}, orient="row")
        judged = judge_answers(answers, requests, frame, self.held(Kind.PERSON, "key"), load_exchange_policy())
        return requests, judged

    def absence(self, members: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
        """EVIDENCE of the records not being in sources that are complete for the person."""
        dumps = full_dumps(self.connection)
        if not dumps:
            return EVIDENCE.empty()
        mine = pl.col("record_l").is_in(self.keys) | pl.col("record_r").is_in(self.keys)
        possible = IdentityTables(self.connection).possible_links().filter(mine)
        near = [*self.keys, *possible["record_l"], *possible["record_r"]]
        persons, events = self.held(Kind.PERSON, "key", near), self.held(Kind.EVENT, "record_key", near)
        return evidence_of_absence(dumps, Presence(members, persons, events, possible, _cleared_codes()), as_of)
