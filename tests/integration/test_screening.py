"""Screening through loads: what opens a review of an enrolled driver, what reopens it, and what opens none."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.bootstrap import create_workspace
from api.decide import decide, undo
from api.load import LoadRequest, load
from api.rescoring import rescore_workspace, screen_workspace
from api.reviews.actions import ReviewActions
from api.reviews.relied import relied_document
from api.scores import read_scores
from eligibility.reviews.tables import ReviewTables
from eligibility.screening.lag import ALL, lag_table, read_found
from eligibility.screening.runs import ScreeningTables
from linkage.ledger import IdentityTables, Workspace

TODAY = date(2026, 6, 30)
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
VOWELS = "AEIOU"


def _grounds() -> list[dict[str, str]]:
    table = resources.files("eligibility") / "data" / "grounds.csv"
    return list(csv.DictReader(table.read_text("utf-8").splitlines()))


OPENING = [row for row in _grounds() if row["consequence"] != "none"]
CONTEXT = [row for row in _grounds() if row["consequence"] == "none"]


def _name(number: int) -> str:
    """A surname that nobody else has and no other looks like."""
    parts = []
    for _ in range(4):
        number, place = divmod(number * 7919 + 104729, len(LETTERS) * len(VOWELS))
        parts.append(LETTERS[place % len(LETTERS)] + VOWELS[place // len(LETTERS)])
        number += place
    return "".join(parts)


@dataclass
class Desk:
    """A workspace with a few shorthands: one file a load."""

    folder: Path
    workspace: Workspace
    today: date = TODAY
    written: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def load(self, source: str, rows: list[dict[str, Any]], **request: Any) -> dict[str, Any]:
        path = self.folder / f"{next(self.written)}-{source}.csv"
        names = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        return load(self.workspace, LoadRequest((path,), source, request.pop("today", self.today), **request))

    def enrol(self, *numbers: int, **changes: Any) -> None:
        self.load("drivers", [driver(n) for n in numbers])
        self.load("enrolments", [enrolment(n, **changes) for n in numbers])

    def reviews(self, number: int | None = None) -> list[dict[str, Any]]:
        with self.workspace.reading() as connection:
            ids = None if number is None else [self.workspace.resolve_id(f"US/{number}")]
            return ReviewTables(connection).standing(ids).to_dicts()

    def scores(self) -> list[dict[str, Any]]:
        with self.workspace.reading() as connection:
            return read_scores(connection).sort("identity_id").to_dicts()

    def close(self, review_id: int) -> None:
        """The review is closed, as far as screening can see."""
        with self.workspace.exclusive(), self.workspace.transaction() as connection:
            connection.execute(
                "UPDATE review SET state = 'closed', outcome = 'retain', closed_at = '2026-06-30T12:00:00+00:00' "
                "WHERE review_id = ?",
                (review_id,),
            )


def driver(number: int, **changes: Any) -> dict[str, Any]:
    born = date(1960, 1, 1) + timedelta(days=37 * number % 12000)
    row = {
        "source": "US", "record_id": str(number), "country": "US", "given_name": _name(number + 5000).title(),
        "surname": _name(number).title(), "birth_date": born.isoformat(), "fast_id": f"98{number:07d}",
        "licence_number": f"{31000000 + 977 * number}", "licence_jurisdiction": "TX",
    }  # fmt: skip
    return row | changes


def enrolment(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "source": "US", "record_id": str(number), "fast_id": f"98{number:07d}", "status": "active",
        "enrolled_on": "2024-03-01", "expires_on": "2029-03-01",
    }  # fmt: skip
    return row | changes


def event(number: int, name: str, **changes: Any) -> dict[str, Any]:
    row = {
        "source": "US", "event_id": name, "record_id": str(number), "incident_id": f"I-{name}",
        "event_date": "2026-06-01", "received_on": "2026-06-20", "code": "US-FED-545", "status": "charge",
    }  # fmt: skip
    return row | changes


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, create_workspace(tmp_path / "w"))


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One enrolled driver a ground of the table, each with an event of it, in scope, that was loaded last."""
    folder = tmp_path_factory.mktemp("crowd")
    desk = Desk(folder, create_workspace(folder / "w"))
    desk.enrol(*range(len(OPENING) + len(CONTEXT)))
    with desk.workspace.reading() as connection:
        people = connection.execute("SELECT count(DISTINCT identity_id) FROM membership").get
    assert people == len(OPENING) + len(CONTEXT)
    over = [row for place, ground in enumerate(OPENING) for row in _over(place, ground)]
    assert len(over) > 60
    assert desk.load("events", over)["screened"] > 40
    assert desk.reviews() == []
    rows = [event(n, f"NEW-{n}", code=ground["code"], status=_status(ground)) for n, ground in enumerate(OPENING)]
    rows += [event(len(OPENING) + n, f"NONE-{n}", code=ground["code"]) for n, ground in enumerate(CONTEXT)]
    document = desk.load("events", rows)
    assert document["screened"] == len(OPENING) + len(CONTEXT)
    assert (document["reviews_opened"], document["reviews_reopened"]) == (len(OPENING) - 1, 0)  # one is for the cleared
    return desk


