"""A hundred gaps put to Mexico, eighty answers back: what they cover, whom they do not, and who is chased."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.bootstrap import create_workspace, open_workspace
from api.coverage import CoverageQuestion, coverage_document
from api.exchange import Act, Ask, chase, export, request_gaps
from api.exchange_intake import take_answers
from api.exchange_list import list_requests
from api.intake import intake
from api.load import LoadRequest, load
from api.spreadsheet import csv_text
from eligibility.exchange_judging import PERSON_COLUMNS, judge_answers
from eligibility.exchange_packets import Packet
from eligibility.exchange_policy import load_exchange_policy
from eligibility.exchange_tables import ExchangeTables
from eligibility.reviews.tables import ReviewTables
from eligibility.trail import Trail
from eligibility.untold import untold
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import loads
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Workspace
from linkage.schema import Kind
from linkage.sources import ReadOptions, load_manifest

TODAY = date(2026, 6, 30)
MEXICO = load_exchange_policy().partner("MX")
ANSWERED = TODAY + timedelta(days=40)
LATE = TODAY + timedelta(days=MEXICO.answer_days + 1)
FILES = {"us_cdl.csv", "us_fast.csv", "ca_prov.csv", "mx_sict.csv", "employment.csv", "carriers.csv", "checks.csv"}
COLUMNS = (
    *("source", "request_id", "record_id", "answer", "as_of", "legal_basis"),
    *("given_name", "surname", "second_surname", "birth_date", "curp", "licence_number", "licence_jurisdiction"),
)
BASIS = "Acuerdo de prueba 1"
Row = dict[str, Any]


class Story:
    """The requests, what was answered to each, and the workspace before and after."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = _loaded(folder)
        self.act = Act("pat", "yearly round of verification", TODAY)
        self.made = request_gaps(self.workspace, Ask("MX", limit=100), self.act)
        self.packets = {one.request_id: one for one in export(self.workspace, self.act, "MX")[0].packets}
        self.before = cells(self.workspace, ANSWERED)
        self.identities = self.workspace.memberships()
        asked = [self.packets[row["request_id"]] for row in self.made["rows"]]
        self.kinds, rows = _answers(folder, asked, [row["identity_id"] for row in self.made["rows"]])
        path = folder / "answers.csv"
        path.write_text(csv_text(COLUMNS, ([row.get(name) for name in COLUMNS] for row in rows)))
        self.reviews = reviews(self.workspace)
        self.taken = take_answers(self.workspace, [path], Act("pat", "answers of July", ANSWERED))
        self.after = cells(self.workspace, ANSWERED)

    def of(self, kind: str) -> list[Row]:
        """Requests that were answered in a way."""
        return [row for row in self.made["rows"] if self.kinds.get(row["request_id"], "nothing") == kind]

    def cell(self, row: Row) -> Row:
        return self.after[row["identity_id"], "MX", row["record_type"]]


def _loaded(folder: Path) -> Workspace:
    generate(WorldSettings(people=500, seed=31, today=TODAY), folder / "world")
    _lengthen(folder / "world" / "us_fast.csv")
    workspace = create_workspace(folder / "w")
    for path, source in loads(folder / "world"):
        if path.name in FILES:
            load(workspace, LoadRequest((path,), source, TODAY))
    return workspace


def _lengthen(path: Path) -> None:
    """Memberships run half a year longer, so that none ends while an answer is awaited."""
    members = pl.read_csv(path, infer_schema=False)
    longer = pl.col("expires_on").str.to_date().dt.offset_by("6mo").dt.to_string("iso")
    members.with_columns(expires_on=longer).write_csv(path)


KINDS = [
    *["clear"] * 40,
    *["derogatory"] * 15,
    *["refused"] * 12,
    *["unknown"] * 3,
    *["another's record"] * 2,
    *["another's number"] * 2,
    *["another's birth date"] * 2,
    *["a twin"],
    *["says nothing"] * 2,
    *["another partner"],
]
"""What each of eighty requests is answered; the last ten answers must cover nobody."""
ASIDE = {
    "another's record": "wrong_person",
    "another's number": "wrong_person",
    "another's birth date": "wrong_person",
    "a twin": "wrong_person",
    "says nothing": "unverified",
    "another partner": "wrong_partner",
}


