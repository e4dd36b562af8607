"""CSV files: every row with the physical line where it starts, or a reject with line, column and rule."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import polars as pl

from linkage.errors import SourceError
from linkage.sources.csv_record import Broken, record_parser
from linkage.sources.header import Header, checked, match
from linkage.sources.lines import Fault, Lines, encoding_of, opened, text_of
from linkage.sources.manifest import Manifest
from linkage.sources.options import ReadOptions
from linkage.sources.rows import LINE, Reject, Rows

DELIMITERS = (",", ";", "\t", "|")
BATCH = 50_000
"""Rows held as Python objects at a time."""

MOST_HEADER_LINES = 50


def read_csv(path: Path, manifest: Manifest, options: ReadOptions) -> Rows:
    """All rows of a CSV file below its header.

    Raises:
        SourceError: the bytes are no text in the declared encoding, there is no header, or a needed column is missing
            or doubled. Nothing of the file is to be loaded then.
    """
    digest = hashlib.sha256()
    faults: list[Fault] = []
    with opened(path) as stream:
        head = stream.read(4)
        stream.seek(0)
        encoding = encoding_of(path, head, options.encoding or manifest.encoding)
        lines = Lines(text_of(stream, encoding, digest, faults))
        declared = options.delimiter or manifest.delimiter
        names, delimiter = _header(path, lines, manifest, declared, faults)
        header = checked(match(names, manifest), manifest, path, lines.number)
        reading = _Reading(header, delimiter)
        frame = reading.frame(lines)
    if faults:
        column = reading.column(reading.last_field)
        raise SourceError(path, faults[0].rule, faults[0].message, line=lines.number, column=column)
    return Rows(frame, header, digest.hexdigest(), reading.rejects, encoding.removesuffix("-sig"), delimiter)


class _Reading:
    """One pass over the lines below a header."""

    def __init__(self, header: Header, delimiter: str) -> None:
        self.rejects: list[Reject] = []
        self.last_field = 0  # where the text ended, from 0; the place of a fault, if one ended it
        self._header = header
        self._parse = record_parser(delimiter, len(header.names))

    def column(self, place: int) -> str | None:
        """The file's own name of the column at a place, from 0; None beyond the header or without a name."""
        names = self._header.names
        return (names[place] or None) if place < len(names) else None

    def frame(self, lines: Lines) -> pl.DataFrame:
        """The rows below the header; what is no row is among the rejects afterwards."""
        schema = {LINE: pl.Int64, **dict.fromkeys(self._header.wanted, pl.String)}
        frames = [
            pl.DataFrame([starts, *zip(*cells, strict=True)], schema=schema, orient="col")
            for starts, cells in self._batches(lines)
        ]
        return pl.concat(frames) if frames else pl.DataFrame(schema=schema)

    def _batches(self, lines: Lines) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        parse, pick, width = self._parse, _picker(self._header), len(self._header.names)
        starts: list[int] = []
        cells: list[tuple[str, ...]] = []
        fields: list[str] | Broken = []
        unclosed: Broken | None = None
        for line in lines:
            if not line or line == "\r":
                continue
            start = lines.number
            fields = parse(line, lines)
            if isinstance(fields, Broken):
                unclosed = unclosed or (fields if fields.at_end else None)
                self.rejects.append(Reject(start, self.column(fields.field), fields.rule, fields.message))
            elif len(fields) != width:
                message = f"{width} fields expected, {len(fields)} found"
                self.rejects.append(Reject(start, None, "ragged-row", message))
            else:
                starts.append(start)
                cells.append(pick(fields))
                if len(starts) == BATCH:
                    yield starts, cells
                    starts, cells = [], []
        if starts:
            yield starts, cells
        last = unclosed or fields
        self.last_field = last.field if isinstance(last, Broken) else max(len(last) - 1, 0)


def _picker(header: Header) -> Callable[[list[str]], tuple[str, ...]]:
    """From the fields of a row to those of the wanted columns."""
    places = [header.names.index(name) for name in header.wanted]
    if len(places) > 1:
        return itemgetter(*places)
    return lambda fields: tuple(fields[place] for place in places)


def _header(
    path: Path, lines: Lines, manifest: Manifest, declared: str | None, faults: Sequence[Fault]
) -> tuple[list[str], str]:
    """The names in the header, and the delimiter: the declared one, or that which finds most known columns.

    Raises:
        SourceError: there is no line, a fault is in the header, or a quote in it is never closed.
    """
    text = next((line for line in lines if line not in {"", "\r"}), None)
    if text is None:
        message = "the file is empty; even a file without rows needs its header"
        raise SourceError(path, "file-empty", message)
    candidates = [declared] if declared else DELIMITERS
    for _ in range(MOST_HEADER_LINES):
        if faults:
            raise SourceError(path, faults[0].rule, faults[0].message, line=lines.number)
        read = [(_names(text, delimiter, lines.terminator), delimiter) for delimiter in candidates]
        whole = [(len(match(names, manifest).found), names, mark) for names, mark in read if names is not None]
        best = max(whole, key=lambda found: (found[0], len(found[1])), default=None)
        # A header that breaks off inside a quote for the right delimiter is one long name for the others.
        if best and (best[0] or len(whole) == len(candidates)):
            return best[1:]
        more = next(lines, None)
        if more is None:
            break
        text += lines.terminator + more
    message = "a quote in the header is not closed, or is followed by text; correct the header"
    raise SourceError(path, "header-not-readable", message, line=1)


def _names(text: str, delimiter: str, terminator: str) -> list[str] | None:
    lines = Lines(iter((text,)), terminator)
    fields = record_parser(delimiter)(next(lines), lines)
    return None if isinstance(fields, Broken) else fields
