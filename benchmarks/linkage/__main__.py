"""`python -m benchmarks.linkage setup | run | table`: our engine beside others, on the same input.

    python -m benchmarks.linkage setup
    python -m benchmarks.linkage run --task febrl4 --rounds 3 --out results/febrl4.json
    python -m benchmarks.linkage table results/*.json

`setup` makes one environment a peer; `run` measures; `table` writes docs/benchmarks.md from one or more results.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from benchmarks.linkage.engines import setup
from benchmarks.linkage.report import render
from benchmarks.linkage.rounds import Plan, machine, run
from benchmarks.linkage.tasks import TASKS, Places

WORK = Path(__file__).resolve().parent / ".work"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    """One of the commands."""
    options = _parser().parse_args()
    options.do(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage", description=__doc__)
    commands = parser.add_subparsers(required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--work", type=Path, default=WORK, help="folder for data, runs and environments")
    shared.add_argument("--environments", type=Path, help="folder of the peers' environments")
    shared.add_argument("--historical", type=Path, default=os.environ.get("CROSSLANE_HISTORICAL_50K"))
    commands.add_parser("setup", parents=[shared]).set_defaults(do=_setup)
    run = commands.add_parser("run", parents=[shared])
    run.add_argument("--task", action="append", required=True, help="several times for several; all for all")
    run.add_argument("--engines", help="comma between; the task's own by default")
    run.add_argument("--seeds", help="comma between; the task's own by default")
    run.add_argument("--rounds", type=int, default=3)
    run.add_argument("--no-sweep", action="store_true", help="no further run for the best threshold")
    run.add_argument("--limit-gb", type=float, default=14.0)
    run.add_argument("--minutes", type=float, default=60.0)
    run.add_argument("--out", type=Path, required=True)
    run.set_defaults(do=_run)
    table = commands.add_parser("table")
    table.add_argument("results", type=Path, nargs="+")
    table.add_argument("--out", type=Path, default=DOCUMENT)
    table.set_defaults(do=_table)
    return parser


def _setup(options: argparse.Namespace) -> None:
    setup(options.environments or options.work / "environments")


def _run(options: argparse.Namespace) -> None:
    places = Places(options.work, options.environments or options.work / "environments", options.historical)
    runs: list[dict[str, object]] = []
    for name in TASKS if "all" in options.task else options.task:
        task = TASKS[name]
        engines = tuple(options.engines.split(",")) if options.engines else task.engines
        seeds = tuple(int(seed) for seed in options.seeds.split(",")) if options.seeds else task.seeds
        plan = Plan(
            engines, options.rounds, not options.no_sweep, options.limit_gb * 1024, options.minutes * 60, places
        )
        for record in run(task, seeds, plan):
            runs.append(record)
            print(_line(record), flush=True)
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps({"machine": machine(), "runs": runs}, indent=1))


def _line(record: dict[str, object]) -> str:
    score = record.get("score")
    fixed = score["fixed"] if isinstance(score, dict) else {}
    figures = f"P {fixed['precision']:.4f} R {fixed['recall']:.4f} F1 {fixed['f1']:.4f}" if fixed else ""
    kind = "sweep" if record["is_sweep"] else f"round {record['round']}"
    return (
        f"{record['task']} {record['seed']} {record['engine']} {kind}: {record['status']}, {record['wall_s']} s, "
        f"{record['cpu_s']} s CPU, {record['peak_mb']} MB, load {record['load_before']} {figures}"
    )


def _table(options: argparse.Namespace) -> None:
    options.out.write_text(render([json.loads(path.read_text()) for path in options.results]))


if __name__ == "__main__":
    main()
