"""Reviews on the command line, from the load that opens one to the letter, the appeal, the replay and the doctor."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import pytest

from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from eligibility.trail import NOTHING_BEFORE, Step, Trail
from tests.e2e.conftest import CommandLine

DRIVERS = """source,record_id,country,given_name,surname,birth_date,fast_id,licence_number,licence_jurisdiction
US,1,US,Ramiro,Zabulondo,1984-03-19,984400117,31552208,TX
US,2,US,Quirina,Befanoska,1961-11-05,984400231,20117744,TX
"""
ENROLMENTS = """source,record_id,fast_id,status,enrolled_on,expires_on,last_vetted_on,citizenship,residence,approved_by
US,1,984400117,active,2024-04-03,2029-04-02,2024-03-14,US,US,CBP
US,2,984400231,active,2024-09-16,2029-09-15,2024-08-30,US,US,CBP
"""
CHECKS = "source,record_id,country,record_type,checked_on,result,legal_basis\n" + "".join(
    f"US,{number},US,{kind},2026-06-01,clear,49 CFR 1572.201\n" for number in (1, 2) for kind in ("criminal", "customs")
)
HEAD = (
    "source,event_id,incident_id,record_id,event_type,code,event_date,severity,description,status,received_on,quality\n"
)
EVENTS = f"""{HEAD}US,E1,I1,1,,US-FED-545,2026-05-01,9,Goods found,charge,2026-06-10,B
US,E2,I2,1,,US-383-SER-01,2026-04-01,5,Speed,conviction,2026-06-10,A
"""
TERRORISM = """source,event_id,incident_id,record_id,event_type,code,event_date,severity,description,status,received_on
US,E9,I9,2,,US-FAST-TERR,2026-05-01,10,Information,in_force,2026-06-10
"""
OPTIONS = ("--today", "2026-06-30")


def as_(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CROSSLANE_ACTOR", name)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two enrolled drivers; a load of events opened two reviews of the first."""
    folder = tmp_path_factory.mktemp("reviews")
    workspace = create_workspace(folder / "workspace")
    files = {"drivers": DRIVERS, "enrolments": ENROLMENTS, "checks": CHECKS, "events": EVENTS}
    for source, text in files.items():
        path = folder / f"{source}.csv"
        path.write_text(text, "utf-8")
        done = load(workspace, LoadRequest((path,), source, date(2026, 6, 30)))
        assert done["reviews_opened"] == (2 if source == "events" else 0)
    return workspace.path


