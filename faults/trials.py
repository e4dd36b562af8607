"""Trials: something happens to a copy of the workspace in the middle of an act, and it is looked at what is left."""

from __future__ import annotations

import random
import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from faults.child import Conditions, Ended, Running, run
from faults.disks import Disk
from faults.twin import Step, complaints, state_of

FARTHER = 1.15
"""How far beyond its usual time an act may be killed, in parts of that time."""
RESUME = "crosslane expunge --resume"
"""What a complaint about an expunging that is not done says."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one trial.

    Args:
        happened: whether the act was really cut off: it was killed, or could not write.
        lost: what is wrong now that should not be; empty when nothing is.
    """

    act: str
    happened: bool
    lost: tuple[str, ...]


def killed(step: Step, folder: Path, rng: random.Random) -> Trial:
    """The process of the act is killed at some moment."""
    place = copy_of(step.before, folder)
    running = Running(step.act.on(place))
    running.wait(rng.uniform(0.0, step.seconds * FARTHER))
    running.kill()
    ended = running.ended()
    return Trial(step.act.name, ended.code is None, _lost(step, place, ended))


def migration_killed(kept: Path, folder: Path, rng: random.Random) -> Trial:
    """Whoever first opens a workspace of an earlier version is killed at some moment.

    Args:
        kept: the packed workspace, see tools/ledger_fixture.py.
    """
    undisturbed, place = (unpacked(kept, folder / name) for name in ("undisturbed", "trial"))
    usual = run(("runs", "-w", str(undisturbed)))
    if not usual.is_acknowledged:
        raise RuntimeError(f"{kept.name} cannot be opened where nothing happens: {usual.said}")
    running = Running(("runs", "-w", str(place)))
    running.wait(rng.uniform(0.0, usual.seconds * FARTHER))
    running.kill()
    ended = running.ended()
    name = f"schema {kept.name.partition('.')[0]}"
    lost = [] if state_of(place) == state_of(undisturbed) else [f"{name}: other tables or people than undisturbed"]
    lost += [f"{name}: {one}" for one in complaints(place)]
    for folder_of in (undisturbed.parent, place.parent):
        shutil.rmtree(folder_of)
    return Trial(name, ended.code is None, tuple(lost))


def expunging_killed(step: Step, folder: Path, rng: random.Random) -> Trial:
    """An expunging is killed at some moment, and so is whoever resumes it; the next who does ends it."""
    place = copy_of(step.before, folder)
    is_cut, found = False, []
    for words in (step.act.on(place), _resuming(place)):
        running = Running(words)
        running.wait(rng.uniform(0.0, step.seconds * FARTHER))
        running.kill()
        ended = running.ended()
        is_cut = is_cut or ended.code is None
        if not (told := complaints(place)):
            break
        found += [f"doctor does not say how to end {step.act.name}: {one}" for one in told if RESUME not in one]
    if told:
        ended = run(_resuming(place))
        found += [f"{step.act.name} cannot be resumed: {ended.said}"] if ended.code else []
    return Trial(step.act.name, is_cut, (*found, *_lost(step, place, ended)))


def _resuming(place: Path) -> tuple[str, ...]:
    return (*RESUME.split()[1:], "-w", str(place))


def unpacked(kept: Path, folder: Path) -> Path:
    """The workspace of an earlier version, in the folder beside what is known of it."""
    with tarfile.open(kept) as archive:
        archive.extractall(folder, filter="data")
    return folder / "workspace"


def no_room(step: Step, disk: Disk, rng: random.Random) -> Trial:
    """The disk is full at some moment."""
    place = copy_of(step.before, disk.folder)
    with disk.filled(place, rng) as conditions:
        ended = run(step.act.on(place), conditions)
    return _refused(step, place, ended)


def read_only(step: Step, folder: Path, _: random.Random) -> Trial:
    """Nothing in the workspace's folder may be written."""
    place = copy_of(step.before, folder)
    entries = [place, *place.rglob("*")]
    modes = {entry: entry.stat().st_mode for entry in entries}
    for entry, mode in modes.items():
        entry.chmod(mode & ~0o222)
    ended = run(step.act.on(place), Conditions(is_bound=True))
    for entry, mode in modes.items():
        entry.chmod(mode)
    return _refused(step, place, ended)


def clock_back(step: Step, folder: Path, rng: random.Random) -> Trial:
    """The clock of the machine was set back before the act, behind all that is in the workspace."""
    place = copy_of(step.before, folder)
    ended = run(step.act.on(place), Conditions(days_back=rng.randrange(1, 4000)))
    lost = () if ended.is_acknowledged else (f"{step.act.name} fails: {ended.said}",)
    return Trial(step.act.name, ended.code is not None, (*lost, *_lost(step, place, ended)))


def at_once(first: Step, second: Step, folder: Path) -> Trial:
    """Two acts begin at the same time; they lead to what they lead to one after the other, whichever comes first."""
    expected = [_in_turn(order, first.before, folder) for order in ((first, second), (second, first))]
    place = copy_of(first.before, folder)
    both = [Running(step.act.on(place)) for step in (first, second)]
    ends = [one.ended() for one in both]
    name = f"{first.act.name}, {second.act.name}"
    lost = [f"{name}: {end.said}" for end in ends if not end.is_acknowledged]
    if not lost and state_of(place, in_order=False) not in expected:
        lost.append(f"{name}: at once leads elsewhere than one after the other")
    lost += [f"doctor after {name}: {one}" for one in complaints(place)]
    shutil.rmtree(place)
    return Trial(name, happened=True, lost=tuple(lost))


def _in_turn(steps: Sequence[Step], before: Path, folder: Path) -> str:
    """What the acts lead to one after the other."""
    place = copy_of(before, folder)
    for step in steps:
        run(step.act.on(place))
    state = state_of(place, in_order=False)
    shutil.rmtree(place)
    return state


def _refused(step: Step, place: Path, ended: Ended) -> Trial:
    """An act that may have been refused, in words that say what is wrong."""
    is_refused, said = not ended.is_acknowledged, ended.said.strip()
    is_clear = bool(said) and "unexpected" not in said
    unclear = (f"{step.act.name} does not say what is wrong: {said}",) if is_refused and not is_clear else ()
    return Trial(step.act.name, is_refused, (*unclear, *_lost(step, place, ended)))


def copy_of(whole: Path, folder: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(whole, folder / "trial"))


def _lost(step: Step, place: Path, ended: Ended) -> tuple[str, ...]:
    """What is lost or half-done after an act that was cut off, and after it was done once more."""
    before, after = step.states
    found = [f"doctor after {step.act.name}: {one}" for one in complaints(place)]
    state = state_of(place)
    if state not in step.states:
        found.append(f"{step.act.name} is half-done")
    if ended.is_acknowledged and state != after:
        found.append(f"{step.act.name} was acknowledged and is not there")
    if state == before or step.act.again:
        again = run(step.act.on(place))
        if again.code:
            found.append(f"{step.act.name} cannot be done any more: {again.said}")
        if state_of(place) != after:
            found.append(f"{step.act.name} done again leads elsewhere")
        found += [f"doctor after {step.act.name} again: {one}" for one in complaints(place)]
    shutil.rmtree(place)
    return tuple(found)
