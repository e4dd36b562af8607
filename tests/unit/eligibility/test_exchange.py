from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import apsw
import polars as pl
import pytest

from eligibility.coverage import COVERAGE
from eligibility.coverage_policy import load_coverage_policy
from eligibility.exchange import STANDING, LeftOut, State, askable, evidence_of_answers, request_id, standing
from eligibility.exchange_judging import judge_answers
from eligibility.exchange_packets import Identifier, Packet, Subject, packet_row
from eligibility.exchange_policy import load_exchange_policy
from eligibility.exchange_subject import subjects_of
from eligibility.exchange_tables import ExchangeTables, NewRequest
from linkage.schema import FACTS, PERSON, Kind

DAY = dt.date(2026, 6, 30)
RULES = load_exchange_policy()
POLICIES = (load_coverage_policy(), RULES)
MEXICO = RULES.partner("MX")


def new(number: int, **changes: Any) -> NewRequest:
    values: dict[str, Any] = {
        "n": number,
        "request_id": request_id(number),
        "partner": "MX",
        "record_type": "criminal",
        "anchor": "FAST/1",
        "identity_id": "D1",
        "gap": "never",
        "gap_since": "2024-01-01",
        "asked_on": DAY.isoformat(),
        "due_on": (DAY + dt.timedelta(days=60)).isoformat(),
        "asked_by": "pat",
        "reason": "round",
        "policy": "1",
        "packet": "{}",
    }
    return NewRequest(**(values | changes))


@pytest.fixture
def tables(ledger: apsw.Connection) -> ExchangeTables:
    return ExchangeTables(ledger)


