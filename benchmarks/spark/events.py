"""What Spark's own event log says a run moved and how evenly."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

FEW_TASKS = 4
"""Below which a largest and a middle task say nothing of skew."""


@dataclass
class Stage:
    """Tasks of one stage of Spark.

    Args:
        read: bytes that each task that ended well took from a shuffle; `rows` likewise.
        wrote: bytes that they left for the next one.
        failed: tasks that did not end well, or were done again.
    """

    read: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    wrote: int = 0
    failed: int = 0


def stages_of(folder: Path) -> dict[int, Stage]:
    """Stages by their number in the log."""
    found: dict[int, Stage] = defaultdict(Stage)
    for event in _events(folder):
        if event["Event"] != "SparkListenerTaskEnd":
            continue
        stage = found[event["Stage ID"]]
        metrics = event.get("Task Metrics")
        if event["Task End Reason"]["Reason"] != "Success" or metrics is None:
            stage.failed += 1
            continue
        taken = metrics["Shuffle Read Metrics"]
        stage.read.append(taken["Remote Bytes Read"] + taken["Local Bytes Read"])
        stage.rows.append(taken["Total Records Read"])
        stage.wrote += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    return dict(found)


def moved_mb(stages: dict[int, Stage]) -> float:
    """MB that went through shuffles."""
    return round(sum(stage.wrote for stage in stages.values()) / 2**20, 1)


def skew(stages: dict[int, Stage], least_rows: int) -> float:
    """Of all stages with that many rows a task in the middle: the largest task over the middle one, in rows."""
    parts = [
        stage.rows for stage in stages.values() if len(stage.rows) >= FEW_TASKS and median(stage.rows) >= least_rows
    ]
    return round(max((max(rows) / median(rows) for rows in parts), default=1.0), 2)


def failed_tasks(stages: dict[int, Stage]) -> int:
    """Tasks that were lost."""
    return sum(stage.failed for stage in stages.values())


def _events(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            with file.open(encoding="utf-8") as lines:
                yield from map(json.loads, lines)
