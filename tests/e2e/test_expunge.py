"""A person who is expunged is nowhere any more, stays away, and everybody else is as if that person had never been."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import polars as pl
import pytest
import time_machine

from api.bootstrap import create_workspace, open_workspace
from api.casework.cases import Cases
from api.expunge.expungings import Order
from api.expunge.run import expunge
from api.expunge.tables import DELETED, IN_ITS_OWN_WAY, MADE_ANEW, NAMES_NOBODY, WRITTEN
from api.graph_store import LEDGER
from api.jobs.acceptance import WhatToLoad, accept_records
from api.jobs.runner import Runner
from api.jobs.tables import JobTables
from api.policies.sources import sources_document
from api.roles import Role
from eligibility.reviews.snapshots import Snapshots
from eligibility.trail import Trail
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Workspace
from linkage.schema import Kind
from tests.e2e.conftest import CommandLine
from tests.e2e.copies import copies
from tests.e2e.http_world import (
    CARRIERS,
    DRIVERS,
    EVENTS,
    TERRORISM,
    bring,
    serving,
)
from tests.e2e.used_world import FILES, ORDER, PERSON, TEXTS, assert_sound, people, ran, scores
from tests.e2e.web_world import an_office


def test_every_table_is_in_one_of_the_lists(used: Workspace) -> None:
    """Whoever adds a table says what an expunging does to it, or this fails."""
    with used.reading() as connection:
        rows = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_term_%'"
        )
        tables = {str(row[0]) for row in rows}
        for table, names in WRITTEN.items():
            held = {str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")}
            assert set(names) <= held, table
    listed = [MADE_ANEW, NAMES_NOBODY, WRITTEN, IN_ITS_OWN_WAY, DELETED]
    assert tables - set().union(*listed) == set()
    assert MADE_ANEW & (NAMES_NOBODY | set(WRITTEN) | IN_ITS_OWN_WAY | set(DELETED)) == set()
    assert NAMES_NOBODY & (set(WRITTEN) | IN_ITS_OWN_WAY | set(DELETED)) == set()


def test_no_copy_is_left_anywhere(used: Workspace, anywhere: CommandLine, tmp_path: Path) -> None:
    before = copies(used.path, TEXTS)
    assert set(before) == set(TEXTS), "each text is there to be found"
    in_tables = {place.rpartition("/")[2] for places in before.values() for place in places}
    assert in_tables >= {
        *("membership", "node", "edge", "search_record", "search_term_content", "review_snapshot", "review_note"),
        *("review_finding", "review_proposal", "review_basis", "exchange_request", "kept_answer", "sample", "case_pin"),
        *("case_note", "case_folder", "link_answer", "watch", "decision", "change", "trail", "person.parquet", "1.csv"),
        *("search", "block"),
    }
    cli = anywhere.on(used.path)
    here = used.resolve_id("US/1")
    document = cli.json("expunge", "CA/1", "--reason", ORDER.reason)
    assert (document["identity_id"], document["records"]) == (here, 3)
    assert document["places"]["records/person"] == 3
    assert document["tombstone"]
    assert copies(used.path, TEXTS) == {}
    cli.json("backup", tmp_path / "backup")
    assert copies(tmp_path, TEXTS) == {}, "nor in a backup made afterwards"
    assert_sound(used)
    with pytest.raises(UnknownRecord):
        used.resolve_id(here)
    with used.reading() as connection:
        (step,) = [entry for entry in Trail(connection).of("expunging:1") if entry.action == "person expunged"]
    assert step.actor == "tester"
    assert step.reason == ORDER.reason
    detail = json.loads(step.detail)
    assert (detail["identities"], detail["records"]) == ([here], 3)
    assert detail["trail"], "what the trail itself said of the person was emptied, and told"
    audited = cli.run("audit", "list", "-w", used.path, "--json")
    assert "Zabulondo" not in audited.out


def test_everybody_else_is_as_if_the_person_had_never_been(in_use: Path, used: Workspace, tmp_path: Path) -> None:
    never = create_workspace(tmp_path / "never")
    for source, text in (*FILES.items(), ("carriers", CARRIERS), ("events", TERRORISM)):
        head, *lines = text.splitlines()
        bring(never, tmp_path, source, "\n".join([head, *(line for line in lines if not _is_about(source, line))]))
    sources = {row["source"] for row in sources_document(used)["loaded"]}
    expunge(used, "US/1", ORDER)
    assert {row["source"] for row in sources_document(used)["loaded"]} == sources
    assert people(used) == people(never)
    assert scores(used) == scores(never)
    before = people(open_workspace(in_use))
    assert people(used) == {records for records in before if "US/1" not in records}
    with used.reading() as connection:
        note = connection.execute("SELECT text FROM case_note").get
        kinds = [str(row[0]) for row in connection.execute("SELECT kind FROM case_pin ORDER BY pin_id")]
    assert "Quirina was not" in str(note), "what was written of others stays"
    assert kinds == ["driver", "connection"]
    with an_office(used.path, tmp_path / "office") as office:
        page = office.as_(Role.INVESTIGATOR).get("/cases/1").text
    assert "Quirina" in page
    assert "abulondo" not in page


def test_a_shown_document_of_another_keeps_its_seal(web_world: Path, tmp_path: Path) -> None:
    """Ramiro Ocampo's review rests on an incident of the driver who is expunged: it goes from what was shown."""
    used = open_workspace(Path(shutil.copytree(web_world, tmp_path / "workspace")))
    of = used.resolve_id("STORY-US/U-1001")
    with used.reading() as connection:
        rows = connection.execute("SELECT review_id FROM review_today WHERE current_id = ? ORDER BY 1", (of,))
        kept = {int(row[0]): Snapshots(connection).of(int(row[0])) for row in rows}
        (number,) = (n for n, (first, *_) in kept.items() if "STORY-MX/I-901" in json.dumps(first.document))
        shown = kept[number][0]
    expunge(used, "STORY-MX/M-41", ORDER)
    with used.reading() as connection:
        kept = Snapshots(connection)
        after = kept.of(number)[0]
        assert (after.digest, after.at) == (shown.digest, shown.at)
        assert "I-901" not in json.dumps(after.document)
        assert after.document["matter"]["identity_id"] == shown.document["matter"]["identity_id"]
        assert kept.is_whole(after)
        assert not after.is_whole(), "it is not what was kept, and the trail says so"
        assert kept.broken() == []
        assert Trail(connection).verify() == []
    assert copies(used.path, ("STORY-MX/I-901", "STORY-MX/M-41")) == {}