def _answers(folder: Path, packets: list[Packet], identities: list[str]) -> tuple[dict[str, str], list[Row]]:
    """What each request is answered, by its id, and the rows that a partner would send; one names no request at all."""
    told = {packet.request_id: kind for packet, kind in zip(packets, KINDS, strict=False)}
    rows = []
    for place, (packet, kind) in enumerate(zip(packets, KINDS, strict=False)):
        stranger = next(
            other
            for other, identity in zip(packets, identities, strict=True)
            if identity != identities[place] and other.subject.identifier and other.subject.identifier.kind == "curp"
        )
        rows.append(_row(packet, kind) | _changed(folder, kind, stranger))
    return told, [*rows, _row(packets[95], "derogatory") | {"request_id": "R000095-00"}]


def _row(packet: Packet, kind: str) -> Row:
    """A faithful answer: it repeats the person that was asked about."""
    subject, answer = packet.subject, kind if kind in {"clear", "derogatory", "refused", "unknown"} else "clear"
    return {
        "source": "MX",
        "request_id": packet.request_id,
        "answer": answer,
        "as_of": str(ANSWERED - timedelta(days=3)),
        "legal_basis": BASIS,
        "given_name": subject.given_name,
        "surname": subject.surname,
        "second_surname": subject.second_surname,
        "birth_date": str(subject.birth_date),
        **_number(packet),
    }


def _number(packet: Packet) -> Row:
    found = packet.subject.identifier
    if found is None:
        return {}
    if found.kind == "curp":
        return {"curp": found.value}
    return {"licence_number": found.value, "licence_jurisdiction": found.issuer}


def _changed(folder: Path, kind: str, stranger: Packet) -> Row:
    """How an answer that must cover nobody differs from a faithful one."""
    none = dict.fromkeys(("given_name", "surname", "second_surname", "birth_date", "curp", "licence_number"))
    if kind == "another's record":  # nothing else repeated: a record of the Mexican register, held by somebody else
        curp = stranger.subject.identifier.value if stranger.subject.identifier else ""
        register = pl.read_csv(folder / "world" / "mx_sict.csv", separator=";", encoding="cp1252", infer_schema=False)
        return none | {"record_id": register.filter(pl.col("CURP") == curp)["FOLIO"][0]}
    return {
        "another's number": {"curp": None, "licence_number": None} | _number(stranger),
        "another's birth date": {"birth_date": "1961-02-03", "curp": None, "licence_number": None},
        "a twin": {"given_name": "ZACARIAS NOE", "curp": None, "licence_number": None},
        "says nothing": none,
        "another partner": {"source": "CA"},
    }.get(kind, {})


def cells(workspace: Workspace, day: date) -> dict[tuple[str, str, str], Row]:
    rows = coverage_document(workspace, CoverageQuestion(day))["rows"]
    return {(row["identity_id"], row["country"], row["record_type"]): row for row in rows}


def reviews(workspace: Workspace) -> list[Row]:
    with workspace.reading() as connection:
        return ReviewTables(connection).standing().sort("review_id").to_dicts()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("exchange"))


def test_a_hundred_gaps_become_packets_of_the_least_data_the_oldest_first(story: Story) -> None:
    rows = story.made["rows"]
    assert len(rows) == len({row["request_id"] for row in rows}) == 100
    assert {row["state"] for row in rows} == {"open"}
    assert {row["gap"] for row in rows} <= {"never", "stale", "not_shared"}
    since = [row["gap_since"] for row in rows]
    assert since == sorted(since)
    for row in rows:
        packet = story.packets[row["request_id"]].model_dump(mode="json", exclude={"answers", "repeat"})
        assert packet["record_type"] == row["record_type"]
        assert packet["purpose"]
        assert packet["legal_basis"]
        assert packet["due_on"] == row["due_on"] == str(TODAY + timedelta(days=MEXICO.answer_days))
        subject = packet["subject"]
        assert set(subject) == {"given_name", "surname", "second_surname", "birth_date", "identifier"}
        assert subject["surname"]
        assert subject["birth_date"] or subject["identifier"]
        assert subject["identifier"] is None or subject["identifier"]["kind"] in MEXICO.identifiers


def test_what_was_asked_is_not_asked_again(story: Story) -> None:
    again = request_gaps(story.workspace, Ask("MX", limit=5), Act("pat", "again", ANSWERED))
    first = {(row["identity_id"], row["record_type"]) for row in story.made["rows"]}
    aside = {(row["identity_id"], row["record_type"]) for kind in ASIDE for row in story.of(kind)}
    assert {(row["identity_id"], row["record_type"]) for row in again["rows"]} & first <= aside
    assert again["left_out"]["waiting"] == 20
    assert again["left_out"]["told_lately"] >= 15  # refused and unknown


