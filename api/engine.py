"""Where files are read and records compared: on this machine, or on Spark."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from api.intake import FileIntake, intake
from api.progress import Progress
from linkage.errors import SettingsError
from linkage.ledger import Workspace
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


@dataclass(frozen=True, slots=True)
class Engine:
    """What reads files and what makes identities of them.

    Args:
        files: the files that some paths and URLs name.
    """

    read: Reader = _read_here
    resolve: Resolver = resolve
    files: Callable[[Sequence[Place]], Sequence[Place]] = tuple


HERE = Engine()


@dataclass(frozen=True, slots=True)
class SparkChoice:
    """Spark, as a user asks for it.

    Args:
        master: Spark's.
        folder: that all executors reach; None = in the workspace.
    """

    master: str
    folder: str | None


def choice_of(engine: str, master: str | None, folder: str | None) -> SparkChoice | None:
    """What the options of a command ask for; None = this machine.

    Raises:
        SettingsError: they do not go together.
    """
    if engine not in (LOCAL, SPARK):
        raise SettingsError(f"--engine: give {LOCAL} or {SPARK}")
    if engine == LOCAL:
        if master or folder:
            raise SettingsError("--master and --spark-folder go with --engine spark")
        return None
    if not master:
        raise SettingsError("--engine spark needs --master, such as local[*] or spark://HOST:7077")
    if folder is None and not master.startswith("local"):
        raise SettingsError("--spark-folder: name a path or URL that all executors of the cluster reach")
    return SparkChoice(master, folder)


@contextmanager
def engine_for(workspace: Workspace, chosen: SparkChoice | None, progress: Progress) -> Iterator[Engine]:
    """The engine, for as long as the block lasts.

    Raises:
        SettingsError: Spark is not there or does not start.
    """
    if chosen is None:
        yield HERE
        return
    from linkage.spark.session import SparkSettings, session  # noqa: PLC0415 - an extra

    inside = workspace.path.absolute() / STAGES
    with session(SparkSettings(chosen.master)) as spark:
        from api.spark_engine import on_spark  # noqa: PLC0415

        yield on_spark(spark, chosen.folder or inside.as_uri(), progress)
    shutil.rmtree(inside, ignore_errors=True)
