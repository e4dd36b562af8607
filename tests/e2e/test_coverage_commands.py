"""`coverage` and `exchange` as a user runs them: one document, CSV, a page to print, and the audit before it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from api.audit import AuditLog
from eligibility.exchange_packets import COLUMNS, PacketFile

COLUMNS_OF_DRIVERS = "source,record_id,country,given_name,surname,second_surname,birth_date,curp,licence_number"
DRIVERS = f"""{COLUMNS_OF_DRIVERS},licence_jurisdiction
US,u1,US,Ramiro,Quintanilla,,1981-01-01,,81010123,TX
MX,m1,MX,Ramiro,Quintanilla,Zúñiga,1981-01-01,QUZR810101HNLNXM06,NL12345678,MX
US,u2,US,Bartholomew,Szymanski,,1975-10-20,,75102012,TX
CA,c3,CA,Étienne,Desrosiers,,1979-03-04,,D123456789012,QC
"""
ENROLMENTS = """source,record_id,fast_id,status,enrolled_on,expires_on,citizenship,residence,approved_by
US,u1,982000001,active,2024-01-10,2029-01-09,MEX,MEX,CBP
US,u2,982000002,active,2025-02-10,2030-02-09,USA,USA,CBP
CA,c3,982000003,expired,2019-02-10,2024-02-09,CAN,CAN,CBP+CBSA
"""
CHECKS = """source,record_id,country,record_type,checked_on,result,legal_basis
US,u1,US,criminal,2026-06-01,clear,85 FR 14214
US,u1,US,customs,2024-06-01,clear,85 FR 14214
US,u2,US,criminal,2026-06-01,derogatory,85 FR 14214
"""
LIST = """name = "mx-sentences"
title = "Sentences of Mexican federal courts"
country = "MX"
mode = "snapshot"
is_derogatory = true
legal_basis = "agreement"
owner = "MX"
may_go_to = []
complete_for = [{ record_type = "criminal", people = "licensed" }]

[[mention]]
kind = "person"

[mention.columns]
record_id = "n"
given_name = "given"
surname = "surname"
second_surname = "second"
birth_date = "born"

