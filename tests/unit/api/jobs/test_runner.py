"""The runner: jobs in order, one process a workspace, and what becomes of those that were broken off."""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.audit import AuditLog
from api.bootstrap import create_workspace
from api.graph_store import LEDGER
from api.jobs.acceptance import WhatToLoad, accept_file, accept_records, new_job_id
from api.jobs.document import whole_document
from api.jobs.incoming import Incoming, safe_name
from api.jobs.loading import do_load
from api.jobs.runner import LOCK, LOGGER, MOST_CRASHES, Runner
from api.jobs.stages import Stages, read_stage
from api.jobs.states import JobState
from api.jobs.tables import Job, JobTables
from linkage.errors import SourceError
from linkage.ledger import LoadTables, Workspace

TODAY = date(2026, 6, 30)
HEADER = "source,record_id,country,given_name,surname,birth_date\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "w")


def _send(workspace: Workspace, text: str, **options: Any) -> Job:
    what = WhatToLoad("drivers", TODAY, **options)
    with Incoming(workspace.path).arriving(new_job_id(), safe_name("a.csv")) as arrival:
        arrival.write(text.encode())
        return accept_file(workspace, arrival, what, "key:desk")


def _runner(workspace: Workspace, server: str = "s1") -> Runner:
    return Runner(workspace, LEDGER, server)


def _job(workspace: Workspace, job: Job) -> Job:
    with workspace.reading() as connection:
        return JobTables(connection).get(job.job_id)


def _waiting(workspace: Workspace) -> list[str]:
    return sorted(entry.name for entry in Incoming(workspace.path).path.iterdir())


def test_jobs_are_done_in_the_order_they_came(workspace: Workspace) -> None:
    jobs = [_send(workspace, f"{HEADER}US,1,US,Ulises,Quintanar,19{n}-01-01\n") for n in (61, 62, 63)]
    runner = _runner(workspace)
    assert [runner.run_one() for _ in range(4)] == [True, True, True, False]
    assert [_job(workspace, job).load_id for job in jobs] == [1, 2, 3]
    assert _waiting(workspace) == []


def test_a_job_that_was_published_is_finished_and_not_done_again(workspace: Workspace) -> None:
    job = _send(workspace, HEADER + "US,1,US,Ulises,Quintanar,1984-03-09\n")
    with workspace.transaction() as connection:
        begun = JobTables(connection).begin(job.job_id, "s0")
    do_load(workspace, begun, Stages(Incoming(workspace.path).folder(job.job_id)))
    assert _job(workspace, job).state is JobState.PUBLISHED
    assert AuditLog(workspace.path).entries() == []
    assert _runner(workspace).run_one()
    done = _job(workspace, job)
    assert (done.state, done.load_id, done.attempts) == (JobState.DONE, 1, 1)
    with workspace.reading() as connection:
        assert LoadTables(connection).ids() == [1]
        assert whole_document(connection, done)["load"]["files"][0]["accepted"] == 1
    assert [(entry.actor, entry.action) for entry in AuditLog(workspace.path).entries()] == [("key:desk", "load")]
    assert _waiting(workspace) == []


def test_a_job_that_its_process_never_survives_is_given_up(workspace: Workspace) -> None:
    job = _send(workspace, HEADER + "US,1,US,Ulises,Quintanar,1984-03-09\n")
    for server in ("s0", *["s1"] * (MOST_CRASHES + 1)):  # the first is another server's, which was ended with it
        with workspace.transaction() as connection:
            begun = JobTables(connection).begin(job.job_id, server)
    assert begun.crashes == MOST_CRASHES
    assert _runner(workspace).run_one()
    done = _job(workspace, job)
    assert done.state is JobState.FAILED
    assert done.problem is not None
    assert done.problem["status"] == 500
    assert "memory" in done.problem["detail"]
    assert _waiting(workspace) == []


def test_a_restart_with_its_server_counts_as_no_crash(workspace: Workspace) -> None:
    job = _send(workspace, HEADER + "US,1,US,Ulises,Quintanar,1984-03-09\n")
    for server in range(MOST_CRASHES + 2):
        with workspace.transaction() as connection:
            JobTables(connection).begin(job.job_id, f"s{server}")
    _runner(workspace, "last").run_one()
    assert _job(workspace, job).state is JobState.DONE


