"""Rows as every reader hands them on: text by file column, the line each starts at, and what is no row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from linkage.schema import ISSUE
from linkage.sources.header import Header

LINE = "\0line"
"""Name of the line column of `Rows.frame`; no file column can have it, since files with NUL are refused."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One input row that is no row of the file's shape.

    Args:
        line: physical line where the row starts.
        column: the file's own column name; None for the row as a whole.
        rule: kebab-case name of the broken rule.
        message: what is wrong, without the row's values.
    """

    line: int
    column: str | None
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of one file.

    Args:
        frame: `LINE` (Int64) and the wanted file columns (String) under their own names, in file order.
        header: the file's columns beside those the manifest knows.
        sha256: of the file's bytes.
        rejects: rows that are not in the frame.
        encoding: that the text was read in; None where the format has its own.
        delimiter: of a CSV file.
    """

    frame: pl.DataFrame
    header: Header
    sha256: str
    rejects: list[Reject]
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def total(self) -> int:
        """Rows in the file: each is in the frame or among the rejects."""
        return len(self.frame) + len(self.rejects)


def to_issues(rejects: Iterable[Reject], file: int) -> pl.DataFrame:
    """The rejects as an ISSUE frame, in order of lines."""
    ordered = sorted(rejects, key=lambda reject: reject.line)
    return pl.DataFrame(
        {
            "file": [file] * len(ordered),
            "line": [reject.line for reject in ordered],
            "column": [reject.column for reject in ordered],
            "rule": [reject.rule for reject in ordered],
            "message": [reject.message for reject in ordered],
        },
        schema=ISSUE.columns,
    )


def without_nul(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Reject]]:
    """The rows without a NUL character in any cell, and a reject for each other row."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    holds = [pl.col(name).str.contains("\0", literal=True).fill_null(value=False) for name in texts]
    if not holds:
        return frame, []
    marked = frame.with_columns(pl.any_horizontal(holds).alias("\0holds"))
    bad = marked.filter("\0holds")
    rejects = []
    for row in bad.iter_rows(named=True):
        column = next(name for name in texts if "\0" in (row[name] or ""))
        rejects.append(Reject(row[LINE], column, "nul-character", "the value holds a NUL character"))
    return marked.filter(~pl.col("\0holds")).drop("\0holds"), rejects
