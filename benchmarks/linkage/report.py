"""The document: one table a task from the records of `rounds.run`, with the machine and how to make it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean, stdev
from typing import Any

from benchmarks.linkage.engines import ENGINES
from benchmarks.linkage.groups import group_tables
from benchmarks.linkage.tasks import TASKS, Task

Record = dict[str, Any]
_STUDENT_95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}
"""Two-sided 95 % quantile of Student's t for the mean of so many values."""

_HEAD = """# Benchmarks: linkage

Written by `python -m benchmarks.linkage table`; do not edit by hand. To make it again:

```
python -m benchmarks.linkage setup    # one environment a peer, pinned in benchmarks/linkage/peers
python -m benchmarks.linkage run --task all --rounds 3 --historical historical_50k.parquet --out results.json
python -m benchmarks.linkage table results.json
```
Tasks: {tasks}.

How it is measured:
- Every run is a process of its own that reads Parquet and writes clusters: wall time, CPU time (user and system) and
  peak resident memory are those of the whole process, imports included. Engines take turns: A, B, C, then A, B, C.
  Times are the least of the rounds. A run that holds more than the memory limit is killed and reported as such.
- One evaluator, `linkage.evaluate`: precision, recall and F1 over all pairs inside the final clusters, and B-cubed.
- *fixed*: the threshold set before the run and without labels, the only one a user could have; this is the figure to
  compare. *own best*: the highest pair F1 over all thresholds of the engine, which needs the truth.
- Several data sets of one kind: the mean, with half the width of its 95 % interval (Student's t over seeds).
- A set marked *development* was looked at while this project was built: its figures are no proof.
- Names of records tell nothing and their order is random, since published ids name the entity.

What each engine is told (`benchmarks/linkage/peers`):
- Splink: its own examples with all their comparisons and blocking rules (historical_50k, febrl4), the comparisons of
  its tutorial on scaling (people), and of its guides: no intermediate columns, prediction above the threshold only,
  EM without term frequencies and with capped pairs, similarities worked out once. 10,000,000 pairs for u, as in its
  examples; `splink_fast` takes its default of 1,000,000. febrl4: best links at the probability its example predicts at.
- Border world: Splink's comparisons and blocking rules were written for these records; the `fixed` runs set conflicts
  of given name and birth date, then of other fields too, at -12 bits by hand.
- recordlinkage: the same blocking, features as in its documentation, ECM, matches from probability 0.5. It joins pairs
  and leaves clusters to its user; here a chain of pairs is a cluster.
- GoldenMatch: probabilistic auto-configuration, on driver records an explicit configuration.
- This project: shipped models as they are (`person` trained on the table itself, `driver`); for people a model file
  with the comparisons and blocking rules of the Splink run, so that both score the very same pairs.

Engines: {engines}.
"""


def render(results: Sequence[dict[str, Any]]) -> str:
    """The whole document.

    Args:
        results: contents of result files; later files replace earlier ones task by task and engine by engine.
    """
    records = _latest(results)
    tasks = [task for task in TASKS.values() if any(record["task"] == task.name for record in records)]
    used = [name for name in ENGINES if any(record["engine"] == name for record in records)]
    parts = [
        _HEAD.format(tasks=", ".join(TASKS), engines="; ".join(f"`{name}` {ENGINES[name].about}" for name in used))
    ]
    parts.append(_machine(results[-1]["machine"], records))
    parts += [_section(task, [record for record in records if record["task"] == task.name]) for task in tasks]
    return "\n".join(parts)


def _latest(results: Sequence[dict[str, Any]]) -> list[Record]:
    kept: dict[tuple[str, str], list[Record]] = {}
    for result in results:
        fresh: dict[tuple[str, str], list[Record]] = {}
        for record in result["runs"]:
            fresh.setdefault((record["task"], record["engine"]), []).append(record)
        kept |= fresh
    return [record for records in kept.values() for record in records]


def _machine(machine: dict[str, Any], records: Iterable[Record]) -> str:
    versions: dict[str, str] = {}
    for record in records:
        versions |= record.get("facts", {}).get("versions", {})
    loads = [record["load_before"] for record in records if not record["is_sweep"]]
    named = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
    return (
        f"Machine: {machine['cores']} cores, {machine['chip']}, {machine['memory_gb']} GB, {machine['system']}, "
        f"Python {machine['python']}. {named}. One-minute load before runs: {min(loads):.1f} to {max(loads):.1f}.\n"
    )


def _section(task: Task, records: list[Record]) -> str:
    label = " (development set)" if task.is_development else ""
    seeds = sorted({record["seed"] for record in records})
    lines = [f"## {task.title}{label}\n", task.about + (f" Seeds {', '.join(map(str, seeds))}." if any(seeds) else "")]
    lines += ["", "| engine | wall s | CPU s | peak MB | P | R | F1 fixed | B-cubed F1 | F1 own best | pairs |"]
    lines.append("|---|---|---|---|---|---|---|---|---|---|")
    for name in [name for name in ENGINES if any(record["engine"] == name for record in records)]:
        lines.append(_row(name, [record for record in records if record["engine"] == name]))
    lines += ["", *group_tables(records)]
    return "\n".join(lines)


def _row(name: str, records: list[Record]) -> str:
    timed = [record for record in records if not record["is_sweep"]]
    failed = sorted({record["status"] for record in timed} - {"done"})
    if failed:
        worst = max(timed, key=lambda record: record["peak_mb"])
        return f"| {name} | {', '.join(failed)} after {worst['wall_s']:.0f} | | {worst['peak_mb']:,.0f} | | | | | | |"
    seeds = sorted({record["seed"] for record in timed})

    def least(field: str) -> float:
        return float(mean(min(record[field] for record in timed if record["seed"] == seed) for seed in seeds))

    def fixed(field: str) -> str:
        return _mean([mean(r["score"]["fixed"][field] for r in timed if r["seed"] == seed) for seed in seeds])

    swept = [record["score"] for record in records if record["is_sweep"] and record["status"] == "done"]
    best = _mean([score["best"]["f1"] for score in swept if "best" in score])
    told = [record.get("facts", {}) for record in timed] + swept
    pairs = [part["candidates"] for part in told if "candidates" in part]
    return (
        f"| {name} | {least('wall_s'):.1f} | {least('cpu_s'):.1f} | {least('peak_mb'):,.0f} "
        f"| {fixed('precision')} | {fixed('recall')} | **{fixed('f1')}** | {fixed('b3_f1')} | {best} "
        f"| {f'{mean(pairs):,.0f}' if pairs else ''} |"
    )


def _mean(values: list[float]) -> str:
    """Mean and half the width of its interval; the mean alone where there is one value, nothing where there is none."""
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:.4f}"
    half = _STUDENT_95.get(len(values), 2.6) * stdev(values) / len(values) ** 0.5
    return f"{mean(values):.4f} ± {half:.4f}"