def _status(ground: dict[str, str]) -> str:
    return "in_force" if ground["lookback"] == "in_force" else "charge"


def _over(place: int, ground: dict[str, str]) -> list[dict[str, Any]]:
    """Events of a ground that are out of scope: past the look-back, or lifted; grounds for life have none."""
    code, lookback = ground["code"], ground["lookback"]
    if lookback == "in_force":
        case = {"code": code, "incident_id": f"I-WAS-{place}"}
        return [
            event(place, f"WAS-{place}", status="in_force", event_date="2026-05-01", **case),
            event(place, f"END-{place}", status="lifted", event_date="2026-05-20", **case),
        ]
    if not lookback.isdigit():
        return []
    old = TODAY - timedelta(days=366 * int(lookback) + 1)
    return [event(place, f"OLD-{place}", code=code, status="conviction", event_date=old.isoformat())]


@pytest.mark.parametrize("place", range(len(OPENING)), ids=[row["code"] for row in OPENING])
def test_one_new_event_in_scope_opens_exactly_one_review_and_an_expired_one_none(crowd: Desk, place: int) -> None:
    code = OPENING[place]["code"]
    [review] = crowd.reviews(place)
    mark = "cleared:" if code == "US-FAST-TERR" else ""
    assert review["key"] == f"{mark}incident:US/I-NEW-{place}"
    assert review["audience"] == ("cleared" if mark else "general")
    assert (review["happened_on"], review["received_on"]) == ("2026-06-01", "2026-06-30")
    assert code not in review["reason"] if mark else code in review["reason"]


def test_an_event_without_a_consequence_opens_none(crowd: Desk) -> None:
    for place in range(len(CONTEXT)):
        assert crowd.reviews(len(OPENING) + place) == []


def test_every_code_that_opens_a_review_is_there() -> None:
    assert len(OPENING) == 122


def test_terrorism_is_for_cleared_reviewers_and_never_scored(desk: Desk) -> None:
    desk.enrol(1)
    desk.load("events", [event(1, "T", code="US-FAST-TERR", status="in_force")])
    [review] = desk.reviews(1)
    assert review["audience"] == "cleared"
    with desk.workspace.reading() as connection:
        assert read_scores(connection)["own"].to_list() == [0.0]
        told = connection.execute(
            "SELECT group_concat(reason || key || coalesce(item, '')) FROM review "
            "LEFT JOIN review_item USING (review_id) WHERE audience = 'general'"
        ).get
    assert told is None


