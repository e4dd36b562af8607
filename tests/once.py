"""Workspaces that are made once in a test run, by whichever worker comes first; tests take copies."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from api.cli import main

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
_PLACE = "{workspace}"


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder of that name which `make` has filled, for all workers; nobody changes it.

    Args:
        make: is given an empty folder.
    """
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
    with FileLock(shared.with_name(f"{shared.name}.lock")):
        if not shared.exists():
            in_the_making = shared.with_name(f"{shared.name}-in-the-making")
            shutil.rmtree(in_the_making, ignore_errors=True)
            in_the_making.mkdir()
            make(in_the_making)
            in_the_making.rename(shared)
    return shared


def copy_of_demo(factory: pytest.TempPathFactory) -> Path:
    """A copy of the workspace in which the demo was told, which the caller may change."""
    copy = factory.mktemp("demo") / "workspace"
    shutil.copytree(made_once(factory, "demo", _tell) / "workspace", copy)
    return copy


def story_of_demo(factory: pytest.TempPathFactory, workspace: Path) -> str:
    """What the demo told, as if it had made the workspace given."""
    told = made_once(factory, "demo", _tell) / "told.txt"
    return told.read_text("utf-8").replace(_PLACE, str(workspace))


def _tell(folder: Path) -> None:
    workspace = folder / "workspace"
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(["demo", "-w", str(workspace), "--fixtures", str(FIXTURES)])
    assert code == 0, err.getvalue()
    (folder / "told.txt").write_text(out.getvalue().replace(str(workspace), _PLACE), "utf-8")