def test_a_fault_of_ours_tells_no_data_and_leaves_the_next_job_its_turn(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    job = _send(workspace, HEADER + "US,1,US,Ulises,Quintanar,1984-03-09\n")
    after = _send(workspace, HEADER + "US,2,US,Eva,Ruiz,1990-01-01\n")
    (Incoming(workspace.path).folder(job.job_id) / "upload.csv").unlink()
    (Incoming(workspace.path).folder(job.job_id) / "upload.csv").mkdir()
    with caplog.at_level(logging.INFO, LOGGER):
        runner = _runner(workspace)
        assert runner.run_one()
        assert runner.run_one()
    failed = _job(workspace, job)
    assert failed.state is JobState.FAILED
    assert str(workspace.path) not in json.dumps(failed.problem)
    assert _job(workspace, after).state is JobState.DONE
    lines = [json.loads(record.message) for record in caplog.records if record.name == LOGGER]
    assert [(line["job"], line["state"]) for line in lines] == [(job.job_id, "failed"), (after.job_id, "done")]


def test_a_writer_who_is_at_it_is_waited_for(workspace: Workspace) -> None:
    job = _send(workspace, HEADER + "US,1,US,Ulises,Quintanar,1984-03-09\n")
    runner = _runner(workspace)
    thread = threading.Thread(target=runner.run_one)
    with workspace.exclusive():
        thread.start()
        time.sleep(0.3)
        assert _job(workspace, job).state is JobState.RUNNING
    thread.join(30)
    assert _job(workspace, job).state is JobState.DONE


def test_one_process_does_the_jobs_of_a_workspace(workspace: Workspace) -> None:
    stop = threading.Event()
    runners = [threading.Thread(target=_runner(workspace, str(n)).run, args=(stop.is_set,)) for n in range(2)]
    for runner in runners:
        runner.start()
    jobs = [_send(workspace, f"{HEADER}US,{n},US,Ulises,Quintanar,1984-03-09\n") for n in range(4)]
    deadline = time.monotonic() + 60
    while not all(_job(workspace, job).is_over for job in jobs) and time.monotonic() < deadline:
        time.sleep(0.05)
    told = [_job(workspace, job) for job in jobs]
    stop.set()
    for runner in runners:
        runner.join(30)
    assert [(job.state, job.load_id, job.attempts) for job in told] == [("done", n, 1) for n in (1, 2, 3, 4)]
    with workspace.exclusive(0.1, LOCK):
        pass


def test_what_nobody_owns_or_writes_is_swept(workspace: Workspace) -> None:
    incoming = Incoming(workspace.path)
    owned = _send(workspace, HEADER)
    abandoned = incoming.folder("j-abandoned")
    abandoned.mkdir()
    (abandoned / "upload.csv").write_text("x")
    (incoming.path / "j-begun").mkdir()

    def unfinished() -> frozenset[str]:
        with workspace.reading() as connection:
            return JobTables(connection).unfinished()

    with incoming.arriving("j-arriving", "upload.csv") as arrival:
        arrival.write(b"x")
        assert incoming.sweep(unfinished) == ["j-abandoned"]
        assert _waiting(workspace) == sorted(["j-arriving", "j-begun", owned.job_id])
    assert _waiting(workspace) == sorted(["j-begun", owned.job_id])


def test_a_file_is_for_the_service_alone_and_named_for_nobody(workspace: Workspace) -> None:
    names = ["Quintanar 1984.CSV", "../../etc/passwd", "a.tar.gz", "x.parquet", "", ".csv", "C:\\x\\y.jsonl"]
    assert [safe_name(name) for name in names] == [
        "upload.csv", "upload", "upload", "upload.parquet", "upload", "upload", "upload.jsonl",
    ]  # fmt: skip
    job = _send(workspace, HEADER)
    folder = Incoming(workspace.path).folder(job.job_id)
    assert (folder.stat().st_mode & 0o777, (folder / "upload.csv").stat().st_mode & 0o777) == (0o700, 0o600)


def test_records_are_lines_whatever_they_hold(workspace: Workspace) -> None:
    records = [
        {"source": "US", "record_id": "1", "surname": "Qui\nntanar\u2028", "given_name": "Ulises"},
        {"source": "US", "record_id": "2", "surname": "half \ud800"},
        {"source": "US", "record_id": 3, "surname": float("nan")},
        {"source": "US", "record_id": True, "surname": None, "given_name": "Eva"},
        {},
        {"source": "US", "surname": "nobody"},
    ]
    job = accept_records(workspace, records, WhatToLoad("drivers", TODAY), "key:desk")
    assert _runner(workspace).run_one()
    done = _job(workspace, job)
    assert done.state is JobState.DONE, done.problem
    assert done.result is not None
    told = [(row["line"], row["accepted"], row["identity_id"] is not None) for row in done.result["records"]]
    assert told == [
        (1, True, True),
        (2, False, False),
        (3, False, False),
        (4, True, True),
        (5, False, False),
        (6, False, False),
    ]
    assert (done.result["accepted"], done.result["rejected"]) == (2, 4)
    assert all(row["rejected"] for row in done.result["records"] if not row["accepted"])
    assert "ntanar" not in json.dumps([done.result, done.request])


def test_a_source_that_is_a_path_is_none() -> None:
    for source in ("/etc/x.toml", "drivers.toml", "no-such"):
        with pytest.raises(SourceError):
            WhatToLoad(source, TODAY)


def test_progress_is_told_beside_the_file(tmp_path: Path) -> None:
    assert read_stage(tmp_path) is None
    stages = Stages(tmp_path)
    stages.stage("comparing", 100)
    assert read_stage(tmp_path) == {"stage": "comparing", "done": 0, "total": 100}
    time.sleep(0.51)
    stages.advance(7)
    assert read_stage(tmp_path) == {"stage": "comparing", "done": 7, "total": 100}
    Stages(tmp_path / "gone").stage("reading")
