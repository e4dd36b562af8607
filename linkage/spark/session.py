"""A Spark application for one resolution."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linkage.errors import SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOOPBACK = "127.0.0.1"
BATCH_ROWS = 50_000
"""Records that a task compares at a time; bounds its memory."""


@dataclass(frozen=True)
class SparkSettings:
    """Where and how Spark runs.

    Args:
        master: as Spark names it: local[*], local-cluster[2,1,2048], spark://host:7077, yarn, k8s://...
        options: Spark's own settings, which come before ours.
    """

    master: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        """Whether everything runs on this machine."""
        return self.master.startswith("local")


@contextmanager
def session(settings: SparkSettings) -> Iterator[SparkSession]:
    """A session that ends with the block.

    Raises:
        SettingsError: Spark is not installed, cannot start, or one is running in this process already.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise SettingsError("Spark is not installed here; install crosslane[spark], and Java 17 or later") from None
    if SparkSession.getActiveSession() is not None:
        raise SettingsError("a Spark session is running in this process; end it first")
    if settings.is_local:
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder.master(settings.master).appName("crosslane")
    for name, value in (_defaults(settings) | dict(settings.options)).items():
        builder = builder.config(name, value)
    try:
        started = builder.getOrCreate()
    except Exception as error:  # what starts a JVM raises whatever it likes
        raise SettingsError(f"Spark does not start with master {settings.master}: {_first_line(error)}") from error
    started.sparkContext.setLogLevel("ERROR")
    try:
        yield started
    finally:
        started.stop()


def _defaults(settings: SparkSettings) -> dict[str, str]:
    ours = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS),
        "spark.executorEnv.POLARS_MAX_THREADS": "1",
        "spark.ui.showConsoleProgress": "false",
    }
    if settings.is_local:  # nobody else has to reach it
        ours |= {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK, "spark.ui.enabled": "false"}
    return ours


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
