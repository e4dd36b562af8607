"""`python -m benchmarks.spark --people 91000 182000 364000`: the same records on this machine and on Spark.

Each run is a process of its own under the eye of `benchmarks.linkage.launch`, which counts the memory of all that it
starts. Says whether both found the same, what each took, what went through shuffles and how evenly it was spread.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.linkage import launch
from benchmarks.spark.events import failed_tasks, moved_mb, skew, stages_of
from benchmarks.spark.people import make
from benchmarks.spark.report import MARKS, tables
from tools.page import put_between

MASTER = "local-cluster[2,1,2048]"
LIMIT_MB, SECONDS = 22_000, 7_200
PACKAGES = ("crosslane", "pyspark", "pyarrow", "polars", "numpy", "numba")
LEAST_ROWS = 1_000


def main() -> int:
    """All runs, and what they say of each other; exit 1 where Spark found something else."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[91_000, 182_000, 364_000])
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--master", default=MASTER)
    parser.add_argument("--kill", action="store_true", help="also with an executor killed in the middle, at each size")
    parser.add_argument("--folder", type=Path, required=True, help="for records and results; used again")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--page", type=Path, help="page whose tables are made anew")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    rows = [row for people in options.people for row in _size(people, options)]
    document = {
        "day": datetime.now(UTC).date().isoformat(),
        "master": options.master,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "java": _java(),
        "packages": {name: version(name) for name in PACKAGES},
        "runs": rows,
    }
    if options.out:
        options.out.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    if options.page:
        put_between(options.page, MARKS, tables(document))
    print(tables(document))
    return int(any(not row["equal"] for row in rows))


def _size(people: int, options: argparse.Namespace) -> list[dict[str, Any]]:
    file = make(people, options.seed, options.folder)
    ways: list[tuple[str, list[str]]] = [("local", []), ("spark", ["--master", options.master])]
    if options.kill:
        ways.append(("spark, an executor killed", ["--master", options.master, "--kill-in", "pairs"]))
    rows: list[dict[str, Any]] = []
    for way, more in ways:
        out = options.folder / f"{people}-{way.replace(', ', '-').replace(' ', '-')}"
        rows.append({"people": people, "engine": way, **_run(file, out, more)})
        rows[-1]["equal"] = way == "local" or _is_equal(out, options.folder / f"{people}-local")
        print(json.dumps(rows[-1]), file=sys.stderr)
    return rows


def _run(file: Path, out: Path, more: list[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.spark.run", str(file), "--out", str(out), *more]
    usage = out.with_suffix(".usage.json")
    watching = [sys.executable, launch.__file__, str(LIMIT_MB), str(SECONDS), str(usage), *command]
    subprocess.run(watching, check=True)
    taken = json.loads(usage.read_text("utf-8"))
    if taken["status"] != "done":
        raise RuntimeError(f"{' '.join(more) or 'local'}: {taken['status']}")
    found: dict[str, Any] = json.loads((out / "run.json").read_text("utf-8"))
    found["peak_mb"] = taken["peak_mb"]
    if more:
        stages = stages_of(out / "events")
        found |= {"shuffled_mb": moved_mb(stages), "skew": skew(stages, LEAST_ROWS), "lost_tasks": failed_tasks(stages)}
    return found


def _is_equal(one: Path, other: Path) -> bool:
    """Whether both have the same identities, record for record, and the same pairs with the same weights."""
    people = [pl.read_parquet(folder / "memberships.parquet").sort("record_key") for folder in (one, other)]
    pairs = [pl.read_parquet(folder / "pairs.parquet").sort("record_l", "record_r") for folder in (one, other)]
    same = people[0].drop("confidence").equals(people[1].drop("confidence"))
    same &= pairs[0].select("record_l", "record_r").equals(pairs[1].select("record_l", "record_r"))
    for frames, column in ((people, "confidence"), (pairs, "match_weight")):
        same = same and float((frames[0][column] - frames[1][column]).abs().max() or 0.0) < 1e-9  # type: ignore[arg-type]
    return same


def _java() -> str:
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True).stderr
    return told.split('"')[1]


if __name__ == "__main__":
    sys.exit(main())
