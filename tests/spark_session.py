"""The Spark application of a test run."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REQUIRED = "CROSSLANE_REQUIRE_SPARK"
"""Environment variable: 1 turns "Spark cannot be had" from a skip into a failure."""
MASTER = "local-cluster[2,1,1024]"
"""Two executors in processes of their own, each with one core."""


def require_spark() -> None:
    """Skips, or fails when it is required, where Spark or Java is missing."""
    lacking = [name for name in ("pyspark", "pyarrow") if importlib.util.find_spec(name) is None]
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        lacking.append("Java")
    if lacking:
        reason = f"no Spark: {' and '.join(lacking)} not installed; make setup-spark"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def applications() -> Iterator[SparkSession]:
    """A session with two executors, for as long as its user needs it."""
    require_spark()
    # Starts sooner; tests are too short to gain by the better compiler.
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    from linkage.spark.session import SparkSettings, session

    with session(SparkSettings(MASTER)) as spark:
        yield spark
