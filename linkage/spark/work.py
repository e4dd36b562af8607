"""Stages of a computation on Spark, each kept in Parquet, so that one that fails is done again from there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage.spark import hadoop

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOOK_S = 0.5
"""Seconds between two looks at how far a stage is."""
Report = Callable[[str, int, int], None]
"""Is told a stage's name, and how many of how many tasks are done."""


def _silent(name: str, done: int, of: int) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Work:
    """A folder of stages on any file system that Hadoop knows.

    Args:
        folder: path or URL; what an earlier run of the same work finished there is taken from there.
        partitions: tasks that a shuffle is cut into.
    """

    spark: SparkSession
    folder: str
    partitions: int
    report: Report = _silent

    def kept(self, name: str, made: Callable[[], DataFrame]) -> DataFrame:
        """The stage's rows, from its files; they are made first where no run has finished that."""
        place = self.place(name)
        if not hadoop.exists(self.spark, f"{place}/_SUCCESS"):
            with self._told(name):
                made().write.mode("overwrite").parquet(place)
        return self.spark.read.parquet(place)

    def place(self, name: str) -> str:
        """Where the stage's files are."""
        return f"{self.folder}/{name}"

    def drop(self) -> None:
        """The folder is gone."""
        hadoop.delete(self.spark, self.folder)

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """How far the stage is, told while it is made."""
        is_over = threading.Event()
        tracker = self.spark.sparkContext.statusTracker()

        def look() -> None:
            while not is_over.wait(LOOK_S):
                infos = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
                there = [info for info in infos if info is not None]
                self.report(name, sum(i.numCompletedTasks for i in there), sum(i.numTasks for i in there))

        looking = threading.Thread(target=look, daemon=True)
        self.report(name, 0, 0)
        looking.start()
        try:
            yield
        finally:
            is_over.set()
            looking.join()
