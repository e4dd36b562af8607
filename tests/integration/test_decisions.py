"""A person's judgement: what it parts is not offered again, and taking it back restores everything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from api.bootstrap import create_workspace
from api.decide import decide, undo
from api.load import LoadRequest, load
from api.risk import risk
from api.why import why
from eligibility.trail import Trail
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Workspace

TODAY = date(2026, 6, 30)
STORY = Path(__file__).resolve().parents[2] / "fixtures" / "story"
US, MX = "STORY-US/U-1001", "STORY-MX/M-77"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = create_workspace(tmp_path / "w")
    for name, source in (
        ("us_drivers", "drivers"),
        ("mx_drivers", "drivers"),
        ("mx_driving", "driving"),
        ("mx_events", "events"),
    ):
        load(made, LoadRequest((STORY / f"{name}.csv",), source, TODAY))
    return made


def test_what_a_person_parted_is_neither_joined_nor_offered_nor_scored(workspace: Workspace) -> None:
    before = risk(workspace, US)
    assert before["linked"]["points"] > 0
    decide(workspace, US, MX, "different", "another man", "reviewer")
    assert workspace.resolve_id(US) != workspace.resolve_id(MX)
    assert workspace.possible_links().is_empty()
    after = risk(workspace, US)
    assert (after["linked"]["points"], after["linked_with_possible"]) == (0.0, 0.0)
    assert after["as_of"] == before["as_of"], "a decision does not move the day of the scores"
    document = why(workspace, US, MX)
    assert document["verdict"] == "different"
    assert document["bits"] == pytest.approx(document["prior_bits"] + sum(r["bits"] for r in document["by_attribute"]))


def test_taking_it_back_restores_identities_scores_and_reasons(workspace: Workspace) -> None:
    memberships, before, reasons = workspace.memberships(), risk(workspace, US), why(workspace, US, MX)
    number = decide(workspace, US, MX, "different", "another man", "reviewer")["decision"]["n"]
    undo(workspace, number, "supervisor")
    assert workspace.memberships().equals(memberships)
    assert risk(workspace, US) == before
    assert why(workspace, US, MX) == reasons
    with pytest.raises(SettingsError, match="taken back before"):
        undo(workspace, number, "supervisor")


def test_a_decision_needs_a_person_a_reason_and_two_records(workspace: Workspace) -> None:
    with pytest.raises(SettingsError, match="reason"):
        decide(workspace, US, MX, "same", " ", "reviewer")
    with pytest.raises(SettingsError, match="person"):
        decide(workspace, US, MX, "same", "seen", "")
    with pytest.raises(SettingsError, match="one and the same"):
        decide(workspace, US, US, "same", "seen", "reviewer")
    with pytest.raises(UnknownRecord):
        decide(workspace, US, "STORY-US/none", "same", "seen", "reviewer")


def test_records_that_a_person_joined_belong_though_the_evidence_spoke_against(workspace: Workspace) -> None:
    father, son = "STORY-US/U-2001", "STORY-US/U-2002"
    assert workspace.resolve_id(father) != workspace.resolve_id(son)
    decide(workspace, father, son, "same", "one man with two papers", "reviewer")
    held = dict(workspace.memberships().select("record_key", "confidence").iter_rows())
    assert workspace.resolve_id(father) == workspace.resolve_id(son)
    assert held[father] > 0.999
    assert held[son] > 0.999


def test_the_trail_has_every_decision_with_its_person_and_reason(workspace: Workspace, tmp_path: Path) -> None:
    number = decide(workspace, US, MX, "different", "another man", "reviewer")["decision"]["n"]
    undo(workspace, number, "supervisor", reason="the licence was hers")
    file = tmp_path / "decisions.csv"
    columns = "a,b,judgement,reason,by,at"
    rows = [f"{US},{MX},same,one licence,inspector,2026-06-01", f"{US},STORY-MX/M-41,different,,inspector,2026-06-01"]
    file.write_text("\n".join([columns, *rows, f"{US},STORY-MX/M-41,different,seen apart,,2026-06-01", ""]))
    document = load(workspace, LoadRequest((file,), "decisions", TODAY))
    rejected = document["files"][0]["rejected"]
    assert [(row["line"], row["column"]) for row in rejected] == [(3, "reason"), (4, "by")]
    with workspace.reading() as connection:
        trail = Trail(connection)
        told = [(entry.actor, entry.action, entry.reason) for n in (1, 2) for entry in trail.of(f"decision:{n}")]
        assert trail.verify() == []
    assert told == [
        ("reviewer", "decision different", "another man"),
        ("supervisor", "decision taken back", "the licence was hers"),
        ("inspector", "decision same", "one licence"),
    ]
