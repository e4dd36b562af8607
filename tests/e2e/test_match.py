"""`POST match` over HTTP: who may ask, what is audited, what is refused and never repeated."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from api.http.access import LOGGER
from api.http.models.match import MOST_RECORDS, StatedRecord
from api.match_index import MatchIndex, MatchNotReady
from api.match_records import RecordReader
from api.roles import Role
from linkage.ledger import LoadTables
from tests.e2e.http_world import Api, assert_problem, bring

RAMIRO = {
    "given_name": "Ramiro",
    "surname": "Zabulondo",
    "birth_date": "1984-03-19",
    "licence_number": "31552208",
    "licence_jurisdiction": "TX",
    "country": "US",
}


def test_a_record_is_told_its_person_with_bits_that_add_up(api: Api) -> None:
    answer = api.as_(Role.VIEWER).post("/api/v1/match", json={"record": RAMIRO})
    assert answer.status_code == 200, answer.text
    document = answer.json()
    with api.workspace.reading() as connection:
        loads = LoadTables(connection).ids()
    assert (document["load"], document["newest_load"], document["notice"]) == (loads[-1], loads[-1], None)
    (row,) = document["rows"]
    assert {c["record"] for c in row["candidates"]} == {"US/1", "CA/1"}
    for candidate in row["candidates"]:
        assert candidate["identity_id"] == api.id_of("US/1")
        assert candidate["verdict"] == "same"
        bits = candidate["prior_bits"] + sum(part["bits"] for part in candidate["by_attribute"])
        assert bits == pytest.approx(candidate["bits"], abs=1e-9)
    assert api.audited("key:viewer") == {api.id_of("US/1")}


def test_identifiers_of_stored_records_are_masked(api: Api) -> None:
    text = api.as_(Role.VIEWER).post("/api/v1/match", json={"record": RAMIRO}).text
    assert "31552208" not in text


def test_a_match_shows_nobody_and_is_audited_all_the_same(api: Api) -> None:
    asked = {"records": [{"surname": "Xiuhnelpilli"}, {"birth_date": "1980-01-01"}]}
    document = api.as_(Role.VIEWER).post("/api/v1/match", json=asked).json()
    assert [row["candidates"] for row in document["rows"]] == [[], []]
    assert [len(row["rejected"]) for row in document["rows"]] == [0, 1]
    assert api.audited("key:viewer") == set()


@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_may_see_people_may_match(api: Api, role: Role) -> None:
    answer = api.as_(role).post("/api/v1/match", json={"record": RAMIRO})
    assert answer.status_code == (403 if role in (Role.LOADER, Role.AUDITOR) else 200)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"record": RAMIRO, "records": [RAMIRO]},
        {"records": [RAMIRO] * (MOST_RECORDS + 1)},
        {"record": {"surname": 7}},
        {"record": {"surname": "Xolocotzi" * 200}},
        {"record": RAMIRO, "most": 0},
        {"record": RAMIRO, "date_order": "Xolocotzi"},
        ["Xolocotzi"],
    ],
)
def test_what_does_not_fit_is_refused_and_not_repeated(api: Api, asked: Any) -> None:
    answer = api.as_(Role.VIEWER).post("/api/v1/match", json=asked)
    assert_problem(answer, 422)
    assert "Xolocotzi" not in answer.text
    assert "Zabulondo" not in answer.text


def test_the_newest_state_is_matched_and_the_log_names_nobody(
    api: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger=LOGGER)
    client = api.as_(Role.VIEWER)
    odd = {"given_name": "=cmd", "surname": "<b>\u202eמרים\U00020000</b>", "birth_date": "1991-12-13"}
    before = client.post("/api/v1/match", json={"record": odd}).json()
    assert before["rows"][0]["candidates"] == []
    header = "source,record_id,given_name,surname,birth_date\n"
    bring(api.workspace, tmp_path, "drivers", f"{header}MX,odd,{odd['given_name']},{odd['surname']},1991-12-13\n")
    document = client.post("/api/v1/match", json={"record": odd}).json()
    assert [c["record"] for c in document["rows"][0]["candidates"]] == ["MX/odd"]
    assert document["load"] == before["load"] + 1
    told = str([vars(record) for record in caplog.records])
    assert "cmd" not in told
    assert "/api/v1/match" in told


def test_candidates_that_are_left_out_are_told_of(api: Api) -> None:
    document = api.as_(Role.VIEWER).post("/api/v1/match", json={"record": RAMIRO, "most": 1}).json()
    assert (document["truncated"], document["rows"][0]["truncated"]) == (True, True)
    assert "1 candidates" in document["notice"]


def test_an_index_in_the_making_is_told_with_when_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_ready(_: MatchIndex) -> None:
        raise MatchNotReady("the index of all records is being made")

    monkeypatch.setattr(MatchIndex, "current", not_ready)
    answer = api.as_(Role.VIEWER).post("/api/v1/match", json={"record": RAMIRO})
    assert "index" in assert_problem(answer, 503)["detail"]
    assert int(answer.headers["retry-after"]) > 0


def test_a_record_may_state_all_that_a_file_of_drivers_may() -> None:
    assert set(StatedRecord.model_fields) == set(RecordReader().columns)
