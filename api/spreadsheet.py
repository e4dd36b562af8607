"""Tables for spreadsheets, which show what a cell holds and must never run it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_QUOTED = ('"', ",", "\n", "\r")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV that a spreadsheet shows and does not run: a cell that begins like a formula gets an apostrophe."""
    lines = [",".join(_csv_cell(value) for value in row) for row in (columns, *rows)]
    return "\n".join(lines) + "\n"


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.startswith(_FORMULA):
        text = f"'{text}"
    if any(letter in text for letter in _QUOTED):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