def test_that_a_review_for_the_cleared_came_up_is_in_no_count(desk: Desk) -> None:
    desk.enrol(1)
    listed = event(1, "T", code="US-FAST-TERR", status="in_force")
    other = event(1, "T2", code="US-FAST-TERR", status="in_force", event_date="2026-06-02")
    for rows in ([listed], [listed, other]):
        document = desk.load("events", rows)
        counted = {name: document[name] for name in document if name.startswith("reviews_")}
        assert counted == {"reviews_opened": 0, "reviews_reopened": 0, "reviews_extended": 0}
    assert len(desk.reviews(1)) == 2
    with desk.workspace.reading() as connection:
        runs = ScreeningTables(connection).rows()
    assert runs.select(pl.sum_horizontal("opened", "reopened", "extended").sum()).item() == 0


def test_reviews_for_the_cleared_that_relied_on_a_merge_are_told_to_the_cleared_alone(desk: Desk) -> None:
    desk.enrol(1)
    desk.load("drivers", [driver(2)])
    desk.load("events", [event(1, "A"), event(1, "T", code="US-FAST-TERR", status="in_force")])
    joined = decide(desk.workspace, "US/1", "US/2", "same", "one person on both photographs", "M. Ortega")
    desk.load("events", [event(2, "B"), event(2, "U", code="US-FAST-TERR", status="in_force")])
    for review in desk.reviews():
        desk.close(review["review_id"])
    number = joined["decision"]["n"]
    ReviewActions(desk.workspace, "M. Ortega").grant_clearance("C. Leduc", "needs to know")
    general = {review["review_id"] for review in desk.reviews() if review["audience"] == "general"}
    assert {row["review_id"] for row in relied_document(desk.workspace, number, "M. Ortega")["reviews"]} <= general
    everything = {row["review_id"] for row in relied_document(desk.workspace, number, "C. Leduc")["reviews"]}
    assert everything - general
    taken = undo(desk.workspace, number, "M. Ortega")
    assert taken["reviews_reopened"] == len(taken["relied_on"]["reopened"]) < len(everything)
    reopened = {review["review_id"] for review in desk.reviews() if review["state"] == "open"}
    assert reopened >= everything - general


def test_terrorism_beside_another_ground_of_the_incident_is_a_matter_of_its_own(desk: Desk) -> None:
    desk.enrol(1)
    both = [event(1, "A"), event(1, "T", code="US-FAST-TERR", status="in_force", incident_id="I-A")]
    assert desk.load("events", both)["reviews_opened"] == 1
    assert {review["audience"]: review["key"] for review in desk.reviews(1)} == {
        "general": "incident:US/I-A",
        "cleared": "cleared:incident:US/I-A",
    }


def test_a_declared_tie_gives_context_and_no_review(desk: Desk) -> None:
    desk.enrol(1)
    desk.load("drivers", [driver(2)])
    desk.load("events", [event(2, "A", code="US-FED-1324", status="conviction")])
    tie = {"source": "US", "a": "1", "b": "2", "kind": "watch-listed relative", "start_date": "2026-01-01"}
    assert desk.load("associations", [tie])["reviews_opened"] == 0
    assert desk.reviews() == []


def test_people_who_are_not_enrolled_are_not_screened(desk: Desk) -> None:
    desk.load("drivers", [driver(1), driver(2)])
    desk.load("enrolments", [enrolment(2, status="revoked")])
    assert desk.load("events", [event(1, "A"), event(2, "B")])["reviews_opened"] == 0


def test_what_was_there_before_the_enrolment_opens_a_review_with_it(desk: Desk) -> None:
    desk.load("drivers", [driver(1)])
    desk.load("events", [event(1, "A")])
    assert desk.load("enrolments", [enrolment(1)])["reviews_opened"] == 1


def test_a_dismissal_opens_nothing_and_a_conviction_reopens(desk: Desk) -> None:
    desk.enrol(1, 2)
    desk.load("events", [event(1, "A"), event(2, "B")])
    for review in desk.reviews():
        desk.close(review["review_id"])
    outcome = {"event_date": "2026-06-25", "received_on": "2026-06-28"}
    dismissed = event(1, "A2", incident_id="I-A", status="dismissed", **outcome)
    assert desk.load("events", [dismissed])["reviews_reopened"] == 0
    convicted = event(2, "B2", incident_id="I-B", status="conviction", **outcome)
    document = desk.load("events", [convicted])
    assert (document["reviews_opened"], document["reviews_reopened"]) == (0, 1)
    assert [(review["state"], review["round"]) for review in desk.reviews(1)] == [("closed", 1)]
    assert [(review["state"], review["round"]) for review in desk.reviews(2)] == [("open", 2)]


