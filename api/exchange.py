"""Gaps put to partners, answers taken in, late ones chased: each change with a person, a day and a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import apsw
import polars as pl

from api.also import Also, nothing
from api.coverage import day_of
from api.coverage_facts import declarations_of, facts_of_all
from api.exchange_list import list_requests
from api.exchange_state import exchange_on, reader_of
from eligibility.coverage import coverage_of_enrolled
from eligibility.coverage_facts import CoverageFacts, enrolled, known_by
from eligibility.coverage_policy import load_coverage_policy
from eligibility.exchange import LeftOut, State, askable, request_id
from eligibility.exchange_packets import Packet, PacketFile, Subject, packet_file
from eligibility.exchange_policy import ExchangePolicy, Partner, load_exchange_policy
from eligibility.exchange_subject import PERSON_COLUMNS, subjects_of
from eligibility.exchange_tables import ExchangeTables, NewRequest
from eligibility.sharing import may_have, sharing_of
from eligibility.trail import Step, Trail
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import IdentityTables, Workspace
from linkage.schema import Kind


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when and why.

    Args:
        actor: the person.
        reason: in words that others can check.
        today: the day; None = the day of the scores.
        also: what else is written with it, told the ids of the requests.
    """

    actor: str
    reason: str
    today: date | None = None
    also: Also = nothing

    def __post_init__(self) -> None:
        """Somebody does it, for a reason.

        Raises:
            SettingsError: no person or no reason is given.
        """
        if not self.actor.strip():
            raise SettingsError("the exchange needs a person: set CROSSLANE_ACTOR to a name")
        if not self.reason.strip():
            raise SettingsError("--reason: say why, in words that others can check")


@dataclass(frozen=True, slots=True)
class Ask:
    """Which gaps to ask about.

    Args:
        partner: the country asked.
        record_type: one type only.
        driver: one driver only.
        limit: requests made at most.
    """

    partner: str
    record_type: str | None = None
    driver: str | None = None
    limit: int = 1000


def request_gaps(workspace: Workspace, ask: Ask, act: Act) -> dict[str, Any]:
    """Every askable gap of enrolled drivers has its request and packet, the oldest gap first.

    Returns:
        The new requests as rows, and how many gaps were left out for each reason.

    Raises:
        SettingsError: there is no such partner, or no person or reason is given.
        UnknownRecord: the driver names nothing.
    """
    policy = load_exchange_policy()
    partner = policy.partner(ask.partner)

    def look() -> tuple[date, list[NewRequest], Counter[str]]:
        with workspace.reading() as connection:
            day = act.today or day_of(connection)
            return day, *_requests(workspace, connection, (ask, partner, policy), (act, day))

    with workspace.considered(look) as (connection, (day, made, left_out)):
        tables = ExchangeTables(connection)
        for request in made:
            tables.insert(request)
        told = {
            one.request_id: {"partner": one.partner, "record_type": one.record_type, "due_on": one.due_on}
            for one in made
        }
        _record(connection, act, "request made", told)
        act.also(connection, {"request_ids": list(told), "left_out": dict(left_out)})
    return list_requests(workspace, day, only=list(told)) | {"left_out": dict(left_out)}


def export(
    workspace: Workspace, act: Act, partner: str, ids: Sequence[str] = ()
) -> tuple[PacketFile, list[dict[str, Any]]]:
    """The packets of requests that wait for an answer, and that they were told to the partner is on record.

    A partner is told of nobody who is no member any more.

    Args:
        partner: whose requests.
        ids: these requests; none = all that are open or overdue.

    Returns:
        The packets, and the requests as rows.

    Raises:
        UnknownRecord: an id names no request to the partner about a member.
    """
    load_exchange_policy().partner(partner)
    waiting = {State.OPEN.value, State.OVERDUE.value}

    def look() -> list[dict[str, Any]]:
        found = list_requests(workspace, act.today)
        members = _members(workspace, date.fromisoformat(found["as_of"]))
        rows = [row for row in found["rows"] if row["partner"] == partner and row["identity_id"] in members]
        missing = set(ids) - {row["request_id"] for row in rows}
        if missing:
            raise UnknownRecord(f"no request to {partner} about a member has the id {min(missing)}")
        return [row for row in rows if (row["request_id"] in ids if ids else row["state"] in waiting)]

    with workspace.considered(look) as (connection, picked):
        _record(connection, act, "packet exported", {row["request_id"]: {"partner": partner} for row in picked})
        packets = packet_file(ExchangeTables(connection).packets(row["request_id"] for row in picked))
    return packets, picked


def _members(workspace: Workspace, day: date) -> set[str]:
    with workspace.reading() as connection:
        facts = facts_of_all(workspace, connection, day)
    return set(enrolled(facts, day, load_coverage_policy())["identity_id"])


