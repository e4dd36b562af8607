"""Tables for spreadsheets, which show what a cell holds and must never run it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import polars as pl

_FORMULA = re.compile(
    r"[\t\r\n]|[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
)
"""How a cell begins that a spreadsheet would run (OWASP, CSV injection), after blanks that it may pass over."""
_QUOTED = ('"', ",", "\n", "\r")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV that a spreadsheet shows and does not run: a cell that begins like a formula gets an apostrophe."""
    return "".join(csv_lines(columns, rows))


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The same a line at a time, for a table that need not be in memory whole."""
    for row in chain((columns,), rows):
        yield ",".join(_csv_cell(value) for value in row) + "\n"


def as_given(column: str) -> pl.Expr:
    """Text of a column that was read from such a file, without the apostrophe that stood before a formula."""
    return pl.col(column).cast(pl.String).str.replace(rf"^'({_FORMULA.pattern})", "${1}")


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and _FORMULA.match(text):
        text = f"'{text}"
    if any(letter in text for letter in _QUOTED):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
