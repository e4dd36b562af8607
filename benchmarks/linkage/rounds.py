"""Runs engines in turn, round after round, each run a process of its own, and keeps what each one took and found."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from benchmarks.linkage.engines import ENGINES, HERE, Engine
from benchmarks.linkage.score import score
from benchmarks.linkage.tasks import Places, Task


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run.

    Args:
        engines: names in the order of a round.
        rounds: timed runs of each engine on each data set.
        sweep: one more run, not timed, for each engine's best threshold.
        limit_mb: resident memory of all processes of a run, above which it is killed.
        seconds: after which a run is killed.
        places: where data, environments and outputs are.
    """

    engines: tuple[str, ...]
    rounds: int
    sweep: bool
    limit_mb: float
    seconds: float
    places: Places


def run(task: Task, seeds: tuple[int, ...], plan: Plan) -> Iterator[dict[str, object]]:
    """One record a run, in the order they ran: engine A, B, C, then A, B, C again.

    An engine that failed on a data set is not asked again for that one.
    """
    engines = [ENGINES[name] for name in plan.engines]
    able = [engine for engine in engines if not engine.kinds or task.kind in engine.kinds]
    for seed in seeds:
        folder = task.folder(plan.places, seed)
        failed: set[str] = set()
        for number in range(plan.rounds + (plan.sweep and task.has_sweep)):
            for engine in [engine for engine in able if engine.name not in failed]:
                record = _one(engine, task, folder, plan, is_sweep=number == plan.rounds)
                if record["status"] != "done":
                    failed.add(engine.name)
                yield {"task": task.name, "seed": seed, "engine": engine.name, "round": number} | record


def _one(engine: Engine, task: Task, data: Path, plan: Plan, *, is_sweep: bool) -> dict[str, object]:
    target = plan.places.work / "runs" / f"{data.name}-{engine.name}"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    command = engine.command(plan.places.environments, task.kind, data / "input", target)
    load = os.getloadavg()[0]
    usage = target / "usage.json"
    launcher = [sys.executable, "-I", "-S", str(HERE / "launch.py"), str(plan.limit_mb), str(plan.seconds), str(usage)]
    with (target / "log.txt").open("wb") as log:
        subprocess.run([*launcher, *command, *(["--sweep"] if is_sweep else [])], stdout=log, stderr=log, check=True)
    record: dict[str, object] = {"is_sweep": is_sweep, "load_before": round(load, 2), **json.loads(usage.read_text())}
    record["load_after"] = round(os.getloadavg()[0], 2)
    record["at"] = datetime.now(UTC).isoformat(timespec="seconds")
    if record["status"] == "done":
        record["facts"] = json.loads((target / "facts.json").read_text())
        record["score"] = score(pl.read_parquet(data / "truth.parquet"), target)
    return record


def machine() -> dict[str, object]:
    """What the figures depend on beside the engines."""
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "chip": names[0] if names else platform.machine(),
        "memory_gb": round(memory, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }
