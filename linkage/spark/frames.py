"""Frames in and out of Spark tasks: the Arrow batches of a partition as Polars frames.

Spark knows no unsigned numbers, so a 64-bit one travels as the signed number of the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from traceback import extract_tb

import polars as pl
import pyarrow as pa


class TaskFault(Exception):
    """A task failed: what is known of it names no record."""


Columns = Mapping[str, pl.DataType | type[pl.DataType]]
Task = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
"""What `mapInArrow` runs on one partition."""

_ARROW: Mapping[pl.DataType | type[pl.DataType], pa.DataType] = {
    pl.String: pa.string(),
    pl.Boolean: pa.bool_(),
    pl.Int32: pa.int32(),
    pl.Int64: pa.int64(),
    pl.UInt32: pa.int64(),
    pl.UInt64: pa.int64(),
    pl.Float64: pa.float64(),
    pl.Date: pa.date32(),
    pl.List(pl.String): pa.list_(pa.string()),
    pl.List(pl.Int64): pa.list_(pa.int64()),
}
_SPARK = {
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.list_(pa.string()): "array<string>",
    pa.list_(pa.int64()): "array<bigint>",
}


def ddl(columns: Columns) -> str:
    """The columns as Spark declares them."""
    return ", ".join(f"`{name}` {_SPARK[_ARROW[dtype]]}" for name, dtype in columns.items())


def to_arrow(frame: pl.DataFrame, columns: Columns) -> pa.Table:
    """The columns of the frame as Spark takes them."""
    signed = frame.select(
        pl.col(name).reinterpret(signed=True) if dtype == pl.UInt64 else pl.col(name) for name, dtype in columns.items()
    )
    schema = pa.schema([(name, _ARROW[dtype]) for name, dtype in columns.items()])
    return signed.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)


def from_arrow(table: pa.Table | pa.RecordBatch, columns: Columns) -> pl.DataFrame:
    """The frame again, in the types that it had."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame), "a table was given"
    return frame.select(
        pl.col(name).cast(pl.Int64).reinterpret(signed=False) if dtype == pl.UInt64 else pl.col(name).cast(dtype)
        for name, dtype in columns.items()
    )


def task(made: Callable[[Iterator[pl.DataFrame]], Iterable[pl.DataFrame]], given: Columns, columns: Columns) -> Task:
    """A function on frames as Spark runs it; it sees no empty frame.

    Args:
        given: columns that come in; `columns` those that go out.
    """

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        frames = (from_arrow(batch, given) for batch in batches if batch.num_rows)
        for frame in made(frames):
            yield from to_arrow(frame, columns).to_batches()

    return faultless(run)


def faultless(run: Task) -> Task:
    """The same; where it fails, it says where and nothing of a record, for Spark logs that on every machine."""

    def guarded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        try:
            yield from run(batches)
        except Exception as error:
            raise TaskFault(_where(error)) from None

    return guarded


def _where(error: Exception) -> str:
    frame = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}, line {frame.lineno}"
