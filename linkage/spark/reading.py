"""Parquet on any file system that Hadoop knows, read and standardised where it lies: the facts of one machine."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl
import pyarrow as pa

from linkage.errors import SourceError
from linkage.pipeline.mentioned import Mentioned, mentioned
from linkage.schema import Kind
from linkage.sources import Manifest, ReadOptions
from linkage.sources.header import Header
from linkage.sources.mentions import mentions_of
from linkage.sources.parquet_rows import header_of, nested, text_rows
from linkage.sources.rows import to_issues
from linkage.spark import hadoop
from linkage.spark.frames import faultless
from linkage.spark.work import Work
from linkage.standardise import standardise

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PART = pa.schema([("part", pa.string()), ("line", pa.int64()), ("held", pa.binary())])
_DDL = "part string, line bigint, held binary"
_LINE = "crosslane line"
REJECTED, WARNED, ROWS, REFUSED = "rejected", "warned", "rows", "refused"
_NESTED = frozenset({"array", "map", "struct", "variant"})


@dataclass(frozen=True)
class FileRead:
    """What one file says.

    Args:
        sha256: of its bytes.
        rows: in the file.
        stages: what was kept of the reading, until somebody drops it.
    """

    sha256: str
    rows: int
    found: Mentioned
    stages: Work


@dataclass(frozen=True)
class _Reading:
    """What every task that reads one file needs."""

    path: Path | str
    number: int
    wanted: dict[str, str]
    header: Header
    read_as: tuple[Manifest, str, date]


def read_file(
    work: Work, place: str, path: Path | str, manifest: Manifest, asked: tuple[ReadOptions, int, date]
) -> FileRead:
    """As reading and standardising the file on one machine; what it says comes to this one.

    Args:
        place: URL or path of one Parquet file.
        path: what it is called in issues.
        asked: what the user declared, number of the file within its load, and the load day.

    Raises:
        SourceError: the file is refused as a whole.
    """
    options, number, today = asked
    if Kind.CROSSING in manifest.kinds:
        message = "crossings without an id are told apart by their order in the file; load them without --engine spark"
        raise SourceError(path, "order-matters", message)
    rows = opened(work.spark, place, path)
    header, wanted = header_of(rows.columns, manifest, path)
    for column in rows.schema.fields:
        if column.name in wanted and column.dataType.typeName() in _NESTED:
            raise nested(path, wanted[column.name], column.dataType.typeName())
    reading = _Reading(path, number, wanted, header, (manifest, options.date_order or manifest.date_order.value, today))
    chosen = rows.selectExpr(*(f"`{_quoted(name)}`" for name in wanted), f"_metadata.row_index + 1 AS `{_LINE}`")
    digest = hadoop.sha256(work.spark, place)
    name = hashlib.sha256(f"{digest} {manifest.digest} {options} {number} {today}".encode()).hexdigest()[:16]
    stages = replace(work, folder=work.place(f"read-{name}"))
    rows, parts = _told(stages.kept("rows", lambda: chosen.mapInArrow(_task(reading), _DDL)), path)
    if not parts:  # no row, and so no task that saw one
        parts = [_mentioned(pl.DataFrame({name: [] for name in (*wanted, _LINE)}), reading)]
    return FileRead(digest, rows, Mentioned.concat(parts), stages)


def opened(spark: SparkSession, place: str, path: Path | str) -> DataFrame:
    """The rows of a Parquet file or folder.

    Raises:
        SourceError: it is not there, or cannot be read.
    """
    try:
        return spark.read.parquet(place)
    except Exception as error:  # Spark tells a missing file and a damaged one by many kinds of error
        raise SourceError(
            path, "parquet-not-readable", "Spark cannot read it as Parquet; is it there and whole?"
        ) from error


def _quoted(name: str) -> str:
    return name.replace("`", "``")


def _task(reading: _Reading) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield from pa.Table.from_pylist(list(_parts(batch, reading)), PART).to_batches()

    return faultless(run)


def _parts(batch: pa.RecordBatch, reading: _Reading) -> Iterator[dict[str, Any]]:
    """What the rows of a batch say, packed, each part with its first line; or why the file is refused."""
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame), "a batch was given"
    first = int(frame[_LINE].min() or 0)  # type: ignore[arg-type]
    try:
        found = _mentioned(frame, reading)
    except SourceError as error:
        told = {"rule": error.rule, "message": error.message, "column": error.column}
        yield {"part": REFUSED, "line": first, "held": orjson.dumps(told)}
        return
    parts = {str(place): facts for place, facts in enumerate(found.facts)}
    for part, held in (parts | {REJECTED: found.rejected, WARNED: found.warned}).items():
        packed = io.BytesIO()
        held.write_ipc(packed, compression="zstd")
        yield {"part": part, "line": first, "held": packed.getvalue()}
    yield {"part": ROWS, "line": frame.height, "held": b""}


def _mentioned(frame: pl.DataFrame, reading: _Reading) -> Mentioned:
    rows, rejects = text_rows(frame, frame[_LINE].cast(pl.Int64), reading.wanted, reading.path)
    mentions, nothing = mentions_of(rows, reading.header, reading.read_as[0], reading.number)
    issues = to_issues([*rejects, *nothing], reading.number)
    return mentioned(mentions, issues, reading.read_as, standardise)


def _told(kept: DataFrame, path: Path | str) -> tuple[int, list[Mentioned]]:
    """How many rows there are, and what they say in the order of their lines."""
    rows = 0
    parts: dict[int, dict[str, pl.DataFrame]] = {}
    for part, line, held in kept.orderBy("line").toLocalIterator():
        if part == REFUSED:
            told = orjson.loads(bytes(held))
            raise SourceError(path, told["rule"], told["message"], column=told["column"])
        if part == ROWS:
            rows += line
        else:
            parts.setdefault(line, {})[part] = pl.read_ipc(io.BytesIO(bytes(held)))
    return rows, [
        Mentioned([frames[str(n)] for n in range(len(frames) - 2)], frames[REJECTED], frames[WARNED])
        for _, frames in sorted(parts.items())
    ]
