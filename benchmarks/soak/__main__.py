"""`python -m benchmarks.soak`: ten minutes of everything that a server is asked, at once.

Two workers answer systems, people at browsers, somebody who judges, somebody who exports, while file after file is
loaded. What is told: memory of each process, times by minute, and whatever was no answer. Exit 1 where memory grew,
answers became slower or anything failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apsw

from benchmarks.api_load.__main__ import HELD, make, wait_until_matched
from benchmarks.api_load.served import Server, crosslane, served
from benchmarks.soak import traffic
from benchmarks.soak.asking import Notebook
from benchmarks.soak.report import MARKS, tables
from benchmarks.soak.verdict import (
    LASTING,
    MINUTE_S,
    by_minute,
    complaints,
    faults,
    findings,
    memory,
    pace_by_minute,
    slowing,
    thirds,
)
from benchmarks.soak.watching import EVERY_S, Process, Watch
from fixtures.world import WorldSettings
from tools.page import put_between

PACKAGES = ("crosslane", "fastapi", "uvicorn", "apsw", "polars", "numba")
SYSTEMS, PEOPLE = 4, 4
ALL_CALLERS = SYSTEMS + PEOPLE + 3
_RECORDS = "SELECT min(record_key), identity_id FROM membership GROUP BY identity_id ORDER BY 2"


def main(arguments: Sequence[str] | None = None) -> int:
    """Everything is asked, and told in a document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--rows", type=int, default=40, help="of each file that is loaded")
    parser.add_argument(
        "--pause", type=float, default=0.5, help="seconds between two questions of a caller, on average"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--beside", default="nothing else ran", help="what else the machine did, for the page")
    parser.add_argument("--out", type=Path, help="where the document goes")
    parser.add_argument("--page", type=Path, help="page whose tables are made anew")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make(folder, WorldSettings(options.people, options.seed), 2_000)
        document = soak(folder / "workspace", folder / HELD, options, folder)
    if options.out:
        options.out.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    if options.page:
        put_between(options.page, MARKS, tables(document))
    print(tables(document))
    for finding in document["findings"]:
        print(finding)
    return 1 if document["findings"] else 0


def soak(workspace: Path, held: Path, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The document of so many minutes."""
    key = crosslane("key", "add", "soak", "--role", "supervisor", "-w", workspace)["secret"]
    load_before = round(os.getloadavg()[0], 1)
    with served(workspace, options.workers, folder) as server:
        wait_until_matched(server, key)
        world = _world(workspace, server, key, held)
        notes = Notebook()
        watch = Watch(server.process.pid, notes.began, notes.is_over)
        threads = [threading.Thread(target=run, name=name) for name, run in _callers(workspace, world, notes, options)]
        threads.append(threading.Thread(target=watch.run, name="watch"))
        for thread in threads:
            thread.start()
        notes.is_over.wait(options.minutes * MINUTE_S)
        notes.is_over.set()
        for thread in threads:
            thread.join()
        world.close()
    log = complaints(server.log.read_text("utf-8", "replace").splitlines())
    seconds = options.minutes * MINUTE_S
    on = {
        "cores": os.cpu_count(),
        "workers": options.workers,
        "callers": ALL_CALLERS,
        "people": len(world.people),
        "records": _records(workspace),
        "rows": options.rows,
        "load_before": load_before,
        "load_after": round(os.getloadavg()[0], 1),
        "beside": options.beside,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }
    return told(notes, watch, seconds, {"on": on, "log": log})


def told(notes: Notebook, watch: Watch, seconds: float, more: Mapping[str, Any]) -> dict[str, Any]:
    """The document of what was noted.

    Args:
        more: `on` what it was measured, and what the `log` complains of.
    """
    minutes, processes = max(int(seconds // MINUTE_S), 1), list(watch.processes.values())
    document = {
        "day": datetime.now(UTC).date().isoformat(),
        "seconds": seconds,
        **more,
        "done": dict(sorted(Counter(one.kind for one in notes.noted if not one.fault).items())),
        "faults": faults(notes.noted),
        "memory": memory(processes, seconds),
        "thirds": thirds(notes.noted, seconds),
        "by_minute": by_minute(notes.noted, minutes),
        "pace_by_minute": pace_by_minute(watch.pace, minutes),
        "slowing": slowing(watch.pace, seconds),
        "rss_by_minute": [_rss(processes, minute) for minute in range(minutes)],
        "processes": [
            {
                "pid": process.pid,
                "role": process.role,
                "lasted": process.samples[-1][0] > seconds - 3 * EVERY_S,
                "samples": process.samples if process.role in LASTING else process.samples[-1:],
            }
            for process in processes
        ],
    }
    return document | {"findings": findings(document)}


def _rss(processes: Sequence[Process], minute: int) -> float:
    """MB that all processes had together, on average over the minute."""
    total = sum(one[1] for process in processes for one in process.samples if int(one[0] // MINUTE_S) == minute)
    looks = {one[0] for process in processes for one in process.samples if int(one[0] // MINUTE_S) == minute}
    return round(total / max(len(looks), 1), 1)


def _world(workspace: Path, server: Server, key: str, held: Path) -> traffic.World:
    connection = apsw.Connection(str(workspace / "ledger.db"), flags=apsw.SQLITE_OPEN_READONLY)
    found = connection.execute(_RECORDS).fetchall()
    connection.close()
    head, *rows = held.read_text("utf-8").splitlines(keepends=True)
    return traffic.World(server.port, key, [str(one) for _, one in found], [str(one) for one, _ in found], head, rows)


def _records(workspace: Path) -> int:
    connection = apsw.Connection(str(workspace / "ledger.db"), flags=apsw.SQLITE_OPEN_READONLY)
    found = int(connection.execute("SELECT count(*) FROM membership").get)
    connection.close()
    return found


def _callers(
    workspace: Path, world: traffic.World, notes: Notebook, options: argparse.Namespace
) -> list[tuple[str, Callable[[], None]]]:
    dice = [random.Random(f"{options.seed} {number}") for number in range(ALL_CALLERS)]

    def over_and_over(one: Callable[[], None], rng: random.Random, pause: float) -> Callable[[], None]:
        def run() -> None:
            while not notes.is_over.wait(rng.uniform(0, 2 * pause)):
                one()

        return run

    runs = []
    for rng in dice[:SYSTEMS]:
        caller = traffic.caller_of(world)
        ask = lambda caller=caller, rng=rng: notes.timed(*traffic.system(world, caller, rng))  # noqa: E731
        runs.append(("system", over_and_over(ask, rng, options.pause)))
    for number, rng in enumerate(dice[SYSTEMS : SYSTEMS + PEOPLE]):
        browser = traffic.person_at(workspace, world, f"person-{number}")
        look = lambda browser=browser, rng=rng: notes.timed(*traffic.person(world, *browser, rng))  # noqa: E731
        runs.append(("person", over_and_over(look, rng, options.pause)))
    judging, exporting, loading = dice[SYSTEMS + PEOPLE :]
    judge = traffic.Judge(world, notes, judging)
    exporter = traffic.Exporter(world, traffic.person_at(workspace, world, "exporter"), exporting)
    loader = traffic.Loader(world, notes, options.rows)
    runs.append(("judge", over_and_over(judge.act, judging, 10 * options.pause)))
    runs.append(("exporter", over_and_over(lambda: notes.timed(*exporter.act()), exporting, 4 * options.pause)))
    runs.append(("loader", over_and_over(loader.act, loading, 4 * options.pause)))
    return runs


if __name__ == "__main__":
    sys.exit(main())
