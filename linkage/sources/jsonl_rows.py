"""JSON Lines: one object a line, its numbers as text digit for digit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from linkage.errors import SourceError
from linkage.sources.header import checked, match
from linkage.sources.lines import Fault, Lines, encoding_of, opened, text_of
from linkage.sources.manifest import Manifest
from linkage.sources.numbers import plain
from linkage.sources.options import ReadOptions
from linkage.sources.rows import LINE, Reject, Rows

BATCH = 50_000
"""Rows held as Python objects at a time."""


def read_jsonl(path: Path, manifest: Manifest, options: ReadOptions) -> Rows:
    """All rows of a JSON Lines file; lines count from 1.

    A key that a row does not have, or whose value is null, is an absent cell. The header is every key of the file.

    Raises:
        SourceError: the bytes are no text in the declared encoding, or no row has a key that is needed.
    """
    digest = hashlib.sha256()
    faults: list[Fault] = []
    with opened(path) as stream:
        head = stream.read(4)
        stream.seek(0)
        encoding = encoding_of(path, head, options.encoding or manifest.encoding)
        lines = Lines(text_of(stream, encoding, digest, faults), "\n")
        reading = _Reading(manifest)
        frames = list(reading.frames(lines))
    if faults:
        raise SourceError(path, faults[0].rule, faults[0].message, line=lines.number)
    if lines.number == 0:
        raise SourceError(path, "file-empty", "the file is empty; check the export")
    header = match(list(reading.keys), manifest)
    if frames:
        checked(header, manifest, path, None)
    empty = pl.DataFrame(schema={LINE: pl.Int64, **dict.fromkeys(header.wanted, pl.String)})
    frame = pl.concat([empty, *frames], how="diagonal").select(empty.columns)
    return Rows(frame, header, digest.hexdigest(), reading.rejects, encoding.removesuffix("-sig"))


class _Reading:
    """One pass over the lines."""

    def __init__(self, manifest: Manifest) -> None:
        self.rejects: list[Reject] = []
        self.keys: dict[str, str | None] = {}  # every name so far: its column, None where the manifest knows none
        self._known = {name.casefold() for name in manifest.file_columns}
        self._decode = json.JSONDecoder(
            object_pairs_hook=_pairs, parse_int=str, parse_float=plain, parse_constant=_no_constant
        ).decode

    def frames(self, lines: Lines) -> Iterator[pl.DataFrame]:
        """The rows in frames of bounded size; what is no row is among the rejects afterwards."""
        starts: list[int] = []
        cells: list[dict[str, str | None]] = []
        for line in lines:
            text = line.strip(" \t\r")
            if not text:
                continue
            row = self._row(text, lines.number)
            if isinstance(row, Reject):
                self.rejects.append(row)
                continue
            starts.append(lines.number)
            cells.append(row)
            if len(starts) == BATCH:
                yield _frame(starts, cells)
                starts, cells = [], []
        if starts:
            yield _frame(starts, cells)

    def _row(self, text: str, line: int) -> dict[str, str | None] | Reject:
        try:
            value = self._decode(text)
        except (ValueError, RecursionError) as error:
            message = "the line is no JSON object whose names are each there once"
            place = f" (character {error.pos + 1})" if isinstance(error, json.JSONDecodeError) else ""
            return Reject(line, None, "json-not-readable", message + place)
        if not isinstance(value, dict):
            return Reject(line, None, "json-not-an-object", "the line is JSON but no object")
        if "\\u" in text and (reject := _unfit(value, line)) is not None:
            return reject
        row: dict[str, str | None] = {}
        for name, cell in value.items():
            if name not in self.keys:
                column = name.strip()
                self.keys[name] = column if column.casefold() in self._known else None
            wanted = self.keys[name]
            if wanted is None:
                continue
            if isinstance(cell, str) or cell is None:
                row[wanted] = cell
            elif isinstance(cell, bool):
                row[wanted] = "true" if cell else "false"
            else:
                message = "the value is an object or a list; give it as plain values"
                return Reject(line, wanted, "nested-value", message)
        return row


def _frame(starts: list[int], cells: list[dict[str, str | None]]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in cells for name in row)
    columns = {name: pl.Series([row.get(name) for row in cells], dtype=pl.String) for name in names}
    return pl.DataFrame({LINE: pl.Series(starts, dtype=pl.Int64), **columns})


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        message = "a name twice"
        raise ValueError(message)
    return row


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _unfit(row: dict[str, Any], line: int) -> Reject | None:
    """Why a row with escapes cannot be text; None where it can."""
    for name, cell in row.items():
        for text in (name, cell if isinstance(cell, str) else ""):
            if "\0" in text:
                return Reject(line, None, "nul-character", "the row holds a NUL character")
            if any("\ud800" <= character <= "\udfff" for character in text):
                return Reject(line, None, "json-not-readable", "the row holds half a character (a lone surrogate)")
    return None
