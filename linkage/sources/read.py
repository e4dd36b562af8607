"""One file in, its mentions out: all text as received, every row a mention or a reject."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from linkage.sources.csv_rows import read_csv
from linkage.sources.header import Header
from linkage.sources.jsonl_rows import read_jsonl
from linkage.sources.lines import opened
from linkage.sources.manifest import Manifest
from linkage.sources.mentions import MentionRows, mentions_of
from linkage.sources.options import FileFormat, ReadOptions
from linkage.sources.parquet_rows import MAGIC, read_parquet
from linkage.sources.rows import to_issues

JSONL_SUFFIXES = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file, read whole.

    Args:
        path: as the user named it.
        sha256: of its bytes.
        rows: rows in the file; each is in at least one mention or is rejected once.
        mentions: what the rows say, one an entry of the manifest.
        rejected: ISSUE frame of rows that are not of the file's shape or mention nothing.
        format: that it was read as.
        encoding: of its text; None where the format has its own.
        delimiter: of a CSV file.
        date_order: of its dates: the user's word, else the manifest's.
        header: its columns beside those the manifest knows.
    """

    path: Path
    sha256: str
    rows: int
    mentions: list[MentionRows]
    rejected: pl.DataFrame
    format: FileFormat
    encoding: str | None
    delimiter: str | None
    date_order: str
    header: Header

    @property
    def accepted(self) -> int:
        """Rows that made a mention."""
        return self.rows - self.rejected.height


def read(path: Path, manifest: Manifest, options: ReadOptions, file: int) -> ReadFile:
    """The file's mentions and rejects; every row of it is one or the other.

    Args:
        path: CSV, Parquet or JSON Lines.
        manifest: what its columns mean.
        options: what the user declares over the manifest.
        file: ordinal of the file within its load, put into every row.

    Raises:
        SourceError: the file is refused as a whole; the text says why and what to do.
    """
    format_ = _format(path, manifest)
    if format_ is FileFormat.PARQUET:
        rows = read_parquet(path, manifest)
    elif format_ is FileFormat.JSONL:
        rows = read_jsonl(path, manifest, options)
    else:
        rows = read_csv(path, manifest, options)
    mentions, nothing = mentions_of(rows.frame, rows.header, manifest, file)
    return ReadFile(
        path=path,
        sha256=rows.sha256,
        rows=rows.total,
        mentions=mentions,
        rejected=to_issues([*rows.rejects, *nothing], file),
        format=format_,
        encoding=rows.encoding,
        delimiter=rows.delimiter,
        date_order=options.date_order or manifest.date_order.value,
        header=rows.header,
    )


def _format(path: Path, manifest: Manifest) -> FileFormat:
    """What the file shows itself to be, else what the manifest says."""
    with opened(path) as stream:
        if stream.read(len(MAGIC)) == MAGIC:
            return FileFormat.PARQUET
    if path.suffix.lower() in JSONL_SUFFIXES:
        return FileFormat.JSONL
    if path.suffix.lower() == ".csv" and manifest.format is not FileFormat.PARQUET:
        return FileFormat.CSV
    return manifest.format