@pytest.mark.parametrize("is_of_the_person", [True, False])
def test_a_row_of_the_trail_that_is_changed_by_others_is_found(used: Workspace, *, is_of_the_person: bool) -> None:
    expunge(used, "US/1", ORDER)
    with used.transaction() as connection:
        (step,) = [entry for entry in Trail(connection).of("expunging:1") if entry.action == "person expunged"]
        emptied = set(map(int, json.loads(step.detail)["trail"]))
        row = min(emptied if is_of_the_person else set(range(1, step.n)) - emptied)
        change = f"UPDATE trail SET reason = 'other' WHERE n = {row}"
        with pytest.raises(apsw.ConstraintError):
            connection.execute(change)
        connection.execute("DROP TRIGGER trail_is_kept")
        connection.execute(change)
        assert Trail(connection).verify() == [f"row {row} was changed"]


def test_old_files_do_not_bring_the_person_back(used: Workspace, anywhere: CommandLine, tmp_path: Path) -> None:
    cli = anywhere.on(used.path)
    expunge(used, "US/1", ORDER)
    for source, text in FILES.items():
        file = tmp_path / f"{source}.csv"
        file.write_text(text + "\n", "utf-8")  # other bytes than those that were loaded
        document = cli.json("load", file, "--source", source, "--today", "2026-07-01")
        (told,) = document["files"]
        assert told["rows"] == told["accepted"] + len(told["rejected"])
        expunged = [(issue["line"], issue["rule"]) for issue in told["rejected"]]
        lines = [n for n, line in enumerate(text.splitlines(), 1) if _is_about(source, line)]
        assert expunged == [(line, "expunged") for line in lines], source
        assert lines
    assert not set(PERSON) & set(used.memberships()["record_key"])
    assert copies(used.path, ("Zabulondo", "US/1", "CA/1", "31552208")) == {}
    assert_sound(used)


