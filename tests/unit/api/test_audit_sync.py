"""Entries are on disk before anything is shown, and one sync serves all who wrote before it began."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.audit import AUDIT, PLACE, AuditLog, Entry, Group
from api.audit_sync import SharedSync
from linkage.errors import LedgerError

SLOW_DISK = """
import json, os, sys, threading, time
from pathlib import Path
from api.audit import AuditLog, Entry

folder, name = Path(sys.argv[1]), sys.argv[2]
syncs, answers = [], []

def flush(descriptor):
    began = time.monotonic_ns()
    os.fdatasync(descriptor)
    time.sleep(0.01)
    syncs.append((began, time.monotonic_ns()))

log = AuditLog(folder, flush=flush)

def work(thread):
    for n in range(15):
        asked = time.monotonic_ns()
        log.record([Entry("ana", "show", f"{name}-{thread}-{n}")])
        answers.append((asked, time.monotonic_ns()))

(folder / f"{name} is ready").touch()
while not (folder / "go").exists():
    time.sleep(0.001)
threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps([syncs, answers]))
"""


class Disk:
    """Counts syncs; can be told to fail."""

    def __init__(self) -> None:
        self.syncs = 0
        self.is_full = False

    def __call__(self, descriptor: int, /) -> None:
        if self.is_full:
            raise OSError(28, "no space left")
        self.syncs += 1
        os.fdatasync(descriptor)


def test_no_answer_leaves_without_a_sync_that_began_after_it_was_asked_and_ended_before(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLOW_DISK, str(tmp_path)]
    running = [subprocess.Popen([*command, name], stdout=subprocess.PIPE) for name in ("one", "two", "three")]
    while len(list(tmp_path.glob("* is ready"))) < len(running):
        assert all(process.poll() is None for process in running)
        time.sleep(0.01)
    (tmp_path / "go").touch()
    told = [json.loads(process.communicate(timeout=60)[0]) for process in running]
    syncs = [sync for process, _ in told for sync in process]
    answers = [answer for _, process in told for answer in process]
    assert len(AuditLog(tmp_path).entries(limit=1000)) == len(answers) == 3 * 6 * 15
    for asked, answered in answers:
        assert any(asked <= began and ended <= answered for began, ended in syncs)
    assert len(syncs) < len(answers) / 2  # a fifth on a machine that has time


def test_another_process_s_sync_counts_for_what_was_written_before_it(tmp_path: Path) -> None:
    disk, other = Disk(), Disk()
    written, newest = tmp_path / "written", 7
    written.write_bytes(b"entries")
    mine, theirs = (SharedSync(written, tmp_path / "place", flush) for flush in (disk, other))
    assert theirs.up_to(5, lambda: newest)
    assert not mine.up_to(6, lambda: newest)
    assert not mine.up_to(7, lambda: newest)
    assert mine.up_to(8, lambda: 8)
    assert (disk.syncs, other.syncs) == (1, 1)


@pytest.mark.parametrize("left", [b"", b"torn", b"\xff" * 24])
def test_a_place_that_holds_nonsense_costs_a_sync_and_no_more(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "written").touch()
    (tmp_path / "place").write_bytes(left)
    disk = Disk()
    sync = SharedSync(tmp_path / "written", tmp_path / "place", disk)
    assert sync.up_to(1, lambda: 1)
    assert not sync.up_to(1, lambda: 1)
    assert disk.syncs == 1


def test_what_is_on_disk_of_one_file_is_not_of_the_file_in_its_place(tmp_path: Path) -> None:
    written, disk = tmp_path / "written", Disk()
    written.touch()
    sync = SharedSync(written, tmp_path / "place", disk)
    assert sync.up_to(9, lambda: 9)
    (tmp_path / "restored").touch()
    os.replace(tmp_path / "restored", written)
    assert sync.up_to(3, lambda: 9)


def test_a_place_that_is_further_than_the_newest_entry_is_of_another_time(tmp_path: Path) -> None:
    (tmp_path / "written").touch()
    sync = SharedSync(tmp_path / "written", tmp_path / "place", Disk())
    assert sync.up_to(900, lambda: 900)
    assert sync.up_to(3, lambda: 3)


def test_nothing_is_shown_where_the_disk_does_not_take_it_and_the_next_entry_is_synced_again(tmp_path: Path) -> None:
    disk, groups = Disk(), list[Group]()
    log = AuditLog(tmp_path, groups.append, disk)
    log.record([Entry("ana", "show", "i1"), Entry("ana", "show", "i2")])
    assert (disk.syncs, groups) == (1, [Group(requests=1, entries=2, is_synced=True)])
    disk.is_full = True
    with pytest.raises(LedgerError, match="nothing is shown"):
        log.record([Entry("ana", "show", "i3")])
    disk.is_full = False
    log.record([Entry("ana", "show", "i4")])
    assert disk.syncs == 2


def test_an_audit_that_was_put_in_the_place_of_another_takes_the_entries(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.record([Entry("ana", "show", "i1")])
    for file in tmp_path.glob(f"{AUDIT}*"):
        file.unlink()
    log.record([Entry("ana", "show", "i2")])
    assert [entry.identity_id for entry in AuditLog(tmp_path).entries()] == ["i2"]
    assert (tmp_path / PLACE).stat().st_mode & 0o077 == 0
