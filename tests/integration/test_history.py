"""Who was who after every run, told from what has changed since, against what was noted down at the time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from api.bootstrap import create_workspace, open_workspace
from api.compare_runs import compare_runs
from api.decide import decide, undo
from api.load import LoadRequest, load
from faults import trials
from faults.plan import LEDGERS
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import PERSON_FILES, loads
from linkage.errors import SettingsError
from linkage.ledger import History, Workspace

TODAY = date(2026, 6, 30)
BEFORE_THIS_WAS_KEPT = LEDGERS[0]
"""A workspace of eight loads, of a version that did not keep who was who."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, list[dict[str, str]]]:
    """A workspace with loads, decisions, an undoing and withdrawals, and who was who after each run."""
    world = tmp_path_factory.mktemp("world")
    generate(WorldSettings(250, 5), world)
    workspace = create_workspace(tmp_path_factory.mktemp("lived") / "w")
    seen: list[dict[str, str]] = []

    def note() -> None:
        seen.append(dict(workspace.memberships().select("record_key", "identity_id").iter_rows()))

    names = {file.name for file in PERSON_FILES}
    people = [(path, source) for path, source in loads(world) if path.name in names]
    for path, source in people:
        load(workspace, LoadRequest((path,), source, TODAY))
        note()
    several = workspace.memberships().group_by("identity_id").agg(pl.col("record_key").sort()).sort("identity_id")
    a, b = several.filter(pl.col("record_key").list.len() > 2)["record_key"][0].to_list()[:2]
    decide(workspace, a, b, "different", "for the test", "tester", TODAY)
    note()
    alone = several.filter(pl.col("record_key").list.len() == 1)["record_key"].explode().to_list()
    decide(workspace, alone[0], alone[1], "same", "for the test", "tester", TODAY)
    note()
    undo(workspace, 1, "tester", TODAY)
    note()
    load(workspace, LoadRequest((people[0][0],), people[0][1], TODAY, mode="delete"))
    note()
    load(workspace, LoadRequest((people[0][0],), people[0][1], TODAY, mode="snapshot"))
    note()
    return workspace, seen


def test_the_partition_after_every_run_is_what_it_was(lived: tuple[Workspace, list[dict[str, str]]]) -> None:
    workspace, seen = lived
    with workspace.reading() as connection:
        history = History(connection)
        assert len(history.runs()) == len(seen)
        for run, partition in zip(history.runs(), seen, strict=True):
            assert dict(history.partition(run.run_id, workspace.fact_store).iter_rows()) == partition, run


def test_every_change_between_any_two_runs_has_a_reason(lived: tuple[Workspace, list[dict[str, str]]]) -> None:
    workspace, seen = lived
    for first in range(1, len(seen)):
        document = compare_runs(workspace, first, first + 1)
        for change in (*document["merged"], *document["split"], *document["moved"]):
            assert change["reasons"], change
    parted = compare_runs(workspace, len(PERSON_FILES), len(PERSON_FILES) + 1)
    kinds = {document["kind"] for document in parted["reasons"]}
    assert "decision" in kinds


def test_runs_before_anything_was_kept_are_refused(tmp_path: Path) -> None:
    old = open_workspace(trials.unpacked(BEFORE_THIS_WAS_KEPT, tmp_path / "old"))
    with pytest.raises(SettingsError, match="from which on"):
        compare_runs(old, 1, 2)
    assert compare_runs(old, 8, 8)["merged"] == []
