"""`python -m benchmarks.spark.run FILE --out FOLDER [--master M]`: one resolution from nothing, and what it cost.

On this machine without a master, else on Spark. Writes `memberships.parquet`, `pairs.parquet` and `run.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import polars as pl

from linkage.model import load_model
from linkage.pipeline import Change, Previous, Resolution, Resolver, resolve
from linkage.schema import MEMBERSHIP, PERSON, SCORED_PAIR

EXECUTOR = "CoarseGrainedExecutorBackend"


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark.run", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--master")
    parser.add_argument("--kill-in", help="stage in which an executor is killed, once some of its tasks are done")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    persons = pl.read_parquet(options.file)
    stages: list[dict[str, Any]] = []
    if options.master is None:
        resolution, seconds = _timed(resolve, persons)
    else:
        from linkage.spark.resolver import SparkResolver  # noqa: PLC0415 - an extra, and memory that this machine's run has not
        from linkage.spark.session import SparkSettings, session  # noqa: PLC0415

        told = _Told(stages, options.kill_in)
        events = options.out / "events"
        events.mkdir(exist_ok=True)
        logged = {
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": events.absolute().as_uri(),
            "spark.eventLog.rolling.enabled": "false",
            "spark.eventLog.compress": "false",
        }
        with session(SparkSettings(options.master, logged)) as spark:
            started = time.perf_counter() - began
            folder = (options.out / "stages").absolute().as_uri()
            resolution, seconds = _timed(SparkResolver(spark, folder, told), persons)
        told.end()
        stages.insert(0, {"stage": "start", "seconds": round(started, 1)})
    resolution.memberships.write_parquet(options.out / "memberships.parquet")
    resolution.pairs.write_parquet(options.out / "pairs.parquet")
    document = {
        "records": persons.height,
        "identities": resolution.memberships["identity_id"].n_unique(),
        "pairs": resolution.pairs.height,
        "compared": resolution.compared,
        "seconds": round(seconds, 1),
        "whole_s": round(time.perf_counter() - began, 1),
        "stages": stages,
    }
    (options.out / "run.json").write_text(json.dumps(document, indent=1), "utf-8")


def _timed(resolver: Resolver, persons: pl.DataFrame) -> tuple[Resolution, float]:
    change = Change(frozenset(persons["key"]), persons.head(0).select(PERSON.without("raw")))
    previous = Previous(MEMBERSHIP.empty(), SCORED_PAIR.empty(), frozenset())
    began = time.perf_counter()
    return resolver(persons, change, previous, load_model()), time.perf_counter() - began


class _Told:
    """Notes how long each stage took, and kills an executor in one of them."""

    def __init__(self, stages: list[dict[str, Any]], kill_in: str | None) -> None:
        self._stages, self._kill_in = stages, kill_in
        self._began = time.perf_counter()

    def __call__(self, name: str, done: int, of: int) -> None:
        if not self._stages or self._stages[-1]["stage"] != name:
            self.end()
            self._began = time.perf_counter()
            self._stages.append({"stage": name, "seconds": 0.0})
        if name == self._kill_in and 0 < done < of:
            self._kill_in = None
            os.kill(executor(), signal.SIGKILL)
            self._stages[-1]["killed_at"] = f"{done} of {of} tasks"

    def end(self) -> None:
        """The stage that was told of last is over."""
        if self._stages:
            self._stages[-1]["seconds"] = round(time.perf_counter() - self._began, 1)


def executor() -> int:
    """A process of Spark that runs tasks."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(word.endswith(EXECUTOR) for word in words):
            return int(place.parent.name)
    raise RuntimeError("no executor runs")


if __name__ == "__main__":
    main()
