"""Where an expunging touches what is others', was withdrawn before, or changes while it is under way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.audit import AuditLog, Entry
from api.bootstrap import open_workspace
from api.casework.cases import Cases
from api.doctor import doctor
from api.expunge.run import expunge, expunge_records
from api.retention import records_due
from api.succession_rulings import SuccessionRuling, SuccessionRulings
from eligibility.clearance import Clearances
from linkage.errors import LedgerError, UnknownRecord, WriterBusy
from linkage.ledger import Workspace
from linkage.schema import Kind
from tests.e2e.conftest import CommandLine
from tests.e2e.copies import copies
from tests.e2e.http_world import EVENTS
from tests.e2e.used_world import ORDER, TEXTS, assert_sound, people, ran, scores

HEAD = "source,record_id,country,given_name,surname,birth_date,licence_number,licence_jurisdiction"
WITHDRAWN = "WD,5,US,Ramiro,Zabulondo,1984-03-19,31552208,TX"


def loaded(workspace: Workspace, folder: Path, rows: tuple[str, ...], name: str = "more", *words: str) -> Any:
    """The load document of rows of drivers, or of events where they follow that head."""
    file = folder / f"{name}.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")
    source = "events" if rows[0] == EVENTS.splitlines()[0] else "drivers"
    return ran(workspace.path)("load", file, "--source", source, "--today", "2026-06-30", *words)


def test_a_record_that_was_withdrawn_before_goes_with_the_person(
    used: Workspace, anywhere: CommandLine, tmp_path: Path
) -> None:
    loaded(used, tmp_path, (HEAD, WITHDRAWN))
    assert used.resolve_id("WD/5") == used.resolve_id("US/1")
    loaded(used, tmp_path, (HEAD, WITHDRAWN), "gone", "--mode", "delete")
    before = anywhere.on(used.path)
    before.json("backup", tmp_path / "before")
    assert expunge(used, "US/1", ORDER)["records"] == 4
    assert copies(used.path, (*TEXTS, "WD/5")) == {}
    before.json("expunge", "--tombstones", tmp_path / "tombstones.json")
    again = anywhere.on(tmp_path / "again")
    again.json("restore", tmp_path / "before", "--tombstones", tmp_path / "tombstones.json")
    assert copies(again.folder, (*TEXTS, "WD/5")) == {}
    assert_sound(used)


def test_whoever_was_withdrawn_altogether_can_still_be_taken_out(used: Workspace, tmp_path: Path) -> None:
    row = "ZZ,8,US,Wilhelmina,Kryszkowiak,1971-02-03,88776655,TX"
    loaded(used, tmp_path, (HEAD, row))
    identity = used.resolve_id("ZZ/8")
    loaded(used, tmp_path, (HEAD, row), "gone", "--mode", "delete")
    with pytest.raises(UnknownRecord):
        expunge(used, "ZZ/9", ORDER)
    document = expunge(used, "ZZ/8", ORDER)
    assert (document["identities"], document["records"]) == ([identity], 1)
    assert copies(used.path, ("ZZ/8", "Kryszkowiak", "88776655")) == {}


def test_keys_and_names_of_others_that_hold_the_persons_stay(used: Workspace, tmp_path: Path) -> None:
    others = (
        "US,1-2,US,Petronela,Oldenkott,1970-01-01,11998877,TX",
        "STORY-US,1,US,Bea,Pfifferling,1971-01-01,22887766,TX",
        "ON,77,CA,Juan Ramiro,Zabulondo,1999-09-09,,",
    )
    loaded(used, tmp_path, (HEAD, *others))
    ran(used.path)("link", "US/1-2", "STORY-US/1", "--reason", "one woman")
    with used.transaction() as connection:
        cases = Cases(connection, "ana")
        cases.note(cases.open("Another"), "Juan Ramiro Zabulondo is not Ramiro Zabulondo")
    expunge(used, "US/1", ORDER)
    with used.reading() as connection:
        decided = connection.execute("SELECT a, b FROM decision WHERE reason = 'one woman'").fetchall()
        note = str(connection.execute("SELECT text FROM case_note ORDER BY note_id DESC LIMIT 1").get)
    assert decided == [("STORY-US/1", "US/1-2")]
    assert note.startswith("Juan Ramiro Zabulondo is not expunged-1.")
    assert frozenset({"US/1-2", "STORY-US/1"}) in people(used)
    ran(used.path)("unlink", "US/3", "US/4", "--reason", "looked at both")
    assert frozenset({"US/1-2", "STORY-US/1"}) in people(used), "the decision counts from then on, too"


def test_a_word_that_stands_for_no_number_keeps_its_place_in_what_is_others(used: Workspace, tmp_path: Path) -> None:
    """What a source wrote for a licence that it does not know is a word of the program, too."""
    loaded(used, tmp_path, (HEAD, "US,1,US,Ramiro,Zabulondo,1984-03-19,review,TX"))
    ran(used.path)("unlink", "US/3", "US/4", "--reason", "after the review")
    expunge(used, "US/1", ORDER)
    with used.reading() as connection:
        assert connection.execute("SELECT reason FROM decision ORDER BY n DESC LIMIT 1").get == "after the review"


def test_reasons_and_names_of_files_are_rewritten_wherever_they_are_kept(used: Workspace, tmp_path: Path) -> None:
    loaded(used, tmp_path, (HEAD, "XX,3,US,Bea,Pfifferling,1971-01-01,22887766,TX"), "zabulondo")
    with used.transaction() as connection:
        rulings = SuccessionRulings(connection)
        for n in (1, 2):
            day = "2026-06-30"
            rulings.insert(SuccessionRuling(n, "US/900", "US/901", "rejected", "Zabulondo has both", "ana", day, day))
        rulings.undo(2, "ana", "2026-07-01")
        Clearances(connection).grant("bob", "since the Zabulondo affair", "ana", "2026-06-30")
    audit, here, other = AuditLog(used.path), used.resolve_id("US/1"), used.resolve_id("US/2")
    said = ((here, "he called"), (other, "Zabulondo asked"), (other, "lost papers"))
    audit.record(Entry("ana", "unmask", who, f"reason: {why}") for who, why in said)
    document = expunge(used, "US/1", ORDER)
    assert document["places"]["audit"] == 2
    assert copies(used.path, TEXTS) == {}
    kept = [(entry.identity_id, entry.detail) for entry in audit.entries() if entry.action == "unmask"]
    emptied = "reason: (expunged)"
    assert kept == [(other, "reason: lost papers"), (other, emptied), (here, emptied)]


def test_an_event_that_becomes_the_persons_leaves_whoever_had_it(used: Workspace, tmp_path: Path) -> None:
    """The source takes it from one who had it by mistake; that it names nobody who is here is no reason to keep it."""
    head = EVENTS.splitlines()[0]
    of = "US,E77,I77,{},,US-383-SER-01,2026-04-02,5,Speed,conviction,2026-06-10,,900,"
    before = scores(used)[frozenset({"US/4"})]
    loaded(used, tmp_path, (head, of.format(4)))
    assert scores(used)[frozenset({"US/4"})] != before
    expunge(used, "US/1", ORDER)
    without = scores(used)[frozenset({"US/4"})]
    told = loaded(used, tmp_path, (head, of.format(4), of.format(1)), "corrected")
    assert [(issue["line"], issue["rule"]) for issue in told["files"][0]["rejected"]] == [(3, "expunged")]
    assert used.facts(Kind.EVENT).filter(pl.col("event_id") == "E77").is_empty()
    assert scores(used)[frozenset({"US/4"})] != without
    assert_sound(used)


class _Killed(BaseException):
    pass


def _killed(*_: Any, **__: Any) -> None:
    raise _Killed


def test_whoever_joins_before_it_is_resumed_keeps_what_is_theirs(
    used: Workspace, monkeypatch: pytest.MonkeyPatch, anywhere: CommandLine, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("api.expunge.run.withdraw", _killed)
        with pytest.raises(_Killed):
            expunge(used, "US/1", ORDER)
    loaded(used, tmp_path, (HEAD, WITHDRAWN))
    assert used.resolve_id("WD/5") == used.resolve_id("US/1")
    ran(used.path)("exchange", "request", "--partner", "mx", "--record-type", "customs", "--reason", "yearly round")
    about = "SELECT count(*) FROM exchange_request WHERE anchor = 'US/1' AND packet <> '{}'"
    with used.reading() as connection:
        assert connection.execute(about).get == 2
    cli = anywhere.on(used.path)
    cli.json("backup", tmp_path / "midway")
    cli.json("expunge", "--resume")
    assert frozenset({"WD/5"}) in people(used)
    with used.reading() as connection:
        assert connection.execute(about).get == 0, "nor is anything asked about who was taken out"
    assert frozenset({"WD/5"}) in scores(used), "the id is theirs now, and its score"
    assert_sound(used)
    cli.json("expunge", "--tombstones", tmp_path / "tombstones.json")
    again = anywhere.on(tmp_path / "again")
    again.json("restore", tmp_path / "midway", "--tombstones", tmp_path / "tombstones.json")
    assert people(open_workspace(again.folder)) == people(used)
    assert all(check["ok"] for check in doctor(again.folder)["checks"])


def test_whose_records_go_is_settled_while_nobody_else_writes(used: Workspace) -> None:
    """A load that comes between the question and the answer would leave a record behind."""

    def whom() -> list[str]:
        with pytest.raises(WriterBusy), used.exclusive(wait_s=0):
            pass
        raise LedgerError("asked")

    with pytest.raises(LedgerError, match="asked"):
        expunge_records(used, whom, ORDER)
    listed = {"as_of": "2032-10-01", "years": 3, "rows": [{"identity_id": used.resolve_id("US/3"), "is_due": True}]}
    assert records_due(used, listed) == [], "who is not due any more by then stays"
