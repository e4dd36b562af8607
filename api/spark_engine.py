"""Spark as the engine of a load: Parquet is read where it lies, everything else on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from api.engine import Engine, Place
from api.intake import FileIntake, intake
from api.progress import Progress
from linkage.model import Model
from linkage.sources import Manifest, ReadOptions
from linkage.sources.parquet_rows import MAGIC
from linkage.spark.hadoop import files_at
from linkage.spark.reading import opened, read_file
from linkage.spark.resolver import SparkResolver
from linkage.spark.sampling import sample
from linkage.spark.work import Report, Work

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def on_spark(spark: SparkSession, folder: str, progress: Progress, output: str | None = None) -> Engine:
    """The engine of a session.

    Args:
        folder: path or URL that all executors reach.
        output: path or URL under which identities and pairs are left in Parquet.
    """
    told = _telling(progress)
    reader = _Reader(Work(spark, folder, spark.sparkContext.defaultParallelism, told))
    return Engine(
        reader.read, SparkResolver(spark, folder, told, output=output), reader.files, reader.sample, reader.forget
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    work: Work
    read_: list[Work] = field(default_factory=list)

    def files(self, places: Sequence[Place]) -> list[Place]:
        """A folder stands for the Parquet files in it."""
        return [file for place in places for file in self._files(place)]

    def _files(self, place: Place) -> Iterator[Place]:
        if isinstance(place, Path) and not place.is_dir():
            yield place
        elif isinstance(place, Path):
            yield from sorted(file for file in place.iterdir() if file.suffix == ".parquet")
        else:
            yield from files_at(self.work.spark, place)

    def read(
        self, path: Place, manifest: Manifest, options: ReadOptions, ordinal_and_day: tuple[int, date]
    ) -> FileIntake:
        """As `intake`."""
        if isinstance(path, Path) and not _is_parquet(path):
            return intake(path, manifest, options, ordinal_and_day)
        place = path.absolute().as_uri() if isinstance(path, Path) else path
        read = read_file(self.work, place, path, manifest, (options, *ordinal_and_day))
        self.read_.append(read.stages)
        found = read.found
        return FileIntake(path, read.sha256, read.rows, found.by_kind(manifest), found.rejected, found.warned)

    def forget(self) -> None:
        """Nothing is kept of what was read."""
        while self.read_:
            self.read_.pop().drop()

    def sample(self, path: Place, model: Model, columns: Mapping[str, str], most: int) -> tuple[pl.DataFrame, int]:
        """Of a Parquet file or folder; see `linkage.spark.sampling`."""
        place = path.absolute().as_uri() if isinstance(path, Path) else path
        asked = f"{place} {model.digest} {sorted(columns.items())} {most}"
        name = hashlib.sha256(asked.encode()).hexdigest()[:16]
        work = replace(self.work, folder=f"{self.work.folder}/train-{name}")
        found = sample(opened(work.spark, place, path), model, columns, work, most)
        work.drop()
        return found.records, found.total


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False  # reading it here says what is wrong


def _telling(progress: Progress) -> Report:
    """Stages of Spark and their tasks, as stages and steps of ours."""
    shown: tuple[str, int, int] = ("", 0, 0)

    def tell(name: str, done: int, of: int) -> None:
        nonlocal shown
        if (name, of) != (shown[0], shown[2]):
            progress.stage(f"Spark: {name}", of or None)
            shown = (name, 0, of)
        progress.advance(max(done - shown[1], 0))
        shown = (name, done, of)

    return tell