@pytest.mark.parametrize(
    ("kind", "result"), [("clear", "clear"), ("derogatory", "derogatory"), ("refused", "not_shared")]
)
def test_an_answer_about_the_driver_covers_the_cell_with_its_day_and_basis(
    story: Story, kind: str, result: str
) -> None:
    assert len(story.of(kind)) == KINDS.count(kind)
    for row in story.of(kind):
        cell = story.cell(row)
        assert (cell["result"], cell["check"]) == (result, f"answer:{row['request_id']}")
        assert (cell["checked_on"], cell["legal_basis"]) == (str(ANSWERED - timedelta(days=3)), BASIS)
        assert (cell["owner"], cell["may_go_to"]) == ("MX", ["MX", "US"])


def test_no_other_answer_moves_a_cell_and_no_other_cell_moves(story: Story) -> None:
    covered = {(row["identity_id"], "MX", row["record_type"]) for k in KINDS[:67] for row in story.of(k)}
    assert len(covered) == 67
    asked = ("request_id", "request_state", "asked_on", "answer_due")
    before, after = ({key: _but(row, asked) for key, row in cells.items()} for cells in (story.before, story.after))
    assert {cell for cell in after if after[cell] != before[cell]} == covered
    for kind in ("unknown", *ASIDE, "nothing"):
        for row in story.of(kind):
            assert story.cell(row)["result"] == row["gap"]


def test_a_cell_names_the_request_that_has_no_answer_about_the_driver_yet(story: Story) -> None:
    state = {"nothing": "open"} | dict.fromkeys(ASIDE, "set_aside")
    for kind in {*KINDS, "nothing"}:
        for row in story.of(kind):
            cell = story.cell(row)
            named = row["request_id"] if kind in state else None
            assert (cell["request_id"], cell["request_state"]) == (named, state.get(kind))
            assert story.before[row["identity_id"], "MX", row["record_type"]]["request_state"] == "open"
    asked = {row["request_id"] for row in story.made["rows"]}
    assert {row["request_id"] for row in story.before.values()} - {None} == asked


def _but(row: Row, names: tuple[str, ...]) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def test_an_answer_about_somebody_else_is_set_aside_with_its_reason(story: Story) -> None:
    made = {row["request_id"]: row for row in story.taken["answers"]}
    for kind, verdict in ASIDE.items():
        for row in story.of(kind):
            assert made[row["request_id"]]["verdict"] == verdict, kind
    assert made["R000095-00"]["verdict"] == "unknown_request"
    standing = {row["request_id"]: row for row in story.taken["rows"]}
    for kind in ASIDE:
        for row in story.of(kind):
            found = standing[row["request_id"]]
            assert (found["state"], found["answer"]) == ("set_aside", None)
            assert found["set_aside_because"]
    assert {standing[row["request_id"]]["state"] for k in KINDS[:70] for row in story.of(k)} == {"answered"}


def test_answers_make_no_person_and_move_no_identity(story: Story) -> None:
    assert story.workspace.memberships().equals(story.identities)
    assert story.taken["load"]["identities"] == {"created": 0, "grown": 0, "merged": 0, "split": 0}


def test_a_derogatory_answer_brings_the_driver_before_a_reviewer_once(story: Story) -> None:
    opened = reviews(story.workspace)[len(story.reviews) :]
    found = sorted((row["identity_id"], row["key"]) for row in opened if row["key"].startswith("answer:"))
    assert found == sorted((row["identity_id"], f"answer:MX:{row['record_type']}") for row in story.of("derogatory"))
    assert len(found) == 15
    assert {row["state"] for row in opened} == {"open"}


def test_twenty_are_chased_once_and_have_a_new_day(story: Story) -> None:
    assert not chase(story.workspace, Act("pat", "too early", ANSWERED))["rows"]
    chased = chase(story.workspace, Act("pat", "no answer after two months", LATE))["rows"]
    assert {row["request_id"] for row in chased} == {row["request_id"] for row in story.of("nothing")}
    assert len(chased) == 20
    due = str(LATE + timedelta(days=MEXICO.chase_days))
    assert {(row["state"], row["chases"], row["due_on"]) for row in chased} == {("open", 1, due)}
    assert not chase(story.workspace, Act("pat", "again on the same day", LATE))["rows"]
    later = list_requests(story.workspace, LATE + timedelta(days=MEXICO.chase_days + 1), "overdue")["rows"]
    assert {row["request_id"] for row in later} >= {row["request_id"] for row in chased}