def answers(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {"source": "MX", "record_key": "MX/9", "answer": "clear", "as_of": DAY, "known_on": DAY, "suspect": []}
    made = [{"key": f"a{n}", "request_id": request_id(1), **base, **row} for n, row in enumerate(rows)]
    return FACTS[Kind.PARTNER_ANSWER].conform(pl.DataFrame(made))


MEMBERS = pl.DataFrame({"record_key": ["FAST/1", "MX/9"], "identity_id": ["D1", "D2"]})
PERSONS = PERSON.conform(pl.DataFrame({"key": ["FAST/1", "MX/9"], "birth_date": ["1980-05-31", "1980-05-31"]}))


def judged(tables: ExchangeTables, *rows: dict[str, Any], members: pl.DataFrame = MEMBERS) -> pl.DataFrame:
    return judge_answers(answers(*rows), tables.requests(), members, PERSONS, RULES)


def test_requests_are_kept_as_they_were_made(ledger: apsw.Connection, tables: ExchangeTables) -> None:
    tables.insert(new(1))
    with pytest.raises(apsw.ConstraintError, match="stay as they were made"):
        ledger.execute("UPDATE exchange_request SET due_on = '2030-01-01'")
    with pytest.raises(apsw.ConstraintError):
        tables.insert(new(2, reason=" "))
    with pytest.raises(apsw.ConstraintError):
        tables.insert(new(2, asked_by=""))
    assert tables.requests()["request_id"].to_list() == [request_id(1)]
    assert tables.requests(DAY - dt.timedelta(days=1)).is_empty()
    assert tables.next_number() == 2
    assert tables.anchors([request_id(1), "R000009-00"]) == ["FAST/1"]


def test_an_expunging_empties_a_request_and_changes_nothing_else_of_it(
    ledger: apsw.Connection, tables: ExchangeTables
) -> None:
    tables.insert(new(1))
    tables.chase(request_id(1), dt.date(2026, 9, 1), dt.date(2026, 10, 1), ("eva", "no word"))
    ledger.execute(
        "INSERT INTO expunging (n, at, actor, reason, identities, records) VALUES (1, '', 'eva', 'x', '[]', 1)"
    )
    for change in ("asked_on = '2020-01-01'", "asked_by = 'bob'", "identity_id = 'D-2'", "partner = 'US'"):
        with pytest.raises(apsw.ConstraintError):
            ledger.execute(f"UPDATE exchange_request SET {change}")
    with pytest.raises(apsw.ConstraintError):
        ledger.execute("UPDATE exchange_chase SET chased_by = 'bob'")
    assert tables.empty([request_id(1)]) == 1
    assert tables.requests().is_empty()
    assert tables.chases()["reason"].to_list() == ["(expunged)"]


def test_an_answer_is_judged_anew_when_identities_change(tables: ExchangeTables) -> None:
    tables.insert(new(1))
    apart = judged(tables, {})
    assert apart["verdict"].to_list() == ["wrong_person"]
    assert evidence_of_answers(tables.requests(), apart).is_empty()
    joined = judged(tables, {}, members=MEMBERS.with_columns(identity_id=pl.lit("D1")))
    assert joined["verdict"].to_list() == ["accepted"]
    (found,) = evidence_of_answers(tables.requests(), joined).to_dicts()
    assert (found["record_key"], found["country"], found["result"]) == ("FAST/1", "MX", "clear")
    gone = judged(tables, {}, members=MEMBERS.filter(pl.col("record_key") != "FAST/1"))
    assert gone["verdict"].to_list() == ["unknown_request"]


def test_unknown_is_an_answer_and_no_evidence(tables: ExchangeTables) -> None:
    tables.insert(new(1))
    found = judged(tables, {"answer": "unknown", "record_key": "FAST/1"})
    assert found["verdict"].to_list() == ["accepted"]
    assert evidence_of_answers(tables.requests(), found).is_empty()


def test_an_answer_without_a_day_is_as_old_as_the_request(tables: ExchangeTables) -> None:
    tables.insert(new(1))
    found = judged(tables, {"as_of": None, "record_key": "FAST/1", "known_on": DAY + dt.timedelta(days=50)})
    assert evidence_of_answers(tables.requests(), found)["checked_on"].to_list() == [DAY]


def test_how_a_request_stands_follows_from_answers_chases_and_the_day(tables: ExchangeTables) -> None:
    for number in range(1, 5):
        tables.insert(new(number))
    late = DAY + dt.timedelta(days=61)
    found = judged(
        tables,
        {"record_key": "FAST/1", "answer": "refused"},
        {"request_id": request_id(2)},
        {"request_id": request_id(3), "birth_date": "1961-01-01"},
        {"request_id": request_id(3), "record_key": "FAST/1", "known_on": late},
    )
    assert tables.chase(request_id(4), late, late + dt.timedelta(days=30), ("pat", "no answer")) == 1

    def states(day: dt.date) -> list[str]:
        known = found.filter(pl.col("known_on") <= day)
        frame = standing(tables.requests(day), tables.chases(day), known, day)
        return STANDING.check(frame)["state"].to_list()

    assert states(DAY) == ["answered", "set_aside", "set_aside", "open"]
    assert states(late - dt.timedelta(days=1)) == ["answered", "set_aside", "set_aside", "open"]
    assert states(late) == ["answered", "set_aside", "answered", "open"]  # chased on the very day it was overdue
    assert states(late + dt.timedelta(days=31)) == ["answered", "set_aside", "answered", "overdue"]
    frame = standing(tables.requests(), tables.chases(), found, late)
    assert frame["answer"].to_list() == ["refused", None, "clear", None]
    assert frame["chases"].to_list() == [0, 0, 0, 1]
    without = standing(tables.requests(), tables.chases().clear(), found, late)
    assert without["state"].to_list()[-1] == State.OVERDUE


def gap(identity: str, **changes: Any) -> dict[str, Any]:
    base = {"country": "MX", "record_type": "criminal", "result": "never", "because": ["licence"]}
    return {"identity_id": identity, "gap_since": dt.date(2025, 1, 1), **base, **changes}


def test_every_gap_is_asked_about_or_left_out_for_one_reason() -> None:
    lately = DAY - dt.timedelta(days=RULES.ask_again_days - 1)
    long_ago = DAY - dt.timedelta(days=RULES.ask_again_days)
    rows = [
        gap("A"),
        gap("B", gap_since=dt.date(2024, 1, 1)),
        gap("C", gap_since=None),
        gap("D", result="clear"),
        gap("E", because=[]),
        gap("F", country="US"),
        gap("G", record_type="weapons"),
        gap("H"),
        gap("I"),
        gap("J", result="not_shared", checked_on=lately),
        gap("K", result="not_shared", checked_on=long_ago),
        gap("L", result="stale"),
        gap("M"),
    ]
    asked = [
        {"identity_id": "H", "partner": "MX", "record_type": "criminal", "state": "overdue"},
        {"identity_id": "I", "partner": "MX", "record_type": "criminal", "state": "answered", "answered_on": lately},
        {"identity_id": "M", "partner": "MX", "record_type": "criminal", "state": "set_aside"},
    ]
    found = askable(COVERAGE.conform(pl.DataFrame(rows)), STANDING.conform(pl.DataFrame(asked)), DAY, POLICIES)
    assert found.cells["identity_id"].to_list() == ["B", "A", "K", "L", "M", "C"]
    wanted = {LeftOut.NO_PARTNER: 1, LeftOut.NOT_ASKED_FOR: 1, LeftOut.WAITING: 1, LeftOut.TOLD_LATELY: 2}
    assert found.left_out == {str(reason): number for reason, number in wanted.items()}


@pytest.fixture
def records(persons: Callable[..., pl.DataFrame]) -> Callable[..., pl.DataFrame]:
    def build(*rows: dict[str, Any]) -> pl.DataFrame:
        return persons(*rows).with_columns(identity_id=pl.lit("D1"))

    return build


OURS = {"key": "FAST/1", "country": "US", "given_name": "JUAN", "surname": "GARCIA", "birth_date": "1980-05-31"}
THEIRS = {
    "key": "MX/9",
    "country": "MX",
    "given_name": "Juan",
    "surname": "García",
    "second_surname": "López",
    "birth_date": "1980-05-30",
    "curp": "GALJ800531HNLRPN08",
    "licence": "FED:NL1",
    "licence_number": "NL1",
    "licence_jurisdiction": "FED",
}


def test_a_partner_is_told_its_own_spelling_and_one_number_of_its_own(records: Callable[..., pl.DataFrame]) -> None:
    told = subjects_of(records(OURS, THEIRS, OURS | {"key": "US/2"}), MEXICO, {"D1": "FAST/1"})["D1"]
    assert (told.given_name, told.surname, told.second_surname) == ("Juan", "García", "López")
    assert told.birth_date == dt.date(1980, 5, 31)  # what most records say
    assert told.identifier == Identifier(kind="curp", value="GALJ800531HNLRPN08")
    suspect = subjects_of(records(OURS, THEIRS | {"suspect": ["curp"]}), MEXICO, {})["D1"]
    assert suspect.identifier == Identifier(kind="licence", value="NL1", issuer="FED")
    foreign = {"licence": "TX:1", "licence_number": "1", "licence_jurisdiction": "TX"}
    assert subjects_of(records(OURS | foreign), MEXICO, {})["D1"].identifier is None


@pytest.mark.parametrize("lacking", [{"surname": None}, {"birth_date": None}, {"birth_date": "1980"}])
def test_nobody_is_asked_about_by_too_little(records: Callable[..., pl.DataFrame], lacking: dict[str, Any]) -> None:
    assert subjects_of(records(OURS | lacking), MEXICO, {}) == {}


def test_a_packet_as_a_row_holds_what_it_holds_as_a_document() -> None:
    subject = Subject(surname="García", identifier=Identifier(kind="licence", value="NL1", issuer="FED"))
    packet = Packet(
        request_id=request_id(1),
        partner="MX",
        record_type="criminal",
        purpose="p",
        legal_basis="b",
        asked_on=DAY,
        due_on=DAY,
        subject=subject,
    )
    row = packet_row(packet)
    assert (row["identifier"], row["identifier_value"], row["identifier_issuer"]) == ("licence", "NL1", "FED")
    assert (row["given_name"], row["birth_date"], row["asked_on"]) == (None, None, "2026-06-30")
    assert Packet.model_validate_json(packet.model_dump_json()) == packet
    assert "identity" not in json.dumps(packet.model_dump(mode="json")).replace("identifier", "")
