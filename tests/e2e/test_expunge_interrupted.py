"""An expunging that is killed, or held up, is told by the doctor and ended by whoever goes on with it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from api.doctor import doctor
from api.expunge.run import expunge, resume
from linkage.errors import LedgerError, SettingsError
from linkage.ledger import Workspace
from tests.e2e.conftest import CommandLine
from tests.e2e.copies import copies
from tests.e2e.used_world import ORDER, TEXTS, assert_sound


class _Killed(BaseException):
    pass


STEPS = (
    "api.expunge.run.withdraw",
    "api.expunge.run.follow_up",
    "api.expunge.run.take_out",
    "linkage.ledger.facts.write_lookup",
    "api.expunge.run.forget_copies",
    "api.expunge.run.clean",
    "api.expunge.run.compact",
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_after", [False, True])
def test_one_that_is_interrupted_is_told_and_ended(
    used: Workspace, monkeypatch: pytest.MonkeyPatch, step: str, is_after: bool, anywhere: CommandLine
) -> None:
    module, _, name = step.rpartition(".")
    real = getattr(sys.modules[module], name)

    def killed(*given: Any, **named: Any) -> Any:
        if is_after:
            real(*given, **named)
        raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(step, killed)
        with pytest.raises(_Killed):
            expunge(used, "US/1", ORDER)
    (told,) = [check for check in doctor(used.path)["checks"] if not check["ok"]]
    assert told["name"] == "expunging"
    assert "--resume" in told["detail"]
    with pytest.raises(SettingsError, match="not done"):
        expunge(used, "US/2", ORDER)
    cli = anywhere.on(used.path)
    document = cli.json("expunge", "--resume")
    assert document["records"] == 3
    assert document["places"]["records/person"] == 3
    assert copies(used.path, TEXTS) == {}
    assert_sound(used)
    assert cli.run("expunge", "--resume", "-w", used.path).code == 2


def test_a_process_that_is_killed_loses_nothing_of_the_order(used: Workspace) -> None:
    words = ["expunge", "US/1", "--reason", "an order", "-w", str(used.path)]
    program = f"from api.cli import main; main({words!r})"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < deadline:
        with used.reading() as connection:
            if connection.execute("SELECT count(*) FROM expunging").get:
                break
    child.send_signal(signal.SIGKILL)
    child.wait()
    with used.reading() as connection:
        assert connection.execute("SELECT count(*) FROM expunging").get == 1
    with contextlib.suppress(SettingsError):  # the kill came after the end
        resume(used)
    assert copies(used.path, TEXTS) == {}
    assert_sound(used)


def test_a_reader_who_holds_the_ledger_is_waited_for_and_named(
    used: Workspace, monkeypatch: pytest.MonkeyPatch, anywhere: CommandLine
) -> None:
    monkeypatch.setattr("api.expunge.files.WAIT_S", 0.5)
    monkeypatch.setattr("linkage.ledger.workspace.BUSY_MS", 100)
    with used.reading() as held:
        assert held.execute("SELECT count(*) FROM membership").get
        with pytest.raises(LedgerError, match="--resume"):
            expunge(used, "US/1", ORDER)
    anywhere.on(used.path).json("expunge", "--resume")
    assert copies(used.path, TEXTS) == {}
