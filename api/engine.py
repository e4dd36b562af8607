"""Where files are read and records compared: on this machine, or on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import polars as pl

from api.intake import FileIntake, intake
from api.progress import Progress
from linkage.errors import SettingsError
from linkage.model import Model
from linkage.pipeline import Resolver, resolve
from linkage.sources import Manifest, ReadOptions

LOCAL, SPARK = "local", "spark"
STAGES = "spark"
"""Folder of a workspace for the stages of work on Spark; it is gone when that is done."""
Place = Path | str
"""A file of this machine, or a URL of another file system."""


class Reader(Protocol):
    """Reads and standardises one file."""

    def __call__(
        self, path: Place, manifest: Manifest, options: ReadOptions, ordinal_and_day: tuple[int, date]
    ) -> FileIntake:
        """As `intake`."""
        ...


def _read_here(path: Place, manifest: Manifest, options: ReadOptions, ordinal_and_day: tuple[int, date]) -> FileIntake:
    return intake(Path(path), manifest, options, ordinal_and_day)


class Sampler(Protocol):
    """Draws records of whole entities from a table."""

    def __call__(self, path: Place, model: Model, columns: Mapping[str, str], most: int) -> tuple[pl.DataFrame, int]:
        """About so many records, with the model's fields, and how many the table has."""
        ...


@dataclass(frozen=True, slots=True)
class Engine:
    """What reads files and what makes identities of them.

    Args:
        files: the files that some paths and URLs name.
        sample: draws from a table what a model is trained on; None = all of it.
        forget: lets go of what was kept of files that were read, once what they say is in the ledger.
    """

    read: Reader = _read_here
    resolve: Resolver = resolve
    files: Callable[[Sequence[Place]], Sequence[Place]] = tuple
    sample: Sampler | None = None
    forget: Callable[[], None] = lambda: None


HERE = Engine()


@dataclass(frozen=True, slots=True)
class SparkChoice:
    """Spark, as a user asks for it.

    Args:
        master: Spark's.
        folder: that all executors reach; None = in the workspace.
        output: where identities and pairs are left in Parquet; None = nowhere.
    """

    master: str
    folder: str | None
    output: str | None = None


def choice_of(engine: str, master: str | None, folder: str | None, output: str | None = None) -> SparkChoice | None:
    """What the options of a command ask for; None = this machine.

    Raises:
        SettingsError: they do not go together.
    """
    if engine not in (LOCAL, SPARK):
        raise SettingsError(f"--engine: give {LOCAL} or {SPARK}")
    if engine == LOCAL:
        if master or folder or output:
            raise SettingsError("--master, --spark-folder and --spark-output go with --engine spark")
        return None
    if not master:
        raise SettingsError("--engine spark needs --master, such as local[*] or spark://HOST:7077")
    if folder is None and not master.startswith("local"):
        raise SettingsError("--spark-folder: name a path or URL that all executors of the cluster reach")
    return SparkChoice(master, folder, output)


@contextmanager
def engine_for(inside: Path, chosen: SparkChoice | None, progress: Progress) -> Iterator[Engine]:
    """The engine, for as long as the block lasts.

    Args:
        inside: folder for stages where the user names none; it is gone afterwards.

    Raises:
        SettingsError: Spark is not there or does not start.
    """
    if chosen is None:
        yield HERE
        return
    from linkage.spark.session import SparkSettings, session  # noqa: PLC0415 - an extra

    inside = inside.absolute()
    with session(SparkSettings(chosen.master)) as spark:
        from api.spark_engine import on_spark  # noqa: PLC0415

        engine = on_spark(spark, chosen.folder or inside.as_uri(), progress, chosen.output)
        yield engine
        engine.forget()
    shutil.rmtree(inside, ignore_errors=True)
