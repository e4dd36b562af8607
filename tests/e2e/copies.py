"""Looks for texts in everything that a folder holds: bytes as they lie there, and what is packed in them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import apsw
import polars as pl


def copies(folder: Path, texts: tuple[str, ...]) -> dict[str, list[str]]:
    """Where each text stands, as a whole word in whatever case: file, or file and table; others are left out."""
    sought = {text: spelled(text) for text in texts}
    found: dict[str, set[str]] = {}
    for place, content in _contents(folder):
        for text, pattern in sought.items():
            if pattern.search(content):
                found.setdefault(text, set()).add(place)
    return {text: sorted(places) for text, places in found.items()}


def spelled(text: str) -> re.Pattern[bytes]:
    """Finds the text in bytes: as a whole word in whatever case, in UTF-8 and as JSON escapes it."""
    spellings = {text.encode(), text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")}
    return re.compile(rb"(?<![\w])(?:" + b"|".join(map(re.escape, sorted(spellings))) + rb")(?![\w])", re.IGNORECASE)


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        name = str(file.relative_to(folder))
        content = file.read_bytes()
        yield name, content
        if content.startswith(b"SQLite format 3"):
            for table, cells in _cells(file):
                yield f"{name}/{table}", cells
        elif file.suffix == ".parquet":
            yield name, pl.read_parquet(file).write_ndjson().encode()


def _cells(file: Path) -> Iterator[tuple[str, bytes]]:
    connection = apsw.Connection(f"{file.as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            yield str(table), b"\n".join(map(_bytes, row))
    connection.close()


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        try:
            return zlib.decompress(value)
        except zlib.error:
            return value
    return str(value).encode("utf-8", "surrogatepass")
