"""Backups: what comes back is what was there, one changed byte is told, and nothing half-made is left behind."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import signal
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import pytest

from api.accounts.sessions import SessionLimits, Sessions
from api.accounts.users import Users
from api.backups import backup, restore
from api.backups.make import LEFT_OUT
from api.bootstrap import open_workspace
from api.decide import decide
from api.graph_store import LEDGER
from api.jobs.acceptance import WhatToLoad, accept_records
from api.jobs.runner import Runner
from api.jobs.tables import JobTables
from api.roles import Role
from linkage.errors import LedgerError
from linkage.ledger import Workspace
from tests.e2e.http_world import assert_problem, serving
from tests.e2e.test_cli import crosslane
from tests.e2e.test_http_changes import FEED, Follower

ASKED = (
    ("identities",),
    ("scores",),
    ("review", "list"),
    ("exchange", "list"),
    ("coverage",),
    ("ports",),
    ("runs",),
    ("key", "list"),
    ("user", "list"),
    ("show", "US/1"),
    ("risk", "US/2"),
    ("why", "US/1", "CA/1"),
)
KILLS = int(os.environ.get("CROSSLANE_KILLS", "1"))


@pytest.fixture
def kept(cli: Any, world: Path) -> Any:
    """A workspace with reviews, keys and people of every role."""
    shutil.rmtree(cli.folder)
    shutil.copytree(world, cli.folder)
    return cli


@pytest.fixture
def backed_up(kept: Any, tmp_path: Path) -> Path:
    kept.json("backup", tmp_path / "backup")
    return tmp_path / "backup"


def answers(cli: Any) -> list[Any]:
    return [cli.json(*words) for words in ASKED]


def test_what_is_restored_answers_as_what_was_backed_up(kept: Any, tmp_path: Path) -> None:
    before = answers(kept)
    made = kept.json("backup", tmp_path / "backup")
    assert set(made) >= {"digest", "files", "seconds"}
    kept.json("link", "US/3", "US/4", "--reason", "after the backup")
    other = kept.on(tmp_path / "again")
    read = other.json("restore", tmp_path / "backup", "--digest", made["digest"])
    assert (read["digest"], read["files"], read["bytes"]) == (made["digest"], made["files"], made["bytes"])
    assert answers(other) == before
    assert other.json("graph", "verify")["different"] == 0
    assert [check for check in other.json("doctor")["checks"] if not check["ok"]] == []
    assert other.json("rescore", "--full")["changed"] == 0


def test_anybody_can_check_it_and_nobody_else_can_read_it(backed_up: Path) -> None:
    lines = (backed_up / "SHA256SUMS").read_text().splitlines()
    named = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    there = {str(file.relative_to(backed_up)) for file in backed_up.rglob("*") if file.is_file()} - {"SHA256SUMS"}
    assert set(named) == there
    for name, digest in named.items():
        assert hashlib.sha256((backed_up / name).read_bytes()).hexdigest() == digest
    assert not {name for name in there if set(Path(name).parts) & LEFT_OUT or name.endswith((".lock", "-wal"))}
    assert backed_up.stat().st_mode & 0o077 == 0


def test_one_changed_byte_of_any_file_is_told_and_nothing_is_made(kept: Any, backed_up: Path, tmp_path: Path) -> None:
    rng = random.Random(5)
    target = kept.on(tmp_path / "again")
    files = sorted(file for file in backed_up.rglob("*") if file.is_file() and file.stat().st_size)
    for file in rng.sample(files, 8) + [
        backed_up / name for name in ("SHA256SUMS", "backup.json", "workspace/ledger.db")
    ]:
        whole = file.read_bytes()
        place = rng.randrange(len(whole))
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        result = target("restore", backed_up)
        assert result.code == 2, file
        assert "backup" in result.err
        assert not target.folder.exists()
        file.write_bytes(whole)
    assert target("restore", backed_up).code == 0


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "SHA256SUMS").unlink(), "is no backup"),
        (lambda folder: (folder / "workspace" / "ledger.db").unlink(), "lacks workspace/ledger.db"),
        (lambda folder: (folder / "workspace" / "more").write_text("x"), "holds workspace/more"),
        (lambda folder: add_line(folder, f"{'0' * 64}  ../../etc/passwd\n"), "SHA256SUMS"),
        (lambda folder: add_line(folder, f"{'0' * 64}  workspace/../../x\n"), "SHA256SUMS"),
        (lambda folder: add_line(folder, "\x00\xff"), "SHA256SUMS"),
        (lambda folder: (folder / "SHA256SUMS").write_text(""), "lacks"),
    ],
)
def test_what_is_no_whole_backup_is_refused(
    kept: Any, backed_up: Path, tmp_path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(backed_up)
    result = kept.on(tmp_path / "again")("restore", backed_up)
    assert result.code == 2
    assert says in result.err
    assert not (tmp_path / "again").exists()


def add_line(folder: Path, line: str) -> None:
    with (folder / "SHA256SUMS").open("a", encoding="utf-8") as file:
        file.write(line)


def test_another_digest_a_taken_place_and_a_place_inside_are_refused(
    kept: Any, backed_up: Path, tmp_path: Path
) -> None:
    assert "another backup" in kept.on(tmp_path / "again")("restore", backed_up, "--digest", "0" * 64).err
    for result in (
        kept("restore", backed_up),
        kept("backup", backed_up),
        kept("backup", kept.folder / "backups" / "monday"),
        kept.on(tmp_path / "nowhere")("backup", tmp_path / "other"),
    ):
        assert result.code == 2, result
    assert not (tmp_path / "again").exists()
    assert not (kept.folder / "backups").exists()


def test_a_backup_of_a_newer_version_is_refused_and_leaves_nothing(kept: Any, tmp_path: Path) -> None:
    with open_workspace(kept.folder).transaction() as connection:
        connection.execute("UPDATE schema_version SET version = version + 1 WHERE package = 'graph'")
    backup(Workspace(kept.folder), tmp_path / "backup")
    with pytest.raises(LedgerError, match="newer Crosslane"):
        restore(tmp_path / "backup", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_nobody_is_signed_in_afterwards_and_accounts_stay(kept: Any, tmp_path: Path) -> None:
    with open_workspace(kept.folder).transaction() as connection:
        Users(connection).add("una", Role.VIEWER, "test", "quokka lanterns hum softly")
        Sessions(connection, SessionLimits(), time.time()).open("una", "investigation")
    kept.json("backup", tmp_path / "backup")
    kept.on(tmp_path / "again").json("restore", tmp_path / "backup")
    with open_workspace(tmp_path / "again").reading() as connection:
        assert connection.execute("SELECT count(*) FROM session").get == 0
    assert kept.on(tmp_path / "again").json("user", "list") == kept.json("user", "list")


def test_a_damaged_ledger_is_not_backed_up(kept: Any, tmp_path: Path) -> None:
    with apsw.Connection(str(kept.folder / "ledger.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.pragma("page_size")
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'membership'").get
    connection.close()
    with (kept.folder / "ledger.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(os.urandom(size))
    result = kept("backup", tmp_path / "backup")
    assert result.code != 0
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["workspace"]


def test_a_full_disk_leaves_no_backup_and_no_workspace(kept: Any, backed_up: Path, tmp_path: Path) -> None:
    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    for words in (("backup", tmp_path / "b", "-w", kept.folder), ("restore", backed_up, "-w", tmp_path / "again")):
        child = crosslane(*words, preexec_fn=little_room)
        _, err = child.communicate(timeout=60)
        assert child.returncode == 1, err
        assert "Traceback" not in err
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "again").exists()
    assert [check for check in kept.json("doctor")["checks"] if not check["ok"]] == []


def test_what_is_killed_in_the_middle_is_done_by_the_next_attempt(kept: Any, tmp_path: Path) -> None:
    rng = random.Random(3)
    before = answers(kept)
    for trial in range(KILLS):
        for words, made in (
            (("backup", tmp_path / f"b{trial}"), f"b{trial}"),
            (("restore", tmp_path / f"b{trial}"), f"w{trial}"),
        ):
            place = kept.folder if words[0] == "backup" else tmp_path / made
            child = crosslane(*words, "-w", place)
            time.sleep(rng.uniform(0.8, 2.2))
            child.kill()
            child.communicate()
            if not (tmp_path / made).exists():
                again = crosslane(*words, "-w", place)
                _, err = again.communicate(timeout=120)
                assert again.returncode == 0, err
        assert answers(kept.on(tmp_path / f"w{trial}")) == before
    assert not [entry for entry in tmp_path.iterdir() if entry.name.endswith(".making")]


def test_people_go_on_working_and_the_copy_is_of_one_moment(kept: Any, tmp_path: Path) -> None:
    """Two rows that are always written together are together in every backup."""
    workspace, begun, stop = open_workspace(kept.folder), threading.Event(), threading.Event()
    with workspace.transaction() as connection:
        connection.execute("CREATE TABLE one (n INTEGER)")
        connection.execute("CREATE TABLE other (n INTEGER)")

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with workspace.transaction() as connection:
                connection.execute("INSERT INTO one VALUES (?)", (number,))
                connection.execute("INSERT INTO other VALUES (?)", (number,))
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    counts = []
    try:
        assert begun.wait(60)
        for number in range(3):
            kept.json("backup", tmp_path / f"b{number}")
            with apsw.Connection(str(tmp_path / f"b{number}" / "workspace" / "ledger.db")) as connection:
                counts.append([connection.execute(f"SELECT count(*) FROM {name}").get for name in ("one", "other")])
            connection.close()
    finally:
        stop.set()
        writer.join()
    assert all(one == other for one, other in counts)
    assert counts[-1][0] > counts[0][0] > 0, "somebody wrote while it was copied"


def test_records_that_were_acknowledged_are_resolved_after_a_restore(kept: Any, tmp_path: Path) -> None:
    record = {"source": "US", "record_id": "late", "country": "US", "given_name": "Ulises", "surname": "Quintanar"}
    what = WhatToLoad("drivers", date(2026, 6, 30))
    job = accept_records(open_workspace(kept.folder), [record | {"birth_date": "1984-03-09"}], what, "tester")
    kept.json("backup", tmp_path / "backup")
    kept.on(tmp_path / "again").json("restore", tmp_path / "backup")
    workspace = open_workspace(tmp_path / "again")
    assert Runner(workspace, LEDGER, "test").run_one()
    with workspace.reading() as connection:
        assert JobTables(connection).get(job.job_id).is_over
    assert kept.on(tmp_path / "again").json("show", "US/late")["records"]


def test_whoever_read_further_than_the_backup_is_told_to_begin_anew(world: Path, tmp_path: Path) -> None:
    """The numbers after the backup are given again, to other changes."""
    with serving(Path(shutil.copytree(world, tmp_path / "w"))) as api:
        backup(api.workspace, tmp_path / "backup")
        behind = Follower(api.as_(Role.INVESTIGATOR))
        behind.follow()
        decide(api.workspace, "US/3", "US/4", "same", "after the backup", "ana")
        ahead = Follower(api.as_(Role.INVESTIGATOR))
        ahead.follow()
        assert ahead.cursor != behind.cursor
    restore(tmp_path / "backup", tmp_path / "again")
    with serving(tmp_path / "again") as api:
        client = api.as_(Role.INVESTIGATOR)
        decide(api.workspace, "MX/9", "MX/a/b", "same", "something else after it", "ana")
        for cursor in (ahead.cursor, behind.cursor):
            assert_problem(client.get(FEED, params={"since": cursor}), 410)
        anew = Follower(client)
        anew.follow()
        assert anew.identity_of == api.partition()
        assert client.get(FEED, params={"since": anew.cursor}).json()["rows"] == []
