"""One CSV record by the letter of RFC 4180, and what to do where a file breaks it.

- A quoted field may hold delimiters, line ends and doubled quotes; its text is kept to the letter.
- A quote inside an unquoted field is a character like any other (`12" pipe`).
- A quote that opens a field must be closed by a quote that ends the field. Where the quote that could close it is
  followed by other text, or there is none within `LONGEST_FIELD` characters, the quote that opened it is the fault: its
  row is a reject and reading goes on at the next physical line.

A line that opens a quote without closing it holds an odd run of quotes, and an odd run ends every earlier search for a
closing quote. So no character is searched more than twice, however many quotes a file leaves open.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass

from linkage.sources.lines import Lines

LONGEST_FIELD = 1 << 20
"""Characters a quoted field may have; beyond, its quote counts as never closed."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row whose quoting does not end as it must.

    Args:
        field: place of the field in its row, from 0.
        rule: kebab-case name of the rule.
        message: what is wrong.
        at_end: the text ended inside the field.
    """

    field: int
    rule: str
    message: str
    at_end: bool = False


Parser = Callable[[str, Lines], "list[str] | Broken"]


def record_parser(delimiter: str, width: int | None = None) -> Parser:
    """A function from a line, and the lines after it, to the fields of the record that starts there.

    Args:
        delimiter: between fields.
        width: fields that a record should have, where it is known. It settles what a quote that is closed on a later
            line leaves open: see `_swallowed`.
    """
    alone = _line_parser(delimiter)

    def parse(line: str, lines: Lines) -> list[str] | Broken:
        fields = alone(line)
        return _Record(line, lines, delimiter).read(alone, width) if fields is None else fields

    return parse


def _line_parser(delimiter: str) -> Callable[[str], list[str] | None]:
    """A function from a line to its fields, or None where the line alone is no whole and correct record."""
    dialect = _dialect(delimiter)

    def parse(line: str) -> list[str] | None:
        if '"' not in line:
            return (line[:-1] if line.endswith("\r") else line).split(delimiter)
        if line.find("\r", 0, -1) < 0 and "\n" not in line:
            # The standard reader is exact, and fast, for what is whole within one line.
            try:
                return next(csv.reader((line,), dialect))
            except csv.Error:
                return None
        return None

    return parse


def _dialect(delimiter: str) -> type[csv.Dialect]:
    class Exact(csv.Dialect):
        quotechar = '"'
        doublequote = True
        skipinitialspace = False
        lineterminator = "\n"
        quoting = csv.QUOTE_MINIMAL
        strict = True

    Exact.delimiter = delimiter
    return Exact


class _Record:
    """One record, read by a state machine that follows quoted fields over line ends."""

    def __init__(self, line: str, lines: Lines, delimiter: str) -> None:
        self._line = line
        self._lines = lines
        self._delimiter = delimiter
        self._place = 0
        self._taken: list[str] = []  # lines after the first
        self._spanning: int | None = None  # the first field that goes on in a further line

    def read(self, alone: Callable[[str], list[str] | None], width: int | None) -> list[str] | Broken:
        """The fields of the record; the lines are at its end, or where reading is to go on."""
        fields: list[str] = []
        while True:
            if self._line.startswith('"', self._place):
                text = self._quoted(len(fields))
                if isinstance(text, Broken):
                    return text
            else:
                text = self._plain()
            fields.append(text)
            if not self._line.startswith(self._delimiter, self._place):
                break
            self._place += 1
        if self._spanning is not None and self._swallowed(alone, len(fields), width):
            self._lines.back(self._taken)
            return Broken(self._spanning, *_NEVER_CLOSED)
        return fields

    def _swallowed(self, alone: Callable[[str], list[str] | None], count: int, width: int | None) -> bool:
        """Whether a stray quote swallowed whole rows: the record is ragged and its second line alone would be none.

        A quote in a later row can close a stray one by chance (`12",`). A line of a real multi-line field hardly ever
        holds as many delimiters as a row.
        """
        if width is None or count == width:
            return False
        second = alone(self._taken[0])
        return second is not None and len(second) == width > 1

    def _plain(self) -> str:
        end = self._line.find(self._delimiter, self._place)
        start = self._place
        self._place = end if end >= 0 else len(self._line) - self._line.endswith("\r")
        return self._line[start : self._place]

    def _quoted(self, field: int) -> str | Broken:
        """The text of the quoted field here; or what is wrong, and the lines read for it are handed out again."""
        parts: list[str] = []
        taken: list[str] = []
        line, place, length = self._line, self._place + 1, 0
        while True:
            quote = line.find('"', place)
            if quote < 0:
                parts += (line[place:], self._lines.terminator)
                length += len(line) - place + 1
                more = next(self._lines, None) if length <= LONGEST_FIELD else None
                if more is None:
                    self._lines.back(taken)
                    at_end = length <= LONGEST_FIELD
                    return Broken(field, *(_NEVER_CLOSED if at_end else _TOO_LONG), at_end=at_end)
                taken.append(line := more)
                place = 0
            elif line.startswith('"', quote + 1):
                parts.append(line[place : quote + 1])
                length += quote + 1 - place
                place = quote + 2
            else:
                parts.append(line[place:quote])
                self._line, self._place = line, quote + 1
                break
        if not (line.startswith(self._delimiter, self._place) or line[self._place : self._place + 2] in {"", "\r"}):
            self._lines.back(taken)
            return Broken(field, *(_NEVER_CLOSED if taken else _MISPLACED))
        if taken and self._spanning is None:
            self._spanning = field
        self._taken += taken
        return "".join(parts)


_NEVER_CLOSED = "quote-not-closed", "a quote opens this field and is never closed"
_TOO_LONG = "quote-not-closed", f"a quote opens this field and is not closed within {LONGEST_FIELD} characters"
_MISPLACED = "quote-misplaced", "text follows the quote that closes this field; a quote inside is written twice"
