"""How far a job is, told in a small file beside its own: not in the ledger, which other writers need."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

PROGRESS = "progress.json"
EVERY_S = 0.5
"""Seconds between two writes of one stage at least."""


class Stages:
    """Progress of one job.

    Args:
        folder: of the job's files.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / PROGRESS
        self._name, self._done = "", 0
        self._total: int | None = None
        self._written = 0.0

    def stage(self, name: str, total: int | None = None) -> None:
        """Another stage has begun."""
        self._name, self._done, self._total = name, 0, total
        self._write()

    def advance(self, steps: int = 1) -> None:
        """So many more of the stage's steps are done."""
        self._done += steps
        if time.monotonic() - self._written > EVERY_S:
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        told = {"stage": self._name, "done": self._done, "total": self._total}
        partial = self._path.with_suffix(".partial")
        try:
            partial.write_text(json.dumps(told), "utf-8")
            os.replace(partial, self._path)
        except OSError:
            return  # a full disk stops the load itself soon enough, and says so there


def read_stage(folder: Path) -> dict[str, Any] | None:
    """Stage, done and total of a job that is being worked on; None where nothing is told."""
    try:
        told: dict[str, Any] = json.loads((folder / PROGRESS).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told
