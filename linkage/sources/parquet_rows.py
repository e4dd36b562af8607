"""Parquet files: typed columns as the text a person would have written, without loss."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path

import polars as pl

from linkage.errors import SourceError
from linkage.sources.header import Header, checked, match
from linkage.sources.lines import opened
from linkage.sources.manifest import Manifest
from linkage.sources.numbers import plain
from linkage.sources.rows import LINE, Reject, Rows, without_nul
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
    header, wanted = header_of(list(schema), manifest, path)
    for stored, name in wanted.items():
        if schema[stored].is_nested() or schema[stored] == pl.Object:
            raise nested(path, name, str(schema[stored].base_type()))
    try:
        read = pl.read_parquet(path, columns=list(wanted), glob=False, hive_partitioning=False)
    except UNREADABLE as error:
        raise _unreadable(path) from error
    lines = pl.int_range(1, read.height + 1, dtype=pl.Int64, eager=True)
    frame, rejects = text_rows(read, lines, wanted, path)
    return Rows(frame, header, digest, rejects)


def header_of(stored: Sequence[str], manifest: Manifest, path: Path | str) -> tuple[Header, dict[str, str]]:
    """The header of a file with these columns, and which of them are read, each with its name there.

    Raises:
        SourceError: a needed column is missing or doubled.
    """
    header = checked(match(stored, manifest), manifest, path, None)
    # Names are kept as they are in the file: outer blanks were removed for matching only.
    own = {name: column for column, name in zip(stored, header.names, strict=True)}
    return header, {own[name]: name for name in header.wanted}


def nested(path: Path | str, name: str, what: str) -> SourceError:
    """A column that is read holds more than one value a row."""
    return SourceError(path, "nested-column", f"its values are nested ({what}); give it as plain columns", column=name)


def text_rows(
    read: pl.DataFrame, lines: pl.Series, wanted: Mapping[str, str], path: Path | str
) -> tuple[pl.DataFrame, list[Reject]]:
    """The rows as text, with the line of each, and a reject for each that is no row.

    Raises:
        SourceError: a column holds what is no text.
    """
    texts = [_as_text(read[stored], path, name).alias(name) for stored, name in wanted.items()]
    return without_nul(pl.DataFrame([lines.alias(LINE), *texts]))


def _unreadable(path: Path) -> SourceError:
    message = "the file is no Parquet file, or is damaged or cut short; export it again"
    return SourceError(path, "parquet-not-readable", message)


def _as_text(column: pl.Series, path: Path | str, name: str) -> pl.Series:
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
