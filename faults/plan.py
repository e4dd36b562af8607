"""All faults, and how often each is tried."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress, track

from faults import damage, desk, follower, trials
from faults.disks import a_disk
from faults.table import KILLED, Row
from faults.trials import Trial
from faults.twin import Step, acts, expungings, told
from tools.neo4j.server import ServerFault, a_server

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
STORY = FIXTURES / "story"
LEDGERS = sorted((FIXTURES / "ledgers").glob("*.tar.xz"))
KILLS = {
    "load": (45, "`kill -9` of a load"),
    "link": (12, "`kill -9` while a judgement is made"),
    "undo": (18, "`kill -9` while a judgement is taken back"),
    "rescore": (8, "`kill -9` while everybody is scored anew"),
    "expunging": (8, "`kill -9` while a person is taken out, and then while that is resumed"),
    "migration": (11, f"`kill -9` of whoever first opens a workspace of one of {len(LEDGERS)} earlier schemas"),
    "worker": (6, "`kill -9` of one of two workers as decisions come in over HTTP"),
}
"""What is killed: how often of a hundred times, and what that is."""
KILLS_OF_NEO4J = {
    "push": (12, "`kill -9` of a push to Neo4j: a first one, one of a change, one that compares and mends"),
    "Neo4j in a push": (3, "`kill -9` of the server; it is back at once, or when the push has given up"),
    "Neo4j of a service": (2, "`kill -9` of the server, away for a while as decisions come in and somebody reads"),
}
"""What comes on top where there is a server, for each hundred of the others."""
FULL, DAMAGED = 25, 10
"""Full disks, and files damaged in each way, for each hundred kills."""
One = TypeVar("One")


def all_faults(folder: Path, kills: int, rng: random.Random) -> Iterator[Row]:
    """Every fault with its trials.

    Args:
        folder: for workspaces.
        kills: processes that are killed, those of trials with Neo4j aside.
    """
    doings = acts(STORY)
    steps = list(track(told(folder, doings), "the acts, undisturbed", total=len(doings), console=_ERR))
    yield from _of_processes(steps, folder, kills, rng)
    yield from _of_neo4j(steps, folder, kills, rng)
    yield from _of_the_machine(steps, folder, kills, rng)
    yield from _of_files(folder, kills, rng)


def repeated(trial: Callable[[One], Trial], things: Sequence[One], count: int, name: str = "trials") -> list[Trial]:
    """Trials of each thing in turn until so many really happened."""
    done: list[Trial] = []
    with Progress(console=_ERR) as progress:
        task = progress.add_task(name, total=count)
        while (happened := sum(one.happened for one in done)) < count:
            done.append(trial(things[len(done) % len(things)]))
            progress.update(task, completed=happened)
    return done


def _of_processes(steps: Sequence[Step], folder: Path, kills: int, rng: random.Random) -> Iterator[Row]:
    for command in ("load", "link", "undo", "rescore"):
        those = [step for step in steps if step.act.words[0] == command]
        yield _killed(command, partial(trials.killed, folder=folder, rng=rng), those, kills)
    without = list(expungings(folder))
    yield _killed("expunging", partial(trials.expunging_killed, folder=folder, rng=rng), without, kills)
    yield _killed("migration", partial(trials.migration_killed, folder=folder, rng=rng), LEDGERS, kills)
    with desk.a_desk(folder / "twin", folder) as opened:
        yield _killed("worker", partial(desk.worker_killed, rng=rng), [opened], kills)


def _of_neo4j(steps: Sequence[Step], folder: Path, kills: int, rng: random.Random) -> Iterator[Row]:
    """Where no server can be had, the rows say so."""
    with ExitStack() as until_done:
        try:
            neo4j = until_done.enter_context(a_server(folder / "neo4j"))
        except ServerFault as fault:
            why_not = str(fault).splitlines()[-1]
            yield from (Row(f"{KILLED} {name}", how, why_not=why_not) for name, (_, how) in KILLS_OF_NEO4J.items())
            return
        following = [follower.Following(steps, neo4j, folder)]
        yield _killed("push", partial(follower.push_killed, rng=rng), following, kills)
        yield _killed("Neo4j in a push", partial(follower.server_killed, rng=rng), following, kills)
        neo4j.empty()
        opened = until_done.enter_context(desk.a_desk(folder / "twin", folder, following[0].choice))
        yield _killed("Neo4j of a service", partial(desk.server_gone, neo4j=neo4j, rng=rng), [opened], kills)


def _killed(name: str, trial: Callable[[One], Trial], things: Sequence[One], kills: int) -> Row:
    share, how = (KILLS | KILLS_OF_NEO4J)[name]
    return Row(f"{KILLED} {name}", how, repeated(trial, things, _of_hundred(kills, share), name))


def _of_the_machine(steps: Sequence[Step], folder: Path, kills: int, rng: random.Random) -> Iterator[Row]:
    with a_disk(folder) as disk:
        no_room = partial(trials.no_room, disk=disk, rng=rng)
        yield Row("disk full", disk.told, repeated(no_room, steps, _of_hundred(kills, FULL), "disk full"))
    for name, how, trial in (
        ("folder read-only", "nothing in the workspace may be written", trials.read_only),
        ("clock set back", "by days to years, behind all that is in the workspace", trials.clock_back),
    ):
        yield Row(name, how, [trial(step, folder, rng) for step in track(steps, name, console=_ERR)])
    pairs = [pair for pair in pairwise(steps) if all(one.act.words[0] == "load" for one in pair)]
    name = "two loads at once"
    done = [trials.at_once(*pair, folder) for pair in track(pairs, name, console=_ERR)]
    yield Row(name, "begun at the same time", done)


def _of_files(folder: Path, kills: int, rng: random.Random) -> Iterator[Row]:
    whole = folder / "twin"
    kept = damage.kept_of(whole, folder)
    count = _of_hundred(kills, DAMAGED)
    for name, how, harm in (
        ("rows torn", "a file of rows ends early", damage.torn_rows),
        ("rows of a load gone", "their folder is deleted", damage.lost_file),
        ("page of the ledger changed", "it holds other bytes", damage.changed_page),
    ):
        yield Row(name, how, [harm(whole, kept, folder, rng) for _ in track(range(count), name, console=_ERR)])


def _of_hundred(kills: int, share: int) -> int:
    return max(kills * share // 100, 1)


_ERR = Console(stderr=True)
