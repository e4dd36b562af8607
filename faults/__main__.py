"""`python -m faults [--kills N] [--seed N] [--out FILE]`: all faults, with a table of what was lost."""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

from faults import damage, trials
from faults.trials import Trial
from faults.twin import Step, acts, told

MARKS = ("<!-- faults -->", "<!-- /faults -->")
STORY = Path(__file__).resolve().parents[1] / "fixtures" / "story"


def main() -> int:
    """Exit code 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="processes to be killed (default 200)")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, help="file for the figures as JSON")
    parser.add_argument("--page", type=Path, help="page that holds the table between its marks")
    asked = parser.parse_args()
    rng = random.Random(asked.seed)  # noqa: S311 - moments of faults, no secrets
    with tempfile.TemporaryDirectory() as folder:
        found = dict(all_faults(Path(folder), asked.kills, rng))
    rows = [summary(name, done) for name, done in found.items()]
    show(rows)
    if asked.page:
        write_table(asked.page, rows)
    if asked.out:
        about = {
            "at": datetime.now(UTC).date().isoformat(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "seed": asked.seed,
        }
        asked.out.write_bytes(orjson.dumps(about | {"faults": rows}, option=orjson.OPT_INDENT_2) + b"\n")
    return int(any(row["lost"] for row in rows))


def all_faults(folder: Path, kills: int, rng: random.Random) -> Iterator[tuple[str, list[Trial]]]:
    """What happened, and the trials of it."""
    steps = list(track(told(folder, acts(STORY)), "the acts, undisturbed", total=len(acts(STORY)), console=_ERR))
    yield "killed", repeated(partial(trials.killed, folder=folder, rng=rng), steps, kills)
    yield "disk full", repeated(partial(trials.no_room, folder=folder, rng=rng), steps, kills // 4)
    for name, trial in (("folder read-only", trials.read_only), ("clock set back", trials.clock_back)):
        yield name, [trial(step, folder, rng) for step in track(steps, name, console=_ERR)]
    pairs = [pair for pair in pairwise(steps) if all(one.act.name.startswith("load") for one in pair)]
    name = "two loads at once"
    yield name, [trials.at_once(*pair, folder) for pair in track(pairs, name, console=_ERR)]
    whole = folder / "twin"
    kept = damage.kept_of(whole, folder)
    for name, harm in (
        ("rows torn", damage.torn_rows),
        ("rows of a load gone", damage.lost_file),
        ("page of the ledger changed", damage.changed_page),
    ):
        yield name, [harm(whole, kept, folder, rng) for _ in track(range(max(kills // 10, 1)), name, console=_ERR)]


def repeated(trial: Callable[[Step], Trial], steps: list[Step], count: int) -> list[Trial]:
    """Trials in turn over the steps until so many really happened."""
    done: list[Trial] = []
    with Progress(console=_ERR) as progress:
        task = progress.add_task("trials", total=count)
        while (happened := sum(one.happened for one in done)) < count:
            done.append(trial(steps[len(done) % len(steps)]))
            progress.update(task, completed=happened)
    return done


def summary(name: str, done: list[Trial]) -> dict[str, object]:
    """One row of the table."""
    lost = [one for trial in done for one in trial.lost]
    return {
        "fault": name,
        "trials": len(done),
        "happened": sum(trial.happened for trial in done),
        "acts": sorted({trial.act for trial in done}),
        "lost": len(lost),
        "what": lost[:20],
    }


def write_table(page: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """The page holds the table of this run."""
    before, rest = page.read_text("utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    page.write_text(f"{before}{MARKS[0]}\n{table_of(rows)}{MARKS[1]}{after}", "utf-8")


def table_of(rows: Sequence[Mapping[str, object]]) -> str:
    """The table in Markdown."""
    lines = [f"| {row['fault']} | {row['trials']} | {row['happened']} | {row['lost']} |\n" for row in rows]
    return "| fault | trials | happened | lost |\n|---|---|---|---|\n" + "".join(lines)


def show(rows: list[dict[str, object]]) -> None:
    """The table on the screen."""
    table = Table("fault", "trials", "happened", "lost")
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("fault", "trials", "happened", "lost")))
    console = Console()
    console.print(table)
    for row in rows:
        for line in row["what"]:  # type: ignore[attr-defined]
            console.print(f"{row['fault']}: {line}", markup=False)


_ERR = Console(stderr=True)

if __name__ == "__main__":
    sys.exit(main())
