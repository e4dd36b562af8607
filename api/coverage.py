"""What was ever checked on a driver, country by country: shown beside a score, never part of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw
import polars as pl

from api import scores
from api.records import facts_of
from eligibility.coverage import Result, coverage_of, coverage_of_enrolled
from eligibility.coverage_board import board, oldest_gaps
from eligibility.coverage_facts import CoverageFacts, evidence_of_checks
from eligibility.coverage_policy import load_coverage_policy
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.schema import FACTS, MEMBERSHIP, Kind

PERSON_COLUMNS = ("key", "licence_jurisdiction", "known_on")


@dataclass(frozen=True, slots=True)
class CoverageQuestion:
    """What is asked of everybody's coverage; None asks for all.

    Args:
        as_of: the day; None = the day of the scores.
        country: one country's cells.
        record_type: cells of one type.
        result: cells with one result.
    """

    as_of: date | None = None
    country: str | None = None
    record_type: str | None = None
    result: str | None = None

    def __post_init__(self) -> None:
        """The words asked for are ones there are.

        Raises:
            SettingsError: one is not.
        """
        policy = load_coverage_policy()
        known = {"country": policy.countries, "record_type": tuple(policy.good_for_days), "result": tuple(Result)}
        for name, words in known.items():
            asked = getattr(self, name)
            if asked is not None and asked not in words:
                raise SettingsError(f"--{name.replace('_', '-')}: give one of {', '.join(words)}")


def coverage_rows(workspace: Workspace, records: Sequence[str], day: date) -> list[dict[str, Any]]:
    """One row a country and record type that matters: when it was last checked and with what result."""
    with workspace.reading() as connection:
        members = pl.DataFrame({"record_key": list(records)}, schema_overrides={"record_key": pl.String})
        facts = _facts_about(workspace, connection, members.with_columns(identity_id=pl.lit("one")))
    people = pl.DataFrame({"identity_id": ["one"]})
    return documents(coverage_of(facts, people, day, load_coverage_policy()).drop("identity_id"))


def coverage_document(workspace: Workspace, question: CoverageQuestion, reference: str | None = None) -> dict[str, Any]:
    """The `coverage` document: cells of everybody who is enrolled, or of one driver.

    Args:
        reference: identity id, former id or source/record_id.

    Raises:
        UnknownRecord: the reference names nothing.
    """
    policy = load_coverage_policy()
    with workspace.reading() as connection:
        day = question.as_of or day_of(connection)
        if reference is None:
            frame = coverage_of_enrolled(facts_of_all(workspace, connection), day, policy)
        else:
            tables = IdentityTables(connection)
            identity = tables.require(reference)
            members = pl.DataFrame({"record_key": tables.records_of(identity)}).with_columns(
                identity_id=pl.lit(identity)
            )
            people = pl.DataFrame({"identity_id": [identity]})
            frame = coverage_of(_facts_about(workspace, connection, members), people, day, policy)
    wanted = [
        pl.col(name) == value
        for name in ("country", "record_type", "result")
        if (value := getattr(question, name)) is not None
    ]
    return _document(frame.filter(*wanted) if wanted else frame, day)


def board_document(workspace: Workspace, as_of: date | None = None) -> dict[str, Any]:
    """The `coverage --board` document: enrolled drivers counted by country, record type and result."""
    frame, day = coverage_table(workspace, as_of)
    return _document(board(frame, load_coverage_policy()), day) | {"drivers": frame["identity_id"].n_unique()}


def oldest_document(workspace: Workspace, as_of: date | None = None, limit: int | None = None) -> dict[str, Any]:
    """The `coverage --oldest` document: enrolled drivers with a gap, the oldest first."""
    frame, day = coverage_table(workspace, as_of)
    rows = oldest_gaps(frame, day)
    return _document(rows.head(limit) if limit else rows, day) | {"total": rows.height}


def coverage_table(workspace: Workspace, as_of: date | None = None) -> tuple[pl.DataFrame, date]:
    """Frame COVERAGE of everybody who is enrolled, and the day it is for."""
    with workspace.reading() as connection:
        day = as_of or day_of(connection)
        return coverage_of_enrolled(facts_of_all(workspace, connection), day, load_coverage_policy()), day


def day_of(connection: apsw.Connection) -> date:
    """The day that questions without one are about: the day of the scores, else today."""
    return scores.as_of(connection) or date.today()


def documents(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as JSON values."""
    return frame.with_columns(pl.selectors.date().dt.to_string("iso")).to_dicts()


def facts_of_all(workspace: Workspace, connection: apsw.Connection) -> CoverageFacts:
    """What coverage rests on, of everybody, at the ledger state of the connection."""
    loads = LoadTables(connection).ids()

    def current(kind: Kind, columns: Collection[str] | None = None) -> pl.DataFrame:
        return workspace.fact_store.current(kind, loads, list(columns or FACTS[kind].without("raw")))

    return CoverageFacts(
        memberships=IdentityTables(connection).memberships(),
        persons=current(Kind.PERSON, PERSON_COLUMNS),
        enrolments=current(Kind.ENROLMENT),
        employment=current(Kind.EMPLOYMENT, ("record_key", "carrier_key", "end_date", "known_on")),
        carriers=current(Kind.CARRIER, ("key", "country")),
        evidence=evidence_of_checks(current(Kind.CHECK)),
    )


def _facts_about(workspace: Workspace, connection: apsw.Connection, members: pl.DataFrame) -> CoverageFacts:
    """The same of a few records, read without reading everybody's."""
    keys = members["record_key"].to_list()

    def held(kind: Kind, column: str, values: Collection[str]) -> pl.DataFrame:
        return facts_of(workspace, connection, kind, column, values)

    employment = held(Kind.EMPLOYMENT, "record_key", keys)
    return CoverageFacts(
        memberships=MEMBERSHIP.conform(members),
        persons=held(Kind.PERSON, "key", keys),
        enrolments=held(Kind.ENROLMENT, "record_key", keys),
        employment=employment,
        carriers=held(Kind.CARRIER, "key", employment["carrier_key"].drop_nulls().unique().to_list()),
        evidence=evidence_of_checks(held(Kind.CHECK, "record_key", keys)),
    )


def _document(frame: pl.DataFrame, day: date) -> dict[str, Any]:
    return {"rows": documents(frame), "as_of": day.isoformat(), "policy": load_coverage_policy().version}