def test_a_cleared_matter_stays_cleared_and_a_load_again_opens_none(desk: Desk) -> None:
    desk.enrol(1)
    rows = [event(1, "A")]
    desk.load("events", rows)
    desk.close(desk.reviews()[0]["review_id"])
    again = desk.load("events", [*rows, event(99, "X", record_id="")])
    later = desk.load("drivers", [driver(1, phone="+1 956 555 0101")], today=TODAY + timedelta(days=40))
    for document in (again, later, screen_workspace(desk.workspace, TODAY + timedelta(days=60))):
        assert (document["reviews_opened"], document["reviews_reopened"]) == (0, 0)


def test_a_screening_that_found_nothing_is_recorded_and_names_whom_it_looked_at(desk: Desk) -> None:
    desk.enrol(1, 2)
    document = screen_workspace(desk.workspace, TODAY + timedelta(days=1), "M. Ortega")
    assert document | {"rescored": 0} == {
        "as_of": "2026-07-01", "screened": 2, "reviews_opened": 0, "reviews_reopened": 0, "reviews_extended": 0,
        "rescored": 0,
    }  # fmt: skip
    with desk.workspace.reading() as connection:
        row = ScreeningTables(connection).rows(1).to_dicts()[0]
        last = ScreeningTables(connection).last_of(desk.workspace.resolve_id("US/1"))
    assert (row["cause"], row["actor"], row["as_of"], row["screened"]) == ("time", "M. Ortega", "2026-07-01", 2)
    assert last == (row["screening_id"], "2026-07-01")


def test_a_load_screens_only_whom_it_can_concern(desk: Desk) -> None:
    desk.enrol(*range(20))
    assert desk.load("events", [event(3, "A")])["screened"] == 1
    assert desk.load("checks", [check(4)])["screened"] == 1
    assert desk.load("carriers", [{"source": "US", "carrier_id": "7", "name": "Northern Lines"}])["screened"] == 0


def check(number: int, **changes: Any) -> dict[str, Any]:
    row = {"source": "US", "record_id": str(number), "country": "MX", "record_type": "criminal",
           "checked_on": "2026-06-01", "result": "clear"}  # fmt: skip
    return row | changes


def test_time_alone_opens_an_expired_enrolment_and_an_old_answer_once_each(desk: Desk) -> None:
    desk.enrol(1, expires_on="2026-08-01")
    desk.load("checks", [check(1), check(1, record_type="customs"), check(1, country="CA", result="not_shared")])
    assert screen_workspace(desk.workspace, date(2026, 8, 1))["reviews_opened"] == 0
    assert screen_workspace(desk.workspace, date(2026, 8, 2))["reviews_opened"] == 1
    assert screen_workspace(desk.workspace, date(2027, 6, 1))["reviews_opened"] == 0
    assert screen_workspace(desk.workspace, date(2027, 6, 2))["reviews_opened"] == 1
    assert screen_workspace(desk.workspace, date(2027, 9, 2))["reviews_opened"] == 0
    keys = [review["key"] for review in desk.reviews(1)]
    assert keys == ["enrolment:US/1:2026-08-01", "coverage:MX"]
    renewed = desk.load("checks", [check(1, checked_on="2027-09-01")], today=date(2027, 9, 3))
    assert renewed["reviews_reopened"] == 0
    desk.close(desk.reviews(1)[1]["review_id"])
    assert screen_workspace(desk.workspace, date(2028, 9, 2))["reviews_reopened"] == 1


