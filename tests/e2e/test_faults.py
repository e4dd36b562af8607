"""What happens to copies of a workspace in the middle of acts, fewer times than `make faults` does it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from faults import damage, desk, trials
from faults.disks import SmallFiles, a_disk
from faults.plan import STORY, repeated
from faults.twin import Step, acts, complaints, expungings, state_of, told

COUNT = int(os.environ.get("CROSSLANE_FAULTS", "20"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def steps(folder: Path) -> list[Step]:
    return list(told(folder, acts(STORY)))


@pytest.fixture(scope="module")
def whole(steps: list[Step], folder: Path) -> Path:
    """The workspace after all acts."""
    assert steps
    return folder / "twin"


@pytest.fixture(scope="module")
def kept(whole: Path, folder: Path) -> Path:
    return damage.kept_of(whole, folder)


def test_the_twin_does_something_at_every_step_and_is_sound(steps: list[Step], whole: Path) -> None:
    for step in steps:
        if step.act.name != "re-score":
            assert step.states[0] != step.states[1], step.act.name
    assert complaints(whole) == []


@pytest.mark.timeout(900)
def test_nothing_is_lost_to_a_kill_at_any_moment(steps: list[Step], folder: Path) -> None:
    rng = random.Random(7)
    done = repeated(lambda step: trials.killed(step, folder, rng), steps, COUNT)
    assert [one for trial in done for one in trial.lost] == []


def test_an_expunging_killed_at_any_moment_is_told_and_ended(whole: Path, folder: Path) -> None:
    assert whole.is_dir()
    rng = random.Random(13)
    done = repeated(
        lambda step: trials.expunging_killed(step, folder, rng), list(expungings(folder)), max(COUNT // 8, 1)
    )
    assert [one for trial in done for one in trial.lost] == []


@pytest.mark.timeout(900)
def test_nothing_is_lost_to_a_full_disk(steps: list[Step], folder: Path) -> None:
    rng = random.Random(8)
    with a_disk(folder) as disk:
        done = repeated(lambda step: trials.no_room(step, disk, rng), steps, max(COUNT // 4, 1))
    assert [one for trial in done for one in trial.lost] == []


def test_nothing_is_lost_where_no_file_may_grow(steps: list[Step], folder: Path) -> None:
    """What `make faults` does where no disk of its own can be had."""
    trial = trials.no_room(steps[0], SmallFiles(folder), random.Random(1))
    assert (trial.happened, trial.lost) == (True, ())


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_with_one_of_two_workers(steps: list[Step], whole: Path, folder: Path) -> None:
    rng = random.Random(12)
    with desk.a_desk(whole, folder) as opened:
        done = repeated(lambda one: desk.worker_killed(one, rng), [opened], max(COUNT // 20, 1))
        assert [one for trial in done for one in trial.lost] == []
        never = {"decision": {"n": 10_000, "reason": "never sent"}}
        assert desk.lost(opened, desk.Rounded(0.0, (never,), ())) == [
            "decision 10000 was acknowledged and is there 0 times"
        ]


def test_what_may_not_be_written_stays_as_it_is(steps: list[Step], folder: Path) -> None:
    done = [trials.read_only(step, folder, random.Random(9)) for step in (steps[0], steps[7], steps[-1])]
    assert [one for trial in done for one in trial.lost] == []
    assert all(trial.happened for trial in done)


def test_a_clock_that_was_set_back_changes_nothing(steps: list[Step], folder: Path) -> None:
    rng = random.Random(10)
    done = [trials.clock_back(step, folder, rng) for step in (steps[6], steps[7], steps[9])]
    assert [one for trial in done for one in trial.lost] == []


def test_two_loads_at_once_are_as_one_after_the_other(steps: list[Step], folder: Path) -> None:
    assert trials.at_once(steps[1], steps[2], folder).lost == ()


@pytest.mark.parametrize("harm", [damage.torn_rows, damage.lost_file, damage.changed_page])
def test_damage_is_named_with_its_remedy_and_a_backup_mends_it(
    harm: Callable[..., trials.Trial], whole: Path, kept: Path, folder: Path
) -> None:
    rng = random.Random(11)
    done = [harm(whole, kept, folder, rng) for _ in range(max(COUNT // 10, 1))]
    assert [one for trial in done for one in trial.lost] == []


def test_a_loss_is_seen(steps: list[Step], folder: Path) -> None:
    """The trials themselves: an act that goes by half, or that was acknowledged and is not there, does not pass."""
    step = steps[0]
    place = trials.copy_of(step.before, folder)
    half = Step(step.act, step.before, ("another state", "a third"), 0.0)
    found = trials._lost(half, place, trials.Ended(0))
    assert any("half-done" in one for one in found)
    assert any("acknowledged and is not there" in one for one in found)
    assert state_of(step.before) == step.states[0]
