"""What a person or a program sees: one JSON document, a table, or rows that no spreadsheet will run."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

WIDTH = 140
"""Columns of a table that goes to no terminal."""

_KEPT = {"\n", "\t"}
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console() -> Console:
    """The console for what was asked for, on standard output."""
    return _Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else WIDTH)


def error_console() -> Console:
    """The console for everything else, on standard error."""
    return Console(file=sys.stderr, highlight=False, width=None if sys.stderr.isatty() else WIDTH)


def visible(text: str) -> str:
    """The text with control and direction characters spelled out, so that data cannot steer a terminal."""
    return "".join(
        letter if letter in _KEPT or unicodedata.category(letter) not in _HIDDEN else f"\\u{ord(letter):04x}"
        for letter in text
    )


def cell(value: object) -> Text:
    """A value as plain text: never markup, never a control character; nothing for None."""
    if value is None:
        return Text("")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, float):
        return Text(f"{value:,.3f}".rstrip("0").rstrip("."))
    if isinstance(value, int):
        return Text(f"{value:,}")
    if isinstance(value, list | tuple):
        return Text(", ".join(visible(str(item)) for item in value))
    return Text(visible(str(value)))


def plain(text: object) -> str:
    """Text for a marked-up line, with its own brackets kept as they are."""
    return escape(visible(str(text)))


def table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table of values; a column that holds only numbers is set to the right."""
    listed = [list(row) for row in rows]
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for place, name in enumerate(columns):
        values = [row[place] for row in listed if row[place] is not None]
        is_number = bool(values) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        made.add_column(name.replace("_", " "), justify="right" if is_number else "left", overflow="fold")
    for row in listed:
        made.add_row(*(cell(value) for value in row))
    return made


def fields(pairs: Mapping[str, object]) -> Table:
    """A two-column list of names and values."""
    made = Table(show_header=False, box=None, pad_edge=False)
    made.add_column(style="bold")
    made.add_column(overflow="fold")
    for name, value in pairs.items():
        made.add_row(name, cell(value))
    return made


def write_json(document: Mapping[str, Any], stream: TextIO | None = None) -> None:
    """The document alone on one line of the stream, in letters that the stream can hold."""
    out = stream or sys.stdout
    is_unicode = (out.encoding or "utf-8").lower().replace("-", "") == "utf8"
    out.write(json.dumps(document, ensure_ascii=not is_unicode, allow_nan=False) + "\n")
