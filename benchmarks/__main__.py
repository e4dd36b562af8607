"""`python -m benchmarks [--people N] [--seed S]`: the whole line on a synthetic world, every file loaded by the CLI."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from fixtures.world import WorldSettings, generate
from fixtures.world.layout import loads

PACKAGES = ("polars", "numpy", "rapidfuzz", "apsw")


@dataclass(frozen=True, slots=True)
class Step:
    """One command, measured as a whole process."""

    name: str
    rows: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    document: dict[str, object]


def main() -> None:
    """The world is generated, loaded, evaluated; a table and the machine are printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="folder for the world and the workspace; kept afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        world, workspace = folder / "world", folder / "workspace"
        settings = WorldSettings(options.people, options.seed)
        generate(settings, world)
        steps = [_step("init", ["init", "-w", str(workspace)])]
        day = settings.today.isoformat()
        for path, source in loads(world):
            steps.append(_step(path.name, ["load", str(path), "--source", source, "--today", day], workspace))
            print(f"{path.name}: {steps[-1].wall_s:.1f} s", file=sys.stderr)
        scored = _step("evaluate", ["evaluate", "--truth", str(world / "truth.csv")], workspace)
    _report(options.people, steps, scored)


def _step(name: str, arguments: list[str], workspace: Path | None = None) -> Step:
    command = [str(Path(sys.executable).with_name("crosslane")), *arguments, "--json"]
    if workspace:
        command += ["-w", str(workspace)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status:
        raise SystemExit(f"{name} failed with status {os.waitstatus_to_exitcode(status)}")
    document = json.loads(output)
    rows = sum(file["rows"] for file in document.get("files", []))
    return Step(name, rows, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, document)


def _report(people: int, steps: list[Step], scored: Step) -> None:
    print("| command | rows | wall s | CPU s | peak MB |\n|---|---|---|---|---|")
    for step in steps:
        print(f"| {step.name} | {step.rows:,} | {step.wall_s:.1f} | {step.cpu_s:.1f} | {step.peak_mb:,.0f} |")
    wall, peak = sum(step.wall_s for step in steps), max(step.peak_mb for step in steps)
    print(f"| **all** | {sum(step.rows for step in steps):,} | **{wall:.1f}** | | **{peak:,.0f}** |\n")
    pairs = scored.document["pairs"]
    assert isinstance(pairs, dict)
    print(f"{people:,} people: precision {pairs['precision']:.4f}, recall {pairs['recall']:.4f}, F1 {pairs['f1']:.4f}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    chip = platform.processor() or platform.machine()
    print(f"{os.cpu_count()} cores, {chip}, Python {platform.python_version()}, {versions}; generator {own:,.0f} MB")


if __name__ == "__main__":
    main()
