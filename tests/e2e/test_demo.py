"""The demo tells its story from the fixtures, checks every step of it, and what it tells to try works."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.once import copy_of_demo, story_of_demo

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """One telling, for a person; gives its folder and its text."""
    folder = copy_of_demo(tmp_path_factory)
    return folder, story_of_demo(tmp_path_factory, folder)


@pytest.mark.parametrize(
    "words",
    [
        "SYNTHETIC",
        "rows read",
        "CA + MX",
        "F1",
        "Mexico was never asked",
        "One person",
        "undo",
        "everything is back",
        "Two people",
        "REAL DATA",
        "2,244 rows read, 0 rejected",
        "What to try next",
    ],
)
def test_the_story_is_told(told: tuple[Path, str], words: str) -> None:
    assert words in told[1]


def test_what_to_try_next_works_as_printed(told: tuple[Path, str], anywhere: Any) -> None:
    lines = [line.strip() for line in told[1].splitlines() if line.strip().startswith("crosslane ")]
    lines = [line for line in lines if shlex.split(line)[1] in COMMANDS]
    assert len(lines) >= len(COMMANDS)
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "crosslane"
        if arguments[0] != "serve":
            result = anywhere.run(*arguments)
            assert result.code == 0, (line, result.err)


COMMANDS = {"search", "risk", "why", "show", "scores", "evaluate", "doctor", "key", "serve"}


def test_the_figures_are_those_of_the_workspace(told: tuple[Path, str], anywhere: Any) -> None:
    folder, text = told
    truth = FIXTURES / "world" / "small" / "truth.csv"
    pairs = anywhere.run("evaluate", "--truth", truth, "-w", folder, "--json").document["pairs"]
    assert f"precision {pairs['precision']:.3f}, recall {pairs['recall']:.3f}, F1 {pairs['f1']:.3f}" in text
    risk = anywhere.run("risk", "STORY-US/U-1001", "-w", folder, "--json").document
    assert f"{risk['linked']['score']:.1f}" in text


def test_pairs_of_the_world_are_right_enough(told: tuple[Path, str], anywhere: Any) -> None:
    truth = FIXTURES / "world" / "small" / "truth.csv"
    pairs = anywhere.run("evaluate", "--truth", truth, "-w", told[0], "--json").document["pairs"]
    assert pairs["f1"] >= 0.92


def test_a_workspace_of_somebody_else_is_left_alone(cli: Any) -> None:
    result = cli("demo", "--fixtures", FIXTURES)
    assert result.code == 2
    assert "not made by a demo" in result.err
    assert cli.json("identities")["rows"] == []


def test_missing_fixtures_are_told(anywhere: Any, tmp_path: Path) -> None:
    result = anywhere("demo", "--fixtures", tmp_path / "nowhere")
    assert result.code == 2
    assert "--fixtures" in result.err
    assert not anywhere.folder.exists()


def test_a_step_that_does_not_come_out_fails_the_demo(anywhere: Any, tmp_path: Path) -> None:
    import shutil

    copied = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, copied, ignore=shutil.ignore_patterns("cases", "*.py", "senzing_truthset"))
    events = copied / "story" / "mx_events.csv"
    events.write_text("\n".join(events.read_text("utf-8").splitlines()[:1]) + "\n", "utf-8")
    for name in ("driving.csv", "crossings.csv", "us_inspections.csv", "checks.csv", "employment.csv"):
        world = copied / "world" / "small" / name
        world.write_text("\n".join(world.read_text("utf-8").splitlines()[:50]) + "\n", "utf-8")
    result = anywhere("demo", "--fixtures", copied)
    assert result.code == 1
    assert "did not come out: the truck leads to the other driver's seizure" in result.err