def test_an_answer_that_found_something_opens_once_and_one_that_is_about_nobody_here_opens_none(desk: Desk) -> None:
    desk.enrol(1)
    desk.load("drivers", [driver(2)])
    found = [check(n, result="derogatory") for n in (1, 2)]
    assert desk.load("checks", found)["reviews_opened"] == 1
    assert [review["key"] for review in desk.reviews()] == ["check:MX:criminal"]
    desk.close(desk.reviews()[0]["review_id"])
    assert screen_workspace(desk.workspace, date(2028, 9, 2))["reviews_opened"] == 0
    later = desk.load("checks", [check(1, result="derogatory", checked_on="2028-09-01")], today=date(2028, 9, 3))
    assert (later["reviews_opened"], later["reviews_reopened"]) == (0, 1)


def test_moving_the_scores_on_screens_for_what_time_brings(desk: Desk) -> None:
    desk.enrol(1, expires_on="2026-08-01")
    assert rescore_workspace(desk.workspace, date(2026, 9, 1), by="M. Ortega")["reviews_opened"] == 1


def test_a_licence_record_that_its_authority_no_longer_holds_opens_a_review(desk: Desk) -> None:
    desk.load("drivers", [driver(n) for n in range(12)])
    desk.load("drivers", [driver(n, source="FAST", licence_number="") for n in range(12)])
    desk.load("enrolments", [enrolment(n, source="FAST") for n in range(12)])
    gone = desk.load("drivers", [driver(n) for n in range(11)], mode="snapshot")
    assert gone["reviews_opened"] == 1
    [review] = desk.reviews()
    assert (review["trigger"], review["key"]) == ("licence_withdrawn", "licence:US/11")


def test_linked_risk_in_the_higher_band_opens_once_and_reopens_for_another_incident(desk: Desk) -> None:
    desk.enrol(1)
    desk.load("drivers", [driver(2), driver(3)])
    vin = "1XPBDP9X4EHKL9564"
    desk.load("vehicles", [{"source": "US", "vin": vin, "plate": "", "carrier_id": ""}])
    desk.load("driving", [{"source": "US", "record_id": str(n), "vin": vin, "date": "2026-05-20"} for n in (1, 2, 3)])
    smuggling = {"code": "US-FED-952", "status": "conviction", "event_date": "2026-05-21"}
    first = desk.load("events", [event(2, "A", **smuggling)])
    assert first["reviews_opened"] == 1
    [review] = desk.reviews(1)
    assert (review["trigger"], review["key"]) == ("linked_band", "linked_band")
    desk.close(review["review_id"])
    small = desk.load("events", [event(3, "B", code="US-383-SER-01", event_date="2026-05-22")])
    assert (small["reviews_opened"], small["reviews_reopened"]) == (0, 0)
    second = desk.load("events", [event(3, "C", **smuggling)])
    assert (second["reviews_opened"], second["reviews_reopened"]) == (0, 1)


def test_a_wrong_merge_undone_lists_and_reopens_what_relied_on_it_and_nothing_else(desk: Desk) -> None:
    desk.enrol(1, 5, 6)
    desk.load("drivers", [driver(2), driver(7)])
    desk.load("events", [event(2, "A"), event(5, "B")])
    desk.close(desk.reviews(5)[0]["review_id"])
    before, scores = desk.reviews(), desk.scores()
    joined = decide(desk.workspace, "US/1", "US/2", "same", "one person on both photographs", "M. Ortega")
    assert (joined["reviews_opened"], joined["reviews_reopened"]) == (1, 0)
    [review] = desk.reviews(1)
    assert review["key"] == "incident:US/I-A"
    desk.close(review["review_id"])
    taken = undo(desk.workspace, joined["decision"]["n"], "R. Pelletier")
    assert (taken["reviews_opened"], taken["reviews_reopened"]) == (0, 1)
    assert taken["relied_on"]["reviews"] == taken["relied_on"]["reopened"] == [review["review_id"]]
    assert {row["identity_id"] for row in taken["relied_on"]["scores"]} == {
        desk.workspace.resolve_id("US/1"),
        desk.workspace.resolve_id("US/2"),
    }
    assert desk.scores() == scores
    again = {row["review_id"]: row for row in desk.reviews()}
    assert again.pop(review["review_id"])["state"] == "open"
    assert list(again.values()) == before