def chase(workspace: Workspace, act: Act, partner: str | None = None) -> dict[str, Any]:
    """Every overdue request about a driver who is still a member is chased and has a new day to be answered by.

    Args:
        partner: of one partner only.

    Returns:
        The chased requests as rows, and how many were left alone since their driver is no member any more.
    """
    policy = load_exchange_policy()
    if partner is not None:
        policy.partner(partner)
    told: dict[str, dict[str, Any]] = {}

    def look() -> tuple[date, list[dict[str, Any]], set[str]]:
        late = list_requests(workspace, act.today, State.OVERDUE)
        day, of = date.fromisoformat(late["as_of"]), {*policy.partners} if partner is None else {partner}
        return day, [row for row in late["rows"] if row["partner"] in of], _members(workspace, day)

    with workspace.considered(look) as (connection, (day, rows, members)):
        tables = ExchangeTables(connection)
        for row in rows:
            if row["identity_id"] in members:
                due = day + timedelta(days=policy.partner(row["partner"]).chase_days)
                number = tables.chase(row["request_id"], day, due, (act.actor, act.reason))
                told[row["request_id"]] = {"chase": number, "due_on": due.isoformat()}
        _record(connection, act, "request chased", told)
        act.also(connection, {"request_ids": list(told), "no_member_any_more": len(rows) - len(told)})
    return list_requests(workspace, day, only=list(told)) | {"no_member_any_more": len(rows) - len(told)}


def _requests(
    workspace: Workspace, connection: apsw.Connection, whom: tuple[Ask, Partner, ExchangePolicy], when: tuple[Act, date]
) -> tuple[list[NewRequest], Counter[str]]:
    (ask, partner, policy), (act, day) = whom, when
    facts, covering = facts_of_all(workspace, connection, day), load_coverage_policy()
    coverage = coverage_of_enrolled(facts, day, covering).filter(pl.col("country") == partner.country)
    if ask.record_type is not None:
        coverage = coverage.filter(pl.col("record_type") == ask.record_type)
    if ask.driver is not None:
        coverage = coverage.filter(pl.col("identity_id") == IdentityTables(connection).require(ask.driver))
    gaps = askable(coverage, exchange_on(workspace, connection, day)[0], day, (covering, policy))
    anchors = _anchors(facts, gaps.cells, day)
    subjects = _subjects(workspace, connection, (facts, anchors), (partner, policy))
    tellable = gaps.cells.filter(pl.col("identity_id").is_in(list(subjects)))
    left_out = gaps.left_out
    left_out[LeftOut.TOO_LITTLE.value] = gaps.cells.height - tellable.height
    left_out[LeftOut.LIMIT.value] = max(0, tellable.height - ask.limit)
    first = ExchangeTables(connection).next_number()
    rows = tellable.head(ask.limit).iter_rows(named=True)
    return [
        _new(first + place, row, anchors[row["identity_id"]], _Asking(partner, policy, act, day, subjects))
        for place, row in enumerate(rows)
    ], left_out


@dataclass(frozen=True, slots=True)
class _Asking:
    """What holds for all requests of one act."""

    partner: Partner
    policy: ExchangePolicy
    act: Act
    day: date
    subjects: dict[str, Subject]


def _new(number: int, gap: dict[str, Any], anchor: str, asking: _Asking) -> NewRequest:
    due = asking.day + timedelta(days=asking.partner.answer_days)
    packet = Packet(
        request_id=request_id(number),
        partner=asking.partner.country,
        record_type=gap["record_type"],
        purpose=asking.policy.purpose,
        legal_basis=asking.partner.legal_basis,
        asked_on=asking.day,
        due_on=due,
        subject=asking.subjects[gap["identity_id"]],
    )
    return NewRequest(
        n=number,
        request_id=packet.request_id,
        partner=packet.partner,
        record_type=packet.record_type,
        anchor=anchor,
        identity_id=gap["identity_id"],
        gap=gap["result"],
        gap_since=None if gap["gap_since"] is None else gap["gap_since"].isoformat(),
        asked_on=packet.asked_on.isoformat(),
        due_on=packet.due_on.isoformat(),
        asked_by=asking.act.actor,
        reason=asking.act.reason,
        policy=asking.policy.version,
        packet=packet.model_dump_json(),
    )


def _anchors(facts: CoverageFacts, cells: pl.DataFrame, day: date) -> dict[str, str]:
    """The record that stands for each driver: the first of those whose membership is known."""
    held = known_by(facts.enrolments, day).select("record_key").join(facts.members, on="record_key")
    first = held.join(cells, on="identity_id", how="semi").group_by("identity_id").agg(pl.col("record_key").min())
    return dict(first.rows())


def _subjects(
    workspace: Workspace,
    connection: apsw.Connection,
    drivers: tuple[CoverageFacts, dict[str, str]],
    whom: tuple[Partner, ExchangePolicy],
) -> dict[str, Subject]:
    """Whom to ask about, from the records that the partner may be told of."""
    (facts, anchors), (partner, policy) = drivers, whom
    members = facts.members.filter(pl.col("identity_id").is_in(list(anchors)))
    persons = reader_of(workspace, connection)(Kind.PERSON, PERSON_COLUMNS).join(
        members, left_on="key", right_on="record_key"
    )
    rules = sharing_of(persons, declarations_of(connection), policy)
    tellable = persons.join(rules.filter(may_have(partner.country)), on="key", how="semi")
    return subjects_of(tellable, partner, anchors)


def _record(connection: apsw.Connection, act: Act, action: str, details: Mapping[str, Mapping[str, Any]]) -> None:
    """The trail has one row for each request that something was done to."""
    trail, at = Trail(connection), datetime.now(UTC).isoformat(timespec="seconds")
    for request, detail in details.items():
        trail.append(Step(act.actor, action, f"request:{request}", act.reason, detail), at)
