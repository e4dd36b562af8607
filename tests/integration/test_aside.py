"""Long answers come from processes of their own: the same ones, with the same errors, whatever becomes of a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest

from api.aside import Aside
from api.bootstrap import create_workspace
from api.graph_store import LEDGER, GraphStoreChoice
from api.load import LoadRequest, load
from graph.neo4j import Server
from linkage.errors import LedgerError, UnknownRecord
from linkage.ledger import Workspace

STORY = Path(__file__).resolve().parents[2] / "fixtures" / "story"
FILES = (("us_drivers", "drivers"), ("yard_drivers", "drivers"), ("yard_events", "events"))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = create_workspace(tmp_path_factory.mktemp("aside") / "workspace")
    for name, source in FILES:
        load(made, LoadRequest((STORY / f"{name}.csv",), source, date(2026, 6, 30)))
    return made


@pytest.fixture(scope="module")
def aside(workspace: Workspace) -> Iterator[Aside]:
    started = Aside(workspace, LEDGER, processes=1)
    yield started
    started.close()


def drivers(workspace: Workspace) -> list[str]:
    with workspace.reading() as connection:
        return [str(row[0]) for row in connection.execute("SELECT identity_id FROM score ORDER BY identity_id")]


def worker(aside: Aside) -> int:
    assert aside._pool is not None
    return aside._pool.submit(os.getpid).result()


def test_an_answer_is_the_one_that_is_worked_out_here(workspace: Workspace, aside: Aside) -> None:
    here = Aside(workspace, LEDGER)
    assert worker(aside) != os.getpid()
    for identity in drivers(workspace)[:5]:
        told = aside.explanation(identity, None)
        assert told == here.explanation(identity, None)
        assert told.people[0] == identity == orjson.loads(told.body)["identity_id"]
    assert orjson.loads(told.body)["as_of"] == "2026-06-30"
    assert orjson.loads(aside.explanation(identity, date(2026, 7, 1)).body)["as_of"] == "2026-07-01"


def test_an_error_is_the_one_of_here(workspace: Workspace, aside: Aside) -> None:
    with pytest.raises(UnknownRecord, match="no such driver"):
        aside.explanation("nobody", None)
    away = Aside(workspace, GraphStoreChoice(Server("bolt://127.0.0.1:1")), processes=1)
    with pytest.raises(LedgerError):
        away.explanation(drivers(workspace)[0], None)
    away.close()


def test_a_process_that_was_killed_is_replaced(workspace: Workspace, aside: Aside) -> None:
    before = worker(aside)
    os.kill(before, signal.SIGKILL)
    identity = drivers(workspace)[0]
    assert aside.explanation(identity, None).people[0] == identity
    assert worker(aside) != before


def test_its_processes_end_with_the_process_that_started_them(workspace: Workspace, tmp_path: Path) -> None:
    starter = tmp_path / "starter.py"
    starter.write_text(
        "import sys\nfrom pathlib import Path\nfrom api.aside import Aside\nfrom api.graph_store import LEDGER\n"
        "from linkage.ledger import Workspace\nimport os, signal\n"
        "if __name__ == '__main__':\n"
        "    aside = Aside(Workspace(Path(sys.argv[1])), LEDGER, processes=1)\n"
        "    Path(sys.argv[2]).write_text(str(aside._pool.submit(os.getpid).result()))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    told = tmp_path / "pid"
    root = str(Path(__file__).resolve().parents[2])
    subprocess.run(
        [sys.executable, str(starter), str(workspace.path), str(told)],
        env=os.environ | {"PYTHONPATH": root},
        check=False,
    )
    child, deadline = int(told.read_text()), time.monotonic() + 20
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()