def _is_about(source: str, line: str) -> bool:
    cells = line.split(",")
    if source == "events":
        return cells[0] == "US" and cells[3] == "1"
    if source == "crossings":
        return cells[-2:] == ["US", "1"]
    return cells[:2] in (["US", "1"], ["CA", "1"])


def test_a_record_that_waited_to_be_resolved_is_refused_then(used: Workspace) -> None:
    record = {"source": "US", "record_id": "1", "country": "US", "given_name": "Ramiro", "surname": "Zabulondo"}
    what = WhatToLoad("drivers", date(2026, 6, 30))
    job = accept_records(used, [record | {"birth_date": "1984-03-19"}], what, "tester")
    expunge(used, "US/1", ORDER)
    assert Runner(used, LEDGER, "test").run_one()
    with used.reading() as connection:
        done = JobTables(connection).get(job.job_id)
    assert done.result is not None
    (told,) = done.result["records"]
    assert [issue["rule"] for issue in told["rejected"]] == ["expunged"]
    assert copies(used.path, TEXTS) == {}, "nor of what was sent"


def test_a_backup_of_before_is_restored_without_the_person(
    used: Workspace, anywhere: CommandLine, tmp_path: Path
) -> None:
    cli = anywhere.on(used.path)
    cli.json("backup", tmp_path / "before")
    expunge(used, "US/1", ORDER)
    expunge(used, "US/4", ORDER)
    written = cli.json("expunge", "--tombstones", tmp_path / "tombstones.json")
    assert copies(tmp_path / "tombstones.json", TEXTS) == {}
    assert (tmp_path / "tombstones.json").stat().st_mode & 0o777 == 0o600
    assert written["tombstones"] >= 3
    again = anywhere.on(tmp_path / "again")
    again.json("restore", tmp_path / "before", "--tombstones", tmp_path / "tombstones.json")
    assert copies(again.folder, (*TEXTS, "Szymanski", "US/4")) == {}
    assert people(open_workspace(again.folder)) == people(used)
    assert_sound(open_workspace(again.folder))
    file = tmp_path / "drivers.csv"
    file.write_text(DRIVERS + "\n", "utf-8")
    rejected = again.json("load", file, "--source", "drivers", "--today", "2026-07-01")["files"][0]["rejected"]
    assert [issue["rule"] for issue in rejected] == ["expunged"] * 3
    refused = anywhere.on(tmp_path / "third").run(
        "restore", tmp_path / "before", "--tombstones", file, "-w", tmp_path / "third"
    )
    assert refused.code == 2
    assert not (tmp_path / "third").exists()


def test_an_order_needs_a_person_and_a_reason_that_names_nobody(used: Workspace, anywhere: CommandLine) -> None:
    cli = anywhere.on(used.path)
    before = people(used)
    named = (" ", "ZABULONDO v. State, Ramiro Zabulondo", "State v. Zabulondo")
    for words in (("US/1",), *(("US/1", "--reason", reason) for reason in named)):
        refused = cli("expunge", *words)
        assert refused.code == 2
        assert "abulondo" not in refused.err
    for actor, reason in (("", "x"), ("ana", "")):
        with pytest.raises(SettingsError):
            expunge(used, "US/1", Order(actor, reason))
    with pytest.raises(UnknownRecord):
        expunge(used, "US/nobody", ORDER)
    assert people(used) == before
    assert copies(used.path, TEXTS).keys() == set(TEXTS)


