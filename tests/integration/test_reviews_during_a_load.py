"""What people do to reviews while a load computes: nobody waits for it, and all ends as if they had done it before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from api.reviews.actions import ReviewActions
from eligibility.reviews.states import NotAllowed, Outcome
from eligibility.trace import Finding
from eligibility.trail import Trail
from linkage.ledger import Workspace

TODAY = date(2026, 6, 30)
FACTOR = "incident:US/I-A"
DRIVERS = """source,record_id,country,given_name,surname,birth_date,fast_id
US,1,US,Lucretia,Vanderhoof,1971-03-09,981300417
"""
ENROLMENTS = """source,record_id,fast_id,status,enrolled_on,expires_on
US,1,981300417,active,2024-03-01,2029-03-01
"""
CHARGE = """source,event_id,record_id,incident_id,event_date,received_on,code,status
US,A,1,I-A,2026-06-01,2026-06-20,US-FED-545,charge
"""
CONVICTION = """source,event_id,record_id,incident_id,event_date,received_on,code,status
US,A2,1,I-A,2026-06-25,2026-06-28,US-FED-545,conviction
"""
Act = Callable[[ReviewActions], object]


def _retain(actions: ReviewActions) -> None:
    actions.resolve(1, FACTOR, Finding.MITIGATED, "the court file was read")
    actions.decide(1, Outcome.RETAIN, ["MITIGATED"], "nothing else is known")


def _suspend(actions: ReviewActions) -> None:
    actions.resolve(1, FACTOR, Finding.CONFIRMED, "the court file was read")
    actions.decide(1, Outcome.SUSPEND, ["LOW_RISK"], "until the court has ruled")


ACTS: dict[str, Act] = {
    "assign": lambda actions: actions.assign(1, "N. Two", "N. Two knows the port"),
    "note": lambda actions: actions.note(1, "the port was asked by telephone"),
    "ask": lambda actions: actions.ask(1, "which court?", date(2026, 7, 30)),
    "resolve": lambda actions: actions.resolve(1, FACTOR, Finding.CONFIRMED, "the court file was read"),
    "retain": _retain,
    "suspend": _suspend,
}


class At:
    """Does something once, when the load comes to a stage."""

    def __init__(self, stage: str, act: Callable[[], object]) -> None:
        self._stage, self._act = stage, act
        self.stages: list[str] = []

    def stage(self, name: str, total: int | None = None) -> None:
        self.stages.append(name)
        if name == self._stage:
            self._act()

    def advance(self, steps: int = 1) -> None:
        pass


def _workspace(folder: Path) -> Workspace:
    """One enrolled driver with a charge, whose review is with N. One."""
    folder.mkdir()
    workspace = create_workspace(folder / "w")
    for source, text in (("drivers", DRIVERS), ("enrolments", ENROLMENTS), ("events", CHARGE)):
        _load(workspace, source, text)
    ReviewActions(workspace, "N. One").assign(1, "N. One", "first come")
    return workspace


def _load(workspace: Workspace, source: str, text: str, progress: At | None = None) -> dict[str, Any]:
    path = workspace.path.parent / f"{source}.csv"
    path.write_text(text, "utf-8")
    return load(workspace, LoadRequest((path,), source, TODAY), progress)


def _told(workspace: Workspace) -> list[list[tuple[Any, ...]]]:
    """All that is kept of reviews, but for the times, and for the digests of documents that hold times."""
    with workspace.reading() as connection:
        assert Trail(connection).verify() == []
        return [
            connection.execute(statement).fetchall()
            for statement in (
                "SELECT review_id, key, state, round, priority, reason, as_of, assignee, outcome FROM review",
                "SELECT review_id, round, reason, outcome FROM review_round",
                "SELECT review_id, round, item, level FROM review_item",
                "SELECT review_id, n, round, kind, by, text FROM review_note",
                "SELECT review_id, n, round, factor, level, finding, by FROM review_finding",
                "SELECT review_id, n, round, outcome, by, verdict, second_by FROM review_proposal",
                "SELECT review_id, round, moment, as_of FROM review_snapshot ORDER BY review_id, round, moment",
                "SELECT record_key, review_id, identity_id FROM review_basis",
                "SELECT actor, action, subject, reason, json_remove(detail, '$.snapshot') FROM trail",
            )
        ]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ACTS)
def test_an_act_during_a_load_ends_as_one_before_it(tmp_path: Path, name: str) -> None:
    before, during = _workspace(tmp_path / "before"), _workspace(tmp_path / "during")
    ACTS[name](ReviewActions(before, "N. One"))
    _load(before, "events", CONVICTION)
    act = At("publishing", lambda: ACTS[name](ReviewActions(during, "N. One")))
    document = _load(during, "events", CONVICTION, act)
    assert act.stages[-1] == "publishing"
    assert document["reviews_reopened"] == (1 if name == "retain" else 0)
    assert _told(during) == _told(before)


@pytest.mark.timeout(120)
def test_at_every_stage_a_note_waits_for_nothing(tmp_path: Path) -> None:
    workspace = _workspace(tmp_path / "w")
    progress = At("", lambda: None)
    stage = progress.stage

    def noted(name: str, total: int | None = None) -> None:
        stage(name, total)
        ReviewActions(workspace, "N. One").note(1, f"written while {name}")

    progress.stage = noted  # type: ignore[method-assign]
    _load(workspace, "events", CONVICTION, progress)
    with workspace.reading() as connection:
        notes = [row[0] for row in connection.execute("SELECT text FROM review_note ORDER BY n")]
    assert notes == [f"written while {name}" for name in progress.stages]
    assert len(notes) > 5


def test_nobody_signs_what_a_load_overtook_while_it_was_proposed(tmp_path: Path) -> None:
    workspace = _workspace(tmp_path / "w")
    _load(workspace, "events", CONVICTION, At("publishing", lambda: _suspend(ReviewActions(workspace, "N. One"))))
    with pytest.raises(NotAllowed):
        ReviewActions(workspace, "N. Two").sign(1, "agreed")