@pytest.fixture
def desk(anywhere: CommandLine, loaded: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line of ana on a copy of it."""
    shutil.copytree(loaded, anywhere.folder)
    as_(monkeypatch, "ana")
    return anywhere


def number_of(desk: CommandLine, key: str) -> int:
    rows = [row for row in desk.json("review", "list", "--all")["rows"] if row["key"] == key]
    assert len(rows) == 1
    return int(rows[0]["review_id"])


def trail_of(desk: CommandLine) -> dict[str, Any]:
    """What the doctor says of the trail."""
    checks = json.loads(desk.run("doctor", "-w", desk.folder, "--json").out)["checks"]
    (found,) = [check for check in checks if check["name"] == "trail"]
    return dict(found)


def resolve_all(desk: CommandLine, number: int, finding: str = "confirmed") -> None:
    for factor in desk.json("review", "show", number)["trace"]["unresolved"]:
        desk.json("review", "resolve", number, factor, finding, "--reason", "seen in the court file")


def test_from_the_queue_to_the_letter_and_the_appeal(desk: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    number = number_of(desk, "incident:US/I1")
    assert desk.json("review", "assign", number, "ana")["state"] == "assigned"
    shown = desk.json("review", "show", number)
    factors = {factor["factor"]: factor for factor in shown["trace"]["factors"]}
    assert shown["trace"]["unresolved"] == ["incident:US/I2", "incident:US/I1"]
    (evidence,) = factors["incident:US/I1"]["evidence"]
    assert (evidence["quality"], evidence["standing"], evidence["policy_source"]) == (
        "B",
        "in_scope",
        "18 USC 545; FAST effect via CBP FAST Eligibility page",
    )
    decide = ("review", "decide", number, "revoke", "--code", "CUSTOMS", "--reason", "smuggling, charged")
    assert desk.run(*decide, "-w", desk.folder).code == 2, "nothing is closed with a factor unresolved"
    resolve_all(desk, number)
    assert desk.json(*decide)["state"] == "proposed"
    assert desk.run("review", "sign", number, "--reason", "agreed", "-w", desk.folder).code == 2
    as_(monkeypatch, "ben")
    closed = desk.json("review", "sign", number, "--reason", "agreed")
    assert (closed["state"], closed["outcome"]) == ("closed", "revoke")

    letter = desk.json("review", "letter", number, "--lang", "es", "--issue")
    again = desk.json("review", "letter", number, "--lang", "es")
    assert again["text"] == letter["text"]
    assert again["is_as_issued"] is True
    assert "legislación aduanera" in again["text"]

    desk.json("review", "appeal", number, "--grounds", "the case was dismissed", "--evidence", "court paper")
    assert desk.run("review", "rule", number, "--granted", "--reason", "it was", "-w", desk.folder).code == 2
    as_(monkeypatch, "eva")
    reopened = desk.json("review", "rule", number, "--granted", "--reason", "it was")
    assert (reopened["state"], reopened["round"], reopened["outcome"]) == ("open", 2, None)
    assert desk.json("review", "letter", number, "--lang", "es", "--round", "1")["text"] == letter["text"]
    assert trail_of(desk)["ok"], "whatever people did is told"


def test_a_decision_is_replayed_as_it_was_shown(
    desk: CommandLine, write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = number_of(desk, "incident:US/I1")
    desk.json("review", "assign", number, "ana")
    resolve_all(desk, number, "mitigated")
    shown = desk.json("review", "show", number)
    desk.json("review", "decide", number, "retain", "--code", "MITIGATED", "--reason", "weighed")
    replayed = desk.json("review", "replay", number)
    for part in ("trace", "risk", "coverage", "records", "as_of"):
        assert replayed["shown"][part] == shown[part]
    assert (replayed["differs_now"], replayed["is_whole"], replayed["moment"]) == ([], True, "decided")

    late = HEAD + "US,E3,I1,1,,US-FED-545,2026-06-20,9,Goods found,dismissed,2026-07-05,A\n"
    moved = late + "US,E2,I2,1,,US-383-SER-01,2016-04-01,5,Speed,conviction,2026-06-10,A\n"
    desk.json("load", write("late.csv", moved), "--source", "events", "--today", "2026-07-10")
    again = desk.json("review", "replay", number)
    assert again["shown"] == replayed["shown"], "what was shown stays as it was, whatever is loaded later"
    differs = {row["what"]: (row["then"], row["now"]) for row in again["differs_now"]}
    assert differs["event US/E2"] == ("in_scope", "expired"), "a correction is told apart"
    assert "event US/E3" not in differs, "what became known later was not known then"
    assert desk.run("review", "replay", number, "--as-of", "2000-01-01", "-w", desk.folder).code == 2


def test_without_a_fact(desk: CommandLine) -> None:
    number = number_of(desk, "incident:US/I1")
    found = desk.json("review", "without", number, "US/E1")
    assert found["factors_gone"] == ["incident:US/I1"]
    assert found["after"]["own"] < found["before"]["own"]
    assert found["before"]["own"] == desk.json("risk", "US/1")["own"]["score"]
    by_incident = desk.json("review", "without", number, "incident:US/I1")
    assert by_incident["after"] == found["after"]
    assert desk.json("risk", "US/1")["own"]["score"] == found["before"]["own"], "nothing is stored"
    assert desk.run("review", "without", number, "US/E77", "-w", desk.folder).code == 2


def test_terrorism_goes_to_cleared_reviewers_alone_and_is_never_scored(
    desk: CommandLine, write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.json("risk", "US/2")["own"]["score"]
    loaded = desk.json("load", write("t.csv", TERRORISM), "--source", "events", *OPTIONS)
    assert loaded["reviews_opened"] == 0, "it is told to nobody, not as a count either"
    assert desk.json("risk", "US/2")["own"]["score"] == before
    assert desk.json("review", "list", "--driver", "US/2")["rows"] == []
    around = ("graph", "around", "US/1", "--hops", "1", "-w", desk.folder, "--json")
    assert "US/E1" in desk.run(*around).out, "events are shown there"
    for words in (("show", "US/2"), ("risk", "US/2"), ("graph", "around", "US/2", "--hops", "1")):
        shown = desk.run(*words, "-w", desk.folder, "--json")
        assert shown.code == 0
        assert "US-FAST-TERR" not in shown.out
        assert "US/E9" not in shown.out
    for words in (("show", 3), ("note", 3, "x"), ("assign", 3, "ana"), ("replay", 3), ("without", 3, "US/E9")):
        refused = desk.run("review", *words, "-w", desk.folder)
        assert refused.code == 2
        assert "there is no review 3" in refused.err
    assert desk.run("review", "clear", "ana", "--reason", "post", "-w", desk.folder).code == 2, (
        "nobody clears themselves"
    )
    as_(monkeypatch, "eva")
    desk.json("review", "clear", "ana", "--reason", "post of 1 June")
    as_(monkeypatch, "ana")
    (row,) = desk.json("review", "list", "--driver", "US/2")["rows"]
    assert row["review_id"] == 3
    assert desk.run("review", "assign", 3, "ben", "-w", desk.folder).code == 2
    desk.json("review", "assign", 3, "ana")
    assert desk.json("review", "show", 3)["trace"]["unresolved"] == ["cleared:incident:US/I9"]
    resolve_all(desk, 3, "unfounded")
    desk.json("review", "decide", 3, "retain", "--code", "NOTHING_ADVERSE", "--reason", "about somebody else")


def test_agreement_counts_blind_readings(desk: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    number = number_of(desk, "incident:US/I2")
    desk.json("review", "assign", number, "ana")
    resolve_all(desk, number, "mitigated")
    desk.json("review", "decide", number, "retain", "--code", "MITIGATED", "--reason", "weighed")
    as_(monkeypatch, "ben")
    blind = desk.json("review", "show", number, "--blind")
    assert (blind["outcome"], blind["proposals"], blind["trail"]) == (None, [], [])
    assert all(factor["finding"] is None for factor in blind["trace"]["factors"])
    desk.json("review", "assign", number_of(desk, "incident:US/I1"), "ben")
    other = number_of(desk, "incident:US/I1")
    shown, unseen = (desk.json("review", "show", other, *option)["other_reviews"] for option in ((), ("--blind",)))
    assert ([row["outcome"] for row in shown], [row["outcome"] for row in unseen]) == (["retain"], [None])
    desk.json("review", "opinion", number, "suspend", "--reason", "I would wait")
    found = desk.json("review", "agreement")
    assert found["blind_readings"]["table"] == {"retain": {"suspend": 1}}
    assert (found["blind_readings"]["pairs"], found["blind_readings"]["agreed"]) == (1, 0.0)
    assert desk.json("risk", "US/1")["band"] == "look first"
    assert [(row["count"], row["of"]) for row in found["overrides"]] == [(1, 1), (0, 0)]


def test_the_doctor_finds_a_planted_change(desk: CommandLine) -> None:
    assert trail_of(desk)["ok"] is True
    connection = apsw.Connection(str(desk.folder / "ledger.db"))
    connection.execute("DROP TRIGGER trail_is_kept")
    connection.execute("UPDATE trail SET actor = 'somebody' WHERE n = 1")
    connection.close()
    found = trail_of(desk)
    assert found["ok"] is False
    assert "row 1 was changed" in found["detail"]


def test_the_doctor_finds_a_clearance_that_nobody_granted(desk: CommandLine) -> None:
    connection = apsw.Connection(str(desk.folder / "ledger.db"))
    connection.execute("INSERT INTO clearance VALUES ('ana', 'eva', '2026-06-30', 'post', NULL, NULL, NULL)")
    connection.close()
    found = trail_of(desk)
    assert found["ok"] is False
    assert "what its trail does not tell: 'clearance granted'" in found["detail"]


def test_a_ledger_rewritten_with_a_new_chain_does_not_fit_the_audit(desk: CommandLine) -> None:
    number = number_of(desk, "incident:US/I1")
    desk.json("review", "assign", number, "ana")
    desk.json("review", "note", number, "seen")
    connection = apsw.Connection(str(desk.folder / "ledger.db"))
    rows = connection.execute("SELECT at, actor, action, subject, reason, detail FROM trail ORDER BY n").fetchall()
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("DELETE FROM trail")
    connection.execute("UPDATE trail_head SET n = 0, hash = ?", (NOTHING_BEFORE,))
    for at, actor, action, subject, reason, detail in rows:
        Trail(connection).append(Step(actor.replace("ana", "eva"), action, subject, reason, json.loads(detail)), at)
    assert Trail(connection).verify() == [], "the new chain fits in itself"
    connection.close()
    found = trail_of(desk)
    assert found["ok"] is False
    assert "is not the one that the audit noted" in found["detail"]


def test_the_printed_forms(desk: CommandLine) -> None:
    number = number_of(desk, "incident:US/I1")
    listed = list(csv.DictReader(io.StringIO(desk("review", "list", "--format", "csv").out)))
    assert [row["review_id"] for row in listed] == [str(r["review_id"]) for r in desk.json("review", "list")["rows"]]
    rows = list(csv.DictReader(io.StringIO(desk("review", "show", number, "--format", "csv").out)))
    assert {row["event"] for row in rows} == {"US/E1", "US/E2"}
    for words in (("list",), ("show", number), ("agreement",), ("policy",)):
        page = desk("review", *words, "--format", "html").out
        assert page.startswith("<!DOCTYPE html>")
        assert page.count("<main>") == 1
        assert "<script" not in page
    grounds = list(csv.DictReader(io.StringIO(desk("review", "policy", "--format", "csv").out)))
    assert len({row["code"] for row in grounds if row["country"] != "any"}) == 201
    assert desk("review", "agreement", "--format", "csv").out.startswith("measure,value\n")
    for words in (("list",), ("show", number), ("replay", number), ("agreement",), ("cleared",), ("policy",)):
        assert desk("review", *words).code == 0
    page = desk("review", "show", number, "--format", "html").out
    assert page.index("Evidence") < page.index("Linked incidents"), "facts come before the score"


def test_who_was_shown_is_audited_and_nothing_happens_without_a_reason(desk: CommandLine) -> None:
    number = number_of(desk, "incident:US/I1")
    desk.json("review", "show", number)
    audit = apsw.Connection(str(desk.folder / "audit.db"))
    shown = audit.execute("SELECT identity_id, detail FROM audit WHERE action = 'review show'").fetchall()
    assert (desk.json("show", "US/1")["identity_id"], f"review {number}") in shown
    for words in (("assign", number, "ana", "--reason", " "), ("note", number, "  ")):
        assert desk.run("review", *words, "-w", desk.folder).code == 2
    trail = desk.json("review", "show", number)["trail"]
    assert [entry["action"] for entry in trail] == ["review opened"]


def test_a_wrong_merge_undone_reopens_what_was_decided_on_it_and_nothing_else(
    desk: CommandLine, write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "source,record_id,country,given_name,surname,birth_date\nMX,5,MX,Ulises,Yarritu,1979-02-01\n"
    desk.json("load", write("other.csv", other), "--source", "drivers", *OPTIONS)
    untouched = number_of(desk, "incident:US/I1")
    desk.json("review", "assign", untouched, "ana")
    resolve_all(desk, untouched, "mitigated")
    desk.json("review", "decide", untouched, "retain", "--code", "MITIGATED", "--reason", "weighed")
    linked = desk.json("link", "US/2", "MX/5", "--reason", "same card")
    theirs = HEAD + "MX,E5,I5,5,,MX-CRIM-CFF102,2026-05-01,9,Contraband,conviction,2026-06-10,B\n"
    assert desk.json("load", write("theirs.csv", theirs), "--source", "events", *OPTIONS)["reviews_opened"] == 1
    number = number_of(desk, "incident:MX/I5")
    desk.json("review", "assign", number, "ana")
    resolve_all(desk, number)
    desk.json("review", "decide", number, "revoke", "--code", "CUSTOMS", "--reason", "contraband")
    as_(monkeypatch, "ben")
    desk.json("review", "sign", number, "--reason", "agreed")
    as_(monkeypatch, "ana")
    decision = linked["decision"]["n"]
    assert [row["review_id"] for row in desk.json("review", "relied", decision)["reviews"]] == [number]
    before = {row["review_id"]: row for row in desk.json("review", "list", "--all")["rows"]}

    undone = desk.json("undo", decision)
    assert undone["reviews_reopened"] == 1
    relied = desk.json("review", "relied", decision)
    assert [(row["review_id"], row["state"], row["round"]) for row in relied["reviews"]] == [(number, "open", 2)]
    scores = {row["identity_id"]: row for row in relied["scores"]}
    enrolled = desk.json("show", "US/2")["identity_id"]
    assert scores[enrolled]["now"]["own"] < scores[enrolled]["before"]["own"]
    after = {row["review_id"]: row for row in desk.json("review", "list", "--all")["rows"]}
    assert {n for n in after if n not in before or after[n]["round"] != before[n]["round"]} == {number}
    assert after[untouched]["outcome"] == "retain"
    last = desk.json("review", "show", number)["trail"][-1]
    assert last["reason"] == f"a merge it relied on was undone by decision {decision}"
    assert trail_of(desk)["ok"]


def test_a_matter_that_is_no_incident_is_resolved_once_and_signed(
    desk: CommandLine, write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = CHECKS.splitlines()[0] + "\nUS,1,US,licence,2026-06-20,derogatory,49 CFR 391.25\n"
    assert desk.json("load", write("found.csv", found), "--source", "checks", *OPTIONS)["reviews_opened"] == 1
    (row,) = [row for row in desk.json("review", "list")["rows"] if not row["key"].startswith("incident:")]
    number = row["review_id"]
    desk.json("review", "assign", number, "ana")
    shown = desk.json("review", "show", number)
    kinds = {factor["factor"]: factor["kind"] for factor in shown["trace"]["factors"] if factor["must_resolve"]}
    (counted,) = shown["trace"]["disqualification"]
    assert (counted["group"], counted["offences"], counted["period"]) == ("serious traffic", 1, "none")
    assert kinds == {row["key"]: "matter", "incident:US/I1": "own", "incident:US/I2": "own"}
    resolve_all(desk, number)
    desk.json("review", "decide", number, "conditions", "--code", "CUSTOMS", "--reason", "until the licence is seen")
    as_(monkeypatch, "ben")
    signed = desk.json("review", "sign", number, "--reason", "agreed")
    assert (signed["state"], signed["outcome"]) == ("closed", "conditions")


def test_a_person_starts_a_review_and_it_goes_the_way_of_every_other(
    desk: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "the lane officer saw another driver at the wheel"
    begin = ("review", "start", "US/2", "--reason", why)
    started = desk.json(*begin)
    number = started["review_id"]
    assert {name: started[name] for name in ("state", "round", "trigger", "key", "reason", "assignee")} == {
        "state": "open",
        "round": 1,
        "trigger": "requested",
        "key": "requested",
        "reason": why,
        "assignee": None,
    }
    assert f"review {number} of this driver" in desk(*begin).err, "one at a time"
    assert desk.run("review", "start", "US/1", "--reason", " ", "-w", desk.folder).code == 2
    assert desk.json("review", "list", "--driver", "US/2")["rows"][0]["reason"] == why

    shown = desk.json("review", "show", number)
    (asked,) = [factor for factor in shown["trace"]["factors"] if factor["must_resolve"]]
    assert (asked["factor"], asked["kind"], asked["says"]) == ("requested", "request", why)
    (told,) = shown["trail"]
    assert (told["actor"], told["action"], told["reason"]) == ("ana", "review opened", why)
    replayed = desk.json("review", "replay", number)
    assert replayed["is_whole"] is True
    assert replayed["shown"]["matter"]["reason"] == why
    assert replayed["shown"]["score"]["as_of"] == "2026-06-30"
    assert {row["result"] for row in replayed["shown"]["coverage"]} >= {"clear"}

    desk.json("review", "assign", number, "ana")
    resolve_all(desk, number)
    adverse = ("review", "decide", number, "suspend", "--code", "LOW_RISK", "--reason", "as asked")
    assert "needs a factor that you confirmed" in desk(*adverse).err, "that somebody asked carries nothing"
    closed = desk.json(
        "review", "decide", number, "retain", "--code", "NOTHING_ADVERSE", "--reason", "it was a mistake"
    )
    assert (closed["state"], closed["outcome"]) == ("closed", "retain")

    as_(monkeypatch, "ben")
    again = desk.json("review", "start", "US/2", "--reason", "seen again")
    assert (again["review_id"], again["round"], again["state"]) == (number, 2, "open")
    assert desk.json("review", "show", number)["trace"]["unresolved"] == ["requested"], "found again in its round"
    rounds = desk.json("review", "show", number)["rounds"]
    assert [(one["reason"], one["outcome"]) for one in rounds] == [(why, "retain"), ("seen again", None)]
    desk.json("screen", "--today", "2026-07-01")
    assert desk.json("review", "show", number)["round"] == 2, "screening has nothing to say of it"
    assert trail_of(desk)["ok"], trail_of(desk)


def test_only_somebody_enrolled_is_reviewed(desk: CommandLine) -> None:
    path = desk.folder.parent / "more.csv"
    path.write_text("source,record_id,country,given_name,surname,birth_date\nMX,5,MX,Zuleica,Iturbide,1990-01-02\n")
    desk.json("load", path, "--source", "drivers", "--today", "2026-06-30")
    before = desk.json("review", "list", "--all")
    refused = desk("review", "start", "MX/5", "--reason", "a tip")
    assert (refused.code, "not enrolled" in refused.err) == (2, True)
    assert desk("review", "start", "MX/77", "--reason", "a tip").code != 0
    assert desk.json("review", "list", "--all") == before


def test_a_review_that_was_asked_for_is_listed_and_looked_at_again_when_a_merge_is_undone(desk: CommandLine) -> None:
    path = desk.folder.parent / "more.csv"
    path.write_text("source,record_id,country,given_name,surname,birth_date\nMX,5,MX,Zuleica,Iturbide,1990-01-02\n")
    desk.json("load", path, "--source", "drivers", "--today", "2026-06-30")
    merged = desk.json("link", "US/2", "MX/5", "--reason", "the same licence photograph")
    number = desk.json("review", "start", "US/2", "--reason", "a tip")["review_id"]
    undone = desk.json("undo", merged["decision"]["n"], "--reason", "another face")
    assert number in [row["review_id"] for row in desk.json("review", "relied", merged["decision"]["n"])["reviews"]]
    assert undone["decision"]["undone_at"]
    assert desk.json("review", "show", number)["round"] == 2
    assert trail_of(desk)["ok"], trail_of(desk)