def test_every_step_of_a_request_has_a_person_a_day_and_a_reason(story: Story) -> None:
    with story.workspace.reading() as connection:
        trail = Trail(connection)
        assert trail.verify() == []
        assert untold(connection) == []
        steps = trail.of(f"request:{story.of('clear')[0]['request_id']}")
    told = [(step.action, step.actor, step.reason) for step in steps]
    assert told == [
        ("request made", "pat", "yearly round of verification"),
        ("packet exported", "pat", "yearly round of verification"),
        ("answer taken in", "pat", "answers of July"),
    ]


def test_an_answer_that_came_by_a_plain_load_is_told_too(story: Story, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    shutil.copytree(story.workspace.path, folder)
    workspace = open_workspace(folder)
    packet = story.packets[story.of("nothing")[0]["request_id"]]
    path = tmp_path / "late.csv"
    row = _row(packet, "clear")
    path.write_text(csv_text(COLUMNS, [[row.get(name) for name in COLUMNS]]))
    loaded = load(workspace, LoadRequest((path,), "partner_answers", ANSWERED, actor="gil"))
    with workspace.reading() as connection:
        assert Trail(connection).verify() == []
        last = Trail(connection).of(f"request:{packet.request_id}")[-1].document()
    assert (last["action"], last["actor"], last["reason"]) == (
        "answer taken in", "gil", f"brought by load {loaded['load_id']}"
    )  # fmt: skip
    assert last["detail"] == {"load": loaded["load_id"], "verdict": "accepted", "answer": "clear"}


def test_nobody_else_passes_for_a_driver(story: Story) -> None:
    """Every driver asked about against the true names and birth date of everybody in the world, and their own."""
    people = pl.read_csv(story.folder / "world" / "people.csv", infer_schema=False)
    truth = pl.read_csv(story.folder / "world" / "truth.csv", infer_schema=False)
    entity = dict(truth.select(pl.concat_str("source", "record_id", separator="/"), "entity_id").rows())
    asked = {row["identity_id"]: row for row in story.made["rows"]}
    names = ("given_name", "surname", "second_surname", "birth_date")
    rows = [
        {"source": "MX", "request_id": row["request_id"], "record_id": person["entity_id"], "answer": "clear"}
        | {name: person[name] for name in names}
        for row in asked.values()
        for person in people.iter_rows(named=True)
    ]
    path = story.folder / "everybody.csv"
    pl.DataFrame(rows).write_csv(path)
    answers = intake(path, load_manifest("partner_answers"), ReadOptions(), (0, TODAY)).facts[Kind.PARTNER_ANSWER]
    with story.workspace.reading() as connection:
        requests = ExchangeTables(connection).requests()
    members = story.workspace.memberships().select("record_key", "identity_id")
    persons = story.workspace.facts(Kind.PERSON, PERSON_COLUMNS)
    judged = judge_answers(answers, requests, members, persons, load_exchange_policy())
    whose = {row["request_id"]: entity[row["anchor"]] for row in asked.values()}
    accepted = judged.filter(pl.col("verdict") == "accepted")
    taken = [(whose[request], key.split("/")[2]) for request, key in accepted.select("request_id", "key").rows()]
    assert len(rows) > 8000
    assert all(own == other for own, other in taken)
    assert len(taken) > 0.9 * len(asked)


def test_the_same_answers_again_change_nothing(story: Story) -> None:
    again = take_answers(story.workspace, [story.folder / "answers.csv"], Act("pat", "by mistake", ANSWERED))
    assert again["load"]["unchanged"]
    assert again["answers"] == again["rows"] == []


def test_nobody_asks_without_a_reason_or_a_partner(story: Story) -> None:
    with pytest.raises(SettingsError, match="reason"):
        request_gaps(story.workspace, Ask("CA", limit=1), Act("pat", " ", TODAY))
    with pytest.raises(SettingsError, match="MX, CA"):
        request_gaps(story.workspace, Ask("FR"), story.act)
    with pytest.raises(UnknownRecord):
        export(story.workspace, story.act, "CA", [story.made["rows"][0]["request_id"]])
    assert not [row for row in list_requests(story.workspace, LATE)["rows"] if row["partner"] == "CA"]
