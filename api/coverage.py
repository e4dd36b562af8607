"""What was ever checked on a driver, country by country: shown beside a score, never part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw
import polars as pl

from api import scores
from api.coverage_facts import facts_about, facts_of_all
from api.exchange_state import exchange_about, exchange_on
from eligibility.coverage import Result, coverage_of, coverage_of_enrolled
from eligibility.coverage_board import board, oldest_gaps
from eligibility.coverage_policy import load_coverage_policy
from eligibility.exchange import outstanding
from eligibility.exchange_policy import load_exchange_policy
from eligibility.sharing import may_have, sharing_of
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, Workspace


@dataclass(frozen=True, slots=True)
class CoverageQuestion:
    """What is asked of everybody's coverage; None asks for all.

    Args:
        as_of: the day; None = the day of the scores.
        country: one country's cells.
        record_type: cells of one type.
        result: cells with one result.
        may_go_to: cells that rest on a fact this country may be told.
    """

    as_of: date | None = None
    country: str | None = None
    record_type: str | None = None
    result: str | None = None
    may_go_to: str | None = None

    def __post_init__(self) -> None:
        """The words asked for are ones there are.

        Raises:
            SettingsError: one is not.
        """
        policy = load_coverage_policy()
        known = {
            "country": policy.countries,
            "record_type": tuple(policy.good_for_days),
            "result": tuple(Result),
            "may_go_to": policy.countries,
        }
        for name, words in known.items():
            asked = getattr(self, name)
            if asked is not None and asked not in words:
                raise SettingsError(f"--{name.replace('_', '-')}: give one of {', '.join(words)}")


def coverage_rows(workspace: Workspace, records: Sequence[str], day: date) -> list[dict[str, Any]]:
    """One row a country and record type that matters: when it was last checked and with what result."""
    with workspace.reading() as connection:
        frame = _of_one(workspace, connection, records, day)
    return documents(_shared(frame).drop("identity_id"))


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
            cells = coverage_of_enrolled(facts_of_all(workspace, connection, day), day, policy)
            frame = _with_requests(cells, exchange_on(workspace, connection, day)[0])
        else:
            tables = IdentityTables(connection)
            identity = tables.require(reference)
            cells = _of_one(workspace, connection, tables.records_of(identity), day)
            frame = cells.with_columns(identity_id=pl.lit(identity))
    wanted = [
        pl.col(name) == value
        for name in ("country", "record_type", "result")
        if (value := getattr(question, name)) is not None
    ]
    picked = _shared(frame.filter(*wanted) if wanted else frame)
    return _document(picked if question.may_go_to is None else picked.filter(may_have(question.may_go_to)), day)


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
        return coverage_of_enrolled(facts_of_all(workspace, connection, day), day, load_coverage_policy()), day


def day_of(connection: apsw.Connection) -> date:
    """The day that questions without one are about: the day of the scores, else today."""
    return scores.as_of(connection) or date.today()


def documents(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as JSON values."""
    return frame.with_columns(pl.selectors.date().dt.to_string("iso")).to_dicts()


def _of_one(workspace: Workspace, connection: apsw.Connection, records: Sequence[str], day: date) -> pl.DataFrame:
    """Frame COVERAGE of the holder of some records, who is called `one`, with what was asked and not answered."""
    facts, people = facts_about(workspace, connection, records, day), pl.DataFrame({"identity_id": ["one"]})
    requests = exchange_about(workspace, connection, records, day).with_columns(identity_id=pl.lit("one"))
    return _with_requests(coverage_of(facts, people, day, load_coverage_policy()), requests)


def _with_requests(cells: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """The cells, each with the request that waits for an answer about it; nulls where none does."""
    return cells.join(
        outstanding(standing), on=["identity_id", "country", "record_type"], how="left", maintain_order="left"
    )


def _shared(frame: pl.DataFrame) -> pl.DataFrame:
    """The cells with the owner of the fact each rests on, and all who may be told it; nobody where there is no fact."""
    facts = (
        frame.select("check", "country").unique().drop_nulls().with_columns(key="check", source=pl.lit(None, pl.String))
    )
    rules = facts.select("check", "country").hstack(sharing_of(facts, {}, load_exchange_policy()).drop("key"))
    told = frame.join(rules, on=["check", "country"], how="left", maintain_order="left")
    return told.with_columns(pl.col("may_go_to").fill_null([]))


def _document(frame: pl.DataFrame, day: date) -> dict[str, Any]:
    return {"rows": documents(frame), "as_of": day.isoformat(), "policy": load_coverage_policy().version}