[mention.constants]
source = "MXSENT"
country = "MX"
"""
DAY = "2026-06-30"


class _Page(HTMLParser):
    """Text of a page, and whatever it would load or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.outside += [tag] if tag in {"script", "link", "img", "iframe"} else []
        self.outside += [name for name, _ in attrs if name in {"src", "href", "onclick"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def loaded(load_kept: Any) -> Any:
    return load_kept(("drivers", DRIVERS, DAY), ("enrolments", ENROLMENTS, DAY), ("checks", CHECKS, DAY))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_coverage_lists_members_by_country_and_type_in_every_form(loaded: Any) -> None:
    document = loaded.json("coverage")
    assert document["as_of"] == DAY
    people = {row["identity_id"] for row in document["rows"]}
    member, other = loaded.json("show", "US/u1")["identity_id"], loaded.json("show", "US/u2")["identity_id"]
    assert people == {member, other}
    cells = {(row["identity_id"], row["country"], row["record_type"]): row for row in document["rows"]}
    assert cells[member, "US", "criminal"]["result"] == "clear"
    assert cells[member, "US", "customs"]["result"] == "stale"
    assert cells[other, "US", "criminal"]["result"] == "derogatory"
    assert {cells[member, "MX", name]["result"] for _, country, name in cells if country == "MX"} == {"never"}
    assert cells[member, "MX", "criminal"]["because"] == ["licence", "residence", "citizenship"]
    assert not [cell for cell in cells if cell[0] == other and cell[1] != "US"]
    read = rows_of(loaded("coverage", "--format", "csv").out)
    assert [row["result"] for row in read] == [row["result"] for row in document["rows"]]
    page = _Page(loaded("coverage", "US/u1", "--format", "html").out)
    assert page.outside == []
    assert f"Coverage of {member}" in page.words
    assert "Quintanilla" not in " ".join(page.words)


def test_the_coverage_of_show_and_risk_keeps_its_fields(loaded: Any) -> None:
    wanted = {"country", "record_type", "result", "checked_on", "age_days", "good_for_days", "legal_basis", "check"}
    shown, risk = loaded.json("show", "US/u1")["coverage"], loaded.json("risk", "US/u1")["coverage"]
    assert shown == risk
    assert all(wanted <= set(row) for row in shown)
    own = loaded.json("coverage", "US/u1")["rows"]
    assert [{name: row[name] for name in row if name != "identity_id"} for row in own] == shown


def test_board_and_oldest_count_and_list_the_gaps(loaded: Any) -> None:
    board = loaded.json("coverage", "--board")
    by_cell = {(row["country"], row["record_type"]): row for row in board["rows"]}
    assert board["drivers"] == 2
    assert (by_cell["US", "criminal"]["drivers"], by_cell["US", "criminal"]["unknown"]) == (2, 0)
    assert (by_cell["MX", "criminal"]["drivers"], by_cell["MX", "criminal"]["never"]) == (1, 1)
    oldest = loaded.json("coverage", "--oldest")["rows"]
    assert [row["gap_since"] for row in oldest] == ["2024-01-10", "2025-02-10"]
    assert (oldest[0]["gaps"], oldest[0]["cells"]) == (11, 12)
    page = _Page(loaded("coverage", "--board", "--format", "html").out)
    assert page.outside == []
    assert oldest[0]["identity_id"] in page.words


def test_what_may_be_told_to_a_country_can_be_picked(loaded: Any) -> None:
    told = loaded.json("coverage", "--may-go-to", "MX")["rows"]
    assert told
    assert {row["owner"] for row in told} == {"US"}


def test_every_kind_of_fact_has_an_owner_or_stays_here(loaded: Any, write: Callable[[str, str], Path]) -> None:
    loaded.json("load", write("own.csv", "n,given,surname\n1,Agapito,Orozco\n"), "--source", write("m.toml", LIST))
    asked = "source,record_id,country,record_type,checked_on,result\nMXSENT,1,CA,criminal,2026-06-01,clear\n"
    loaded.json("load", write("asked.csv", asked), "--source", "checks")
    rows = {(row["kind"], row["source"], row["country"]): row for row in loaded.json("exchange", "rules")["rows"]}
    assert rows["person", "US", "US"]["may_go_to"] == ["US", "CA", "MX"]
    assert rows["person", "CA", "CA"]["may_go_to"] == ["CA", "US"]
    assert rows["check", "US", "US"]["facts"] == 3
    assert (rows["enrolment", "US", None]["owner"], rows["enrolment", "US", None]["may_go_to"]) == (None, [])
    theirs = rows["person", "MXSENT", "MX"]
    assert (theirs["owner"], theirs["may_go_to"], theirs["is_declared"]) == ("MX", ["MX"], True)
    assert rows["check", "MXSENT", "CA"]["owner"] == "CA"  # Canada's records, whoever asked
    read = rows_of(loaded("exchange", "rules", "--format", "csv").out)
    assert [row["may_go_to"] for row in read if row["source"] == "MXSENT"] == ["CA|US", "MX"]


@pytest.mark.parametrize(
    "words",
    ["--board --oldest", "US/u1 --board", "--board --country MX", "--country FR", "--result fine", "--format pdf"],
)
def test_what_cannot_be_asked_of_coverage_is_said(loaded: Any, words: str) -> None:
    result = loaded("coverage", *words.split())
    assert result.code == 2
    assert result.out == ""


def test_a_gap_goes_out_as_a_packet_and_comes_back_as_coverage(loaded: Any, write: Callable[[str, str], Path]) -> None:
    made = loaded.json(
        "exchange", "request", "--partner", "mx", "--record-type", "criminal", "--reason", "yearly round"
    )
    (request,) = made["rows"]
    assert (request["state"], request["gap"], request["due_on"]) == ("open", "never", "2026-08-29")
    asked = ("request_id", "request_state", "asked_on", "answer_due")
    cells = [loaded.json("coverage", "US/u1")["rows"], loaded.json("coverage")["rows"]]
    for rows in cells:
        (cell,) = [row for row in rows if row["request_id"]]
        assert (cell["country"], cell["record_type"], cell["result"]) == ("MX", "criminal", "never")
        assert [cell[name] for name in asked] == [request["request_id"], "open", "2026-06-30", "2026-08-29"]
    (late,) = [row for row in loaded.json("coverage", "US/u1", "--as-of", "2026-08-30")["rows"] if row["request_id"]]
    assert late["request_state"] == "overdue"
    assert not [row for row in loaded.json("coverage", "--as-of", "2026-06-29")["rows"] if row["request_id"]]
    exported = loaded.json("exchange", "export", "-p", "MX", "-r", "sent by courier")
    (packet,) = PacketFile.model_validate(exported).packets
    assert packet.subject.model_dump(mode="json") == {
        "given_name": "Ramiro",
        "surname": "Quintanilla",
        "second_surname": "Zúñiga",
        "birth_date": "1981-01-01",
        "identifier": {"kind": "curp", "value": "QUZR810101HNLNXM06", "issuer": None},
    }
    (flat,) = rows_of(loaded("exchange", "export", "-p", "MX", "-r", "again", "--format", "csv").out)
    assert tuple(flat) == COLUMNS
    assert (flat["request_id"], flat["identifier_value"]) == (request["request_id"], "QUZR810101HNLNXM06")
    assert not loaded.json("exchange", "chase", "-r", "too early", "--today", "2026-08-29")["rows"]
    late = loaded.json("exchange", "chase", "-r", "no answer", "--today", "2026-08-30")["rows"]
    assert [(row["chases"], row["due_on"]) for row in late] == [(1, "2026-09-29")]
    answers = write(
        "answers.csv",
        "source,request_id,answer,as_of,legal_basis,curp\n"
        f"MX,{request['request_id']},derogatory,2026-08-30,Art. 1,QUZR810101HNLNXM06\n",
    )
    taken = loaded.json("exchange", "answer", answers, "--today", "2026-09-01")
    assert [row["verdict"] for row in taken["answers"]] == ["accepted"]
    assert taken["load"]["reviews_opened"] >= 1
    (cell,) = loaded.json("coverage", "US/u1", "--country", "MX", "--record-type", "criminal")["rows"]
    assert (cell["result"], cell["checked_on"], cell["owner"]) == ("derogatory", "2026-08-30", "MX")
    assert [cell[name] for name in asked] == [None] * 4
    listed = loaded.json("exchange", "list")
    assert listed["counts"] == {"open": 0, "overdue": 0, "answered": 1, "set_aside": 0}
    page = _Page(loaded("exchange", "list", "--format", "html").out)
    assert page.outside == []
    assert request["request_id"] in page.words
    assert len(rows_of(loaded("exchange", "list", "--format", "csv").out)) == 1
    actions = [entry.action for entry in AuditLog(loaded.folder).entries(request["identity_id"])]
    assert {"exchange request", "exchange export", "exchange answer", "exchange chase", "exchange list"} <= set(actions)


def test_a_partner_is_told_of_nobody_who_is_no_member_any_more(loaded: Any, write: Callable[[str, str], Path]) -> None:
    (request,) = loaded.json("exchange", "request", "-p", "MX", "--record-type", "criminal", "-r", "round")["rows"]
    over = write("over.csv", ENROLMENTS.replace("active", "revoked"))
    loaded.json("load", over, "--source", "enrolments", "--today", DAY)
    assert loaded.json("exchange", "export", "-p", "MX", "-r", "sent by courier")["packets"] == []
    named = loaded("exchange", "export", request["request_id"], "-p", "MX", "-r", "sent by courier")
    assert (named.code, "about a member" in named.err) == (2, True)


def test_the_schema_names_every_part_of_a_packet(loaded: Any) -> None:
    schema = loaded.json("exchange", "schema")
    assert schema["$schema"].endswith("2020-12/schema")
    loaded.json("exchange", "request", "-p", "MX", "-r", "round", "--limit", "1")
    (packet,) = loaded.json("exchange", "export", "-p", "MX", "-r", "round")["packets"]
    parts = schema["$defs"]
    assert set(packet) == set(parts["Packet"]["properties"])
    assert set(packet["subject"]) == set(parts["Subject"]["properties"])
    assert set(packet["subject"]["identifier"]) == set(parts["Identifier"]["properties"])
    assert not any(part["additionalProperties"] for part in parts.values())


def test_absence_from_a_full_dump_is_clear_only_for_those_it_is_complete_for(
    loaded: Any, write: Callable[[str, str], Path]
) -> None:
    manifest = write("mx-sentences.toml", LIST)
    dump = write("sentences.csv", "n,given,surname,second,born\n1,Agapito,Villavicencio,Orozco,1950-02-03\n")

    def cell(record_type: str) -> tuple[str, str | None]:
        rows = loaded.json("coverage", "US/u1", "--country", "MX", "--record-type", record_type)["rows"]
        return rows[0]["result"], rows[0]["legal_basis"]

    loaded.json("load", dump, "--source", manifest, "--mode", "delta", "--today", DAY)
    assert cell("criminal") == ("never", None)  # a delta is not all there is
    loaded.json("load", dump, "--source", manifest, "--today", DAY, "--confirm", code=0)
    assert cell("criminal") == ("clear", "agreement")
    assert cell("customs") == ("never", None)
    assert loaded.json("load", dump, "--source", manifest, "--today", DAY)["unchanged"]
    again = loaded.json("load", dump, "--source", manifest, "--today", "2026-07-05")
    assert (again["unchanged"], again["load_id"] is not None) == (True, True)  # the same list of a later day is news
    (renewed,) = loaded.json("coverage", "US/u1", "--country", "MX", "--record-type", "criminal")["rows"]
    assert (renewed["result"], renewed["checked_on"]) == ("clear", "2026-07-05")
    everyone = loaded.json("coverage", "--country", "MX", "--result", "clear")["rows"]
    assert {row["identity_id"] for row in everyone} == {loaded.json("show", "US/u1")["identity_id"]}
    found = dump.read_text("utf-8") + "2,Ramiro,Quintanilla,Zúñiga,1981-01-01\n"
    loaded.json("load", write("more.csv", found), "--source", manifest, "--today", "2026-07-06")
    assert cell("criminal")[0] in {"derogatory", "never"}  # theirs, or perhaps theirs: clear no more