def test_a_namesake_keeps_what_was_written_of_them(used: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "namesake.csv"
    file.write_text(
        "source,record_id,country,given_name,surname,birth_date\nON,77,CA,Ramiro,Zabulondo,1999-09-09\n", "utf-8"
    )
    ran(used.path)("load", file, "--source", "drivers", "--today", "2026-06-30")
    with used.transaction() as connection:
        cases = Cases(connection, "ana")
        case = cases.open("Two of one name")
        cases.note(case, "Ramiro Zabulondo of Toronto")
        cases.note(case, "Ramiro Zabulondo with licence 31552208")
    expunge(used, "US/1", ORDER)
    with used.reading() as connection:
        notes = [str(row[0]) for row in connection.execute("SELECT text FROM case_note WHERE case_id = ?", (case,))]
    assert notes[0] == "Ramiro Zabulondo of Toronto"
    assert "Zabulondo" not in notes[1]
    assert frozenset({"ON/77"}) in people(used)


def test_a_correction_does_not_come_undone(used: Workspace, tmp_path: Path) -> None:
    """An event that was US/2's by mistake, then US/1's: it must not be US/2's again when US/1 is gone."""
    head = EVENTS.splitlines()[0]
    rows = (f"US,E77,I77,{of},,US-383-SER-01,2026-04-02,5,Speed,conviction,2026-06-10,,900," for of in ("2", "1"))
    for number, row in enumerate(rows):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"{head}\n{row}\n", "utf-8")
        ran(used.path)("load", file, "--source", "events", "--today", "2026-06-30")
    assert used.facts(Kind.EVENT).filter(pl.col("event_id") == "E77")["record_key"].to_list() == ["US/1"]
    expunge(used, "US/1", ORDER)
    assert used.facts(Kind.EVENT).filter(pl.col("event_id") == "E77").is_empty()
    assert_sound(used)


@pytest.fixture
def follower(used: Workspace) -> Iterator[Any]:
    with serving(used.path) as api:
        yield api


def test_a_server_that_runs_on_tells_of_nobody(follower: Any, used: Workspace) -> None:
    client = follower.as_(Role.INVESTIGATOR)
    here = used.resolve_id("US/1")
    found = client.post("/api/v1/drivers/search", json={"text": "zabulondo"})
    assert here in found.text
    assert client.get(f"/api/v1/drivers/{here}").status_code == 200
    record = {
        "source": "XX",
        "record_id": "9",
        "given_name": "Ramiro",
        "surname": "Zabulondo",
        "birth_date": "1984-03-19",
    }
    assert here in client.post("/api/v1/match", json={"records": [record]}).text
    expunge(used, "US/1", ORDER)
    assert "hits" in (after := client.post("/api/v1/drivers/search", json={"text": "zabulondo"})).json()
    assert after.json()["hits"] == []
    assert client.get(f"/api/v1/drivers/{here}").status_code == 404
    assert here not in client.post("/api/v1/match", json={"records": [record]}).text
    other = used.resolve_id("US/2")
    assert client.get(f"/api/v1/drivers/{other}").status_code == 200
    assert client.get(f"/api/v1/drivers/{other}/linked-risk").status_code == 200


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-07-01T00:00:00+00:00", tick=True) as clock:
        yield clock


def test_whose_membership_is_over_is_listed_and_let_go(
    used: Workspace, anywhere: CommandLine, clock: time_machine.Traveller
) -> None:
    cli, when = anywhere.on(used.path), ("--years", "3", "--as-of", "2032-10-01")
    early = cli("retention", *when, "--expunge", "--reason", "schedule N1-7")
    assert early.code == 2, "nobody goes before the day has come"
    clock.move_to("2032-10-02T00:00:00+00:00")
    assert cli.json("retention", "--years", "3", "--as-of", "2032-01-01")["rows"] == []
    one, two = (used.resolve_id(record) for record in ("US/1", "US/2"))
    late = cli.json("retention", *when)
    rows = {row["identity_id"]: row for row in late["rows"]}
    assert {id_: (row["ended_on"], row["records"]) for id_, row in rows.items()} == {
        one: ("2029-04-02", 3),
        two: ("2029-09-15", 1),
    }
    assert not rows[one]["is_due"]
    assert rows[one]["open_reviews"], "somebody is still to decide about them"
    before = people(used)
    with used.transaction() as connection:
        connection.execute("UPDATE review SET state = 'closed', outcome = 'retain', closed_at = opened_at")
    assert cli.json("retention", *when)["due"] == 2
    assert people(used) == before, "a list changes nothing"
    assert cli("retention", *when, "--expunge").code == 2, "nobody goes without a reason"
    gone = cli.json("retention", *when, "--expunge", "--reason", "schedule N1-7")
    assert set(gone["identities"]) >= {one, two}
    assert people(used) == {records for records in before if not records & {"US/1", "US/2"}}
    assert copies(used.path, (*TEXTS, "Befanoska")) == {}
    assert cli("retention", *when, "--expunge", "--reason", "schedule N1-7").code == 2, "nobody is due any more"
