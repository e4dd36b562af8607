"""The audit: written before anything is shown, in groups, and never changed."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from api.audit import AUDIT, AuditLog, Entry
from linkage.errors import LedgerError


def test_entries_are_there_when_record_returns(tmp_path: Path) -> None:
    AuditLog(tmp_path).record([Entry("ana", "show", "i1"), Entry("ana", "search", None, "0 hits")])
    found = AuditLog(tmp_path).entries()
    assert [(e.action, e.identity_id, e.detail) for e in found] == [("search", None, "0 hits"), ("show", "i1", None)]
    assert all(entry.at.endswith("+00:00") for entry in found)


def test_entries_of_one_identity(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.record([Entry("ana", "show", "i1"), Entry("ben", "risk", "i2")])
    assert [entry.actor for entry in log.entries("i2")] == ["ben"]


def test_threads_lose_nothing(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)

    def work(number: int) -> None:
        for n in range(25):
            log.record([Entry("ana", "show", f"i{number}-{n}")])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({entry.identity_id for entry in log.entries(limit=1000)}) == 200


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit",
        "UPDATE audit SET actor = 'nobody'",
        "UPDATE audit SET detail = 'reason: another'",
        "UPDATE audit SET detail = 'reason: (expunged)' WHERE action = 'show'",
        "UPDATE audit SET detail = 'reason: (expunged)', identity_id = NULL WHERE action = 'unmask'",
    ],
)
def test_rows_stay_as_written(tmp_path: Path, statement: str) -> None:
    AuditLog(tmp_path).record([Entry("ana", "show", "i1", "2 rows"), Entry("ana", "unmask", "i1", "reason: a call")])
    connection = apsw.Connection(str(tmp_path / AUDIT))
    with pytest.raises(apsw.ConstraintError):
        connection.execute(statement)
    connection.close()


def test_a_reason_goes_and_who_gave_it_when_stays(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.record(Entry("ana", "unmask", who, f"reason: {why}") for who, why in (("i1", "a call"), ("i2", "as i1 said")))
    before = log.entries()
    assert log.empty_reasons(["i1"], lambda text: "i1" in text) == 2
    assert log.empty_reasons(["i1"], lambda text: True) == 0, "they say nothing any more"
    assert log.entries() == [replace(entry, detail="reason: (expunged)") for entry in before]


def test_an_audit_of_an_earlier_version_lets_reasons_go_too(tmp_path: Path) -> None:
    AuditLog(tmp_path).record([Entry("ana", "unmask", "i1", "reason: a call")])
    connection = apsw.Connection(str(tmp_path / AUDIT))
    connection.execute("DROP TRIGGER audit_row_is_kept")
    connection.execute("CREATE TRIGGER audit_is_kept BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'stay'); END")
    connection.close()
    assert AuditLog(tmp_path).empty_reasons(["i1"], lambda text: False) == 1


def test_a_folder_that_is_gone_is_an_error_and_every_waiting_thread_hears_it(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "gone")
    with pytest.raises(LedgerError, match="nothing is shown"):
        log.record([Entry("ana", "show", "i1")])
    with pytest.raises(LedgerError):
        log.check()


def test_nothing_to_say_writes_nothing(tmp_path: Path) -> None:
    AuditLog(tmp_path).record([])
    assert not (tmp_path / AUDIT).exists()
