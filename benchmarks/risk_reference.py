"""`python -m benchmarks.risk_reference [--people N] [--drivers N]`: the kernel and the networkx reference, timed.

Both score the same drivers of one synthetic world, with the identities our own linkage found; every column must be
equal, points to 1e-12. Times are the least of the rounds, from a graph in memory to finished rows; the reference's own
graph is built in its time, as the kernel's tables are in ours. The plain reference counts who was on a thing for every
route and scores some of the drivers only; the quicker one, which all figures are compared with, counts each crowd once.
CPU time is that of all threads.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.risk_lift.known import find_identities, graph_of, read_facts
from fixtures.world import WorldSettings, generate
from graph.policy import RiskPolicy
from graph.policy_file import load_policy
from graph.project import ProjectedGraph
from graph.risk import score_all, score_some
from graph.schema import NodeKind
from graph.testing.reference import Reference
from linkage.schema import Kind

PACKAGES = ("networkx", "polars", "numpy")
CLOSE = 1e-12

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Task:
    """What is scored.

    Args:
        graph: the world's graph.
        drivers: identity ids, in order.
        policy: the policy.
        day: the day of the scores.
    """

    graph: ProjectedGraph
    drivers: list[str]
    policy: RiskPolicy
    day: date

    def by_reference(self, drivers: Sequence[str], *, remembers: bool = False) -> Rows:
        """Rows of some drivers by the reference, one after the other."""
        reference = Reference(self.graph.held, self.policy, self.day, remembers=remembers)
        return [reference.row(driver) for driver in drivers]

    def by_kernel(self) -> Rows:
        """Rows by the kernel, read from the whole graph."""
        return score_all(self.graph, self.policy, self.day, self.drivers).to_dicts()

    def from_around(self) -> Rows:
        """Rows by the kernel, read from around the drivers."""
        return score_some(self.graph, self.policy, self.drivers, self.day).to_dicts()

    def by_kernel_everybody(self) -> Rows:
        """Rows of everybody by the kernel."""
        return score_all(self.graph, self.policy, self.day).to_dicts()


def main(arguments: Sequence[str] | None = None) -> None:
    """A world is generated; times, the ratio, the largest difference and the versions are printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.risk_reference", description=__doc__)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--drivers", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--every", type=int, default=50, help="the plain reference scores one driver in so many")
    parser.add_argument("--rounds", type=int, default=5, help="of the kernel; the reference runs once")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        task = make_task(WorldSettings(options.people, options.seed), options.drivers, Path(folder))
    print(
        f"{len(task.drivers):,} drivers of a world of {options.people:,} people, seed {options.seed}; "
        f"{task.graph.held.edges.height:,} edges; policy {task.policy.name}; as of {task.day}\n"
    )
    expected, *quicker = timed(partial(task.by_reference, task.drivers, remembers=True), 1)
    ways: list[tuple[str, Callable[[], Rows], int]] = [
        ("networkx reference", partial(task.by_reference, task.drivers[:: options.every]), 1),
        ("kernel", task.by_kernel, options.rounds),
        ("kernel, read from around them", task.from_around, options.rounds),
        ("kernel, everybody", task.by_kernel_everybody, options.rounds),
    ]
    print("| way | drivers | s | CPU s | CPU ms a driver |\n|---|---|---|---|---|")
    a_driver = {"quicker": _print("networkx reference, each crowd counted once", len(expected), quicker)}
    worst = 0.0
    for name, way, rounds in ways:
        rows, *seconds = timed(way, rounds)
        worst = max(worst, difference(rows, expected))
        a_driver[name] = _print(name, len(rows), seconds)
    plain, once = (a_driver[name] / a_driver["kernel"] for name in ("networkx reference", "quicker"))
    print(
        f"\nCPU time a driver: {plain:,.0f} times the kernel's by the plain reference, {once:,.0f} by the quicker one"
    )
    linked = sum(row["linked_points"] > 0 for row in expected)
    print(f"{linked:,} of them with linked risk; largest difference {worst:.1e} points: ", end="")
    print("equal" if worst <= CLOSE else "NOT EQUAL")
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}")
    if worst > CLOSE:
        raise SystemExit(1)


def _print(name: str, drivers: int, seconds: Sequence[float]) -> float:
    """A row of the table; gives the CPU milliseconds a driver."""
    wall, cpu = seconds
    print(f"| {name} | {drivers:,} | {wall:.3f} | {cpu:.3f} | {1000 * cpu / drivers:.3f} |", flush=True)
    return 1000 * cpu / drivers


def make_task(settings: WorldSettings, drivers: int, folder: Path) -> Task:
    """The graph of a fresh world, and its first drivers by id."""
    generate(settings, folder)
    facts = read_facts(folder, settings.today)
    graph = graph_of(facts, find_identities(facts[Kind.PERSON]))
    people = graph.nodes(NodeKind.IDENTITY)["key"].sort().to_list()
    return Task(graph, people[:drivers], load_policy(), settings.today)


def timed(way: Callable[[], Rows], rounds: int) -> tuple[Rows, float, float]:
    """The rows, and the least wall and CPU seconds that making them took."""
    wall, cpu, rows = float("inf"), float("inf"), []
    for _ in range(rounds):
        gc.collect()
        started, used = time.perf_counter(), time.process_time()
        rows = way()
        wall, cpu = min(wall, time.perf_counter() - started), min(cpu, time.process_time() - used)
    return rows, wall, cpu


def difference(rows: Rows, expected: Rows) -> float:
    """The largest difference of a figure, in points or parts of 1; infinite where a band or a day differs."""
    of = {row["identity_id"]: row for row in rows}
    worst = 0.0
    for wanted in (row for row in expected if row["identity_id"] in of):
        for column, value in wanted.items():
            found = of[wanted["identity_id"]][column]
            if not isinstance(value, float):
                worst = worst if found == value else float("inf")
            else:
                worst = max(worst, abs(found - value) / (1 if column.endswith("points") else 100))
    return worst


if __name__ == "__main__":
    main()