def test_parting_what_evidence_joined_lists_it_too(desk: Desk) -> None:
    desk.enrol(1)
    assert desk.load("drivers", [driver(2)])["reviews_opened"] == 0
    desk.load("events", [event(2, "A")])
    same = desk.load("drivers", [driver(1, record_id="2")])
    assert same["identities"]["merged"] == 1
    assert {review["trigger"] for review in desk.reviews(1)} == {"merged", "own_event"}
    for review in desk.reviews(1):
        desk.close(review["review_id"])
    assert desk.load("drivers", [driver(1, phone="+1 956 555 0101")])["reviews_reopened"] == 0
    parted = desk.load("drivers", [driver(2, phone="+1 956 555 0199")])
    assert parted["identities"]["split"] == 1
    assert (parted["reviews_opened"], parted["reviews_reopened"]) == (1, 2)
    assert {review["trigger"]: review["state"] for review in desk.reviews(1)} == {"merged": "open", "split": "open"}


def test_what_was_cleared_of_two_stays_cleared_when_they_are_one(desk: Desk) -> None:
    desk.enrol(1, 2)
    shared = {"incident_id": "I-A"}
    desk.load("events", [event(1, "A", **shared), event(2, "B", **shared)])
    assert len(desk.reviews()) == 2
    for review in desk.reviews():
        desk.close(review["review_id"])
    joined = decide(desk.workspace, "US/1", "US/2", "same", "one person on both photographs", "M. Ortega")
    assert (joined["reviews_opened"], joined["reviews_reopened"]) == (0, 0)
    later = desk.load("events", [event(2, "B2", status="conviction", event_date="2026-06-25", **shared)])
    assert (later["reviews_opened"], later["reviews_reopened"]) == (0, 1)


def test_what_may_be_theirs_opens_once_and_again_when_it_is_theirs(desk: Desk) -> None:
    desk.enrol(1)
    bare = {"fast_id": "", "licence_number": "", "licence_jurisdiction": "", "source": "COURT", "record_id": "9"}
    names = ("source", "record_id", "given_name", "surname", "birth_date")
    case = {name: (driver(1) | bare)[name] for name in names}
    case["birth_date"] = case["birth_date"][:8] + "28"
    desk.load("events", [event(9, "A", source="COURT")])
    found = desk.load("drivers", [case])
    with desk.workspace.reading() as connection:
        assert IdentityTables(connection).possible_links().height == 1
    assert found["reviews_opened"] == 1
    [review] = desk.reviews(1)
    assert (review["trigger"], review["key"]) == ("possible", "possible:US/1~COURT/9")
    desk.close(review["review_id"])
    assert desk.load("drivers", [driver(1, phone="+1 956 555 0101")])["reviews_reopened"] == 0
    joined = decide(desk.workspace, "US/1", "COURT/9", "same", "one person on both photographs", "M. Ortega")
    assert (joined["reviews_opened"], joined["reviews_reopened"]) == (1, 0)
    assert [row["key"] for row in desk.reviews(1)] == ["possible:US/1~COURT/9", "incident:COURT/I-A"]


def test_the_lag_table_tells_each_step(desk: Desk) -> None:
    desk.enrol(1, enrolled_on="2024-03-01")
    desk.load("events", [event(1, "A")])
    with desk.workspace.reading() as connection:
        table = lag_table(read_found(connection))
    rows = {row["step"]: row for row in table.filter(pl.col("trigger") == ALL).to_dicts()}
    days = {step: (row["reviews"], row["median"], row["p95"]) for step, row in rows.items()}
    assert days == {
        "event to record received": (1, 29.0, 29.0),
        "record received to review opened": (1, 0.0, 0.0),
        "event to review opened": (1, 29.0, 29.0),
        "review opened to decision": (0, None, None),
        "event to five-year renewal": (1, 1004.0, 1004.0),
    }
