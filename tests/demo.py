"""The demo's workspace, made once in a test run by whichever worker comes first; tests take copies."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from api.cli import main

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


def copy_of_demo(factory: pytest.TempPathFactory) -> Path:
    """A copy of the workspace in which the demo was told, which the caller may change."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    with FileLock(shared.with_suffix(".lock")):
        if not shared.exists():
            _tell(shared.with_name("demo-in-the-making"))
            shared.with_name("demo-in-the-making").rename(shared)
    copy = factory.mktemp("demo") / "workspace"
    shutil.copytree(shared, copy)
    return copy


def _tell(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(["demo", "-w", str(folder), "--fixtures", str(FIXTURES)])
    assert code == 0, err.getvalue()
