"""Parquet files: typed columns as the text a person would have written, without loss."""

from __future__ import annotations

import hashlib
from datetime import time
from pathlib import Path

import polars as pl

from linkage.errors import SourceError
from linkage.sources.header import checked, match
from linkage.sources.lines import opened
from linkage.sources.manifest import Manifest
from linkage.sources.numbers import plain
from linkage.sources.rows import LINE, Rows, without_nul
from linkage.unreadable import UNREADABLE

MAGIC = b"PAR1"
"""First and last bytes of every Parquet file."""


def read_parquet(path: Path, manifest: Manifest) -> Rows:
    """All rows of a Parquet file; a row's line is its number, from 1.

    Raises:
        SourceError: it is no whole Parquet file, a needed column is missing or doubled, or a mapped one is nested.
    """
    with opened(path) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        schema = pl.scan_parquet(path, glob=False, hive_partitioning=False).collect_schema()
    except UNREADABLE as error:
        raise _unreadable(path) from error
    header = checked(match(list(schema), manifest), manifest, path, None)
    # Names are kept as they are in the file: outer blanks were removed for matching only.
    own = {name: stored for stored, name in zip(schema, header.names, strict=True)}
    wanted = {own[name]: name for name in header.wanted}
    for stored, name in wanted.items():
        if schema[stored].is_nested() or schema[stored] == pl.Object:
            message = f"its values are nested ({schema[stored].base_type()}); give it as plain columns"
            raise SourceError(path, "nested-column", message, column=name)
    try:
        read = pl.read_parquet(path, columns=list(wanted), glob=False, hive_partitioning=False)
    except UNREADABLE as error:
        raise _unreadable(path) from error
    texts = [_as_text(read[stored], path, name).alias(name) for stored, name in wanted.items()]
    lines = pl.int_range(1, read.height + 1, dtype=pl.Int64, eager=True).alias(LINE)
    frame, rejects = without_nul(pl.DataFrame([lines, *texts]))
    return Rows(frame, header, digest, rejects)


def _unreadable(path: Path) -> SourceError:
    message = "the file is no Parquet file, or is damaged or cut short; export it again"
    return SourceError(path, "parquet-not-readable", message)


def _as_text(column: pl.Series, path: Path, name: str) -> pl.Series:
    """The column as text; null stays null.

    Raises:
        SourceError: it holds bytes that are not UTF-8, or a day that no calendar has.
    """
    dtype = column.dtype
    try:
        if dtype.is_float():
            return _floats(column)
        if isinstance(dtype, pl.Datetime):
            return _moments(column)
        return column.cast(pl.String)
    except UNREADABLE as error:
        if isinstance(dtype, pl.Date | pl.Datetime | pl.Time):
            message = f"it holds values ({dtype}) that no calendar has; export it as text"
            raise SourceError(path, "day-not-in-calendar", message, column=name) from error
        message = f"its values ({dtype}) are no text; export it as UTF-8 text"
        raise SourceError(path, "undecodable-bytes", message, column=name) from error


def _floats(column: pl.Series) -> pl.Series:
    """Shortest digits that give the same number back, no exponent; not-a-number is how writers keep an absent cell."""
    texts = column.fill_nan(None).cast(pl.String)
    distinct = texts.drop_nulls().unique()
    mapped = [text if text.endswith("inf") else plain(text) for text in distinct]
    return texts.replace_strict(distinct, pl.Series(mapped, dtype=pl.String), return_dtype=pl.String)


def _moments(column: pl.Series) -> pl.Series:
    """ISO 8601; a moment without zone at midnight is how writers without a date type keep a date."""
    zoned = column.dtype.time_zone is not None  # type: ignore[attr-defined]
    whole = column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f%:z" if zoned else "%Y-%m-%dT%H:%M:%S%.f")
    if zoned:
        return whole
    midnight = column.dt.time() == time()
    return (
        whole.to_frame("t")
        .select(pl.when(midnight).then(column.dt.to_string("%Y-%m-%d")).otherwise(pl.col("t")))
        .to_series()
    )
