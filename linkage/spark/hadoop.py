"""Files on any file system that Hadoop knows, through the JVM of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkage.errors import SourceError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def exists(spark: SparkSession, place: str) -> bool:
    """Whether there is a file or folder at the path or URL."""
    files, path = _located(spark, place)
    return bool(files.exists(path))


def delete(spark: SparkSession, place: str) -> None:
    """What is at the path or URL is gone, with all that is in it."""
    files, path = _located(spark, place)
    files.delete(path, True)  # noqa: FBT003 - with all that is in it


def files_at(spark: SparkSession, place: str) -> list[str]:
    """The Parquet files that a path or URL names: itself, or those in the folder, by name.

    Raises:
        SourceError: there is nothing.
    """
    files, path = _located(spark, place)
    if not files.exists(path):
        raise SourceError(place, "no-file", "there is no such file or folder")
    found = [str(one.getPath().toString()) for one in files.listStatus(path) if one.isFile()]
    return sorted(one for one in found if not one.rpartition("/")[2].startswith(("_", ".")))


def sha256(spark: SparkSession, place: str) -> str:
    """Of the file's bytes, which stay in Spark's own process."""
    files, path = _located(spark, place)
    jvm: Any = spark._jvm
    digest = jvm.java.security.MessageDigest.getInstance("SHA-256")
    through = jvm.java.security.DigestInputStream(files.open(path), digest)
    try:
        through.transferTo(jvm.java.io.OutputStream.nullOutputStream())
    finally:
        through.close()
    return bytes(digest.digest()).hex()


def _located(spark: SparkSession, place: str) -> tuple[Any, Any]:
    """The file system, and the path on it."""
    jvm: Any = spark._jvm
    path = jvm.org.apache.hadoop.fs.Path(place)
    return path.getFileSystem(spark._jsc.hadoopConfiguration()), path
