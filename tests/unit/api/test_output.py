"""What leaves: no cell that a spreadsheet runs, no letter that steers a terminal, one JSON document."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from api.cli.output import fields, table, visible, write_json
from api.spreadsheet import csv_text


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=5))
def test_no_cell_begins_like_a_formula_and_nothing_else_changes(rows: list[list[str]]) -> None:
    text = csv_text(("a", "b"), rows)
    read = list(csv.reader(io.StringIO(text, newline="")))[1:]
    for given_row, row in zip(rows, read, strict=True):
        for before, after in zip(given_row, row, strict=True):
            assert not after.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert after in {before, f"'{before}"}


def test_numbers_stay_numbers() -> None:
    assert csv_text(("a", "b"), [[-1.5, 2], [None, True]]) == "a,b\n-1.5,2\n,True\n"


@pytest.mark.parametrize("text", ["\x1b[2J", "\x9b31m", "a\u202eb", "a\u200bb", "\x00", "\u2028"])
def test_letters_that_steer_are_spelled_out(text: str) -> None:
    assert visible(text).isprintable()
    assert "\\u" in visible(text)


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/red]", "Ñandú\nline", ":smile:", "<b>"])
def test_data_is_never_markup(text: str) -> None:
    out = io.StringIO()
    console = Console(file=out, width=120)
    console.print(table("t", ("name",), [[text]]))
    console.print(fields({"name": text}))
    for line in text.splitlines():
        assert out.getvalue().count(line) == 2


@pytest.mark.parametrize(("encoding", "letters"), [("utf-8", "Núñez"), ("ascii", "N\\u00fa\\u00f1ez")])
def test_json_is_written_in_letters_that_the_stream_has(encoding: str, letters: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    write_json({"name": "Núñez"}, stream)
    stream.flush()
    assert letters in raw.getvalue().decode(encoding)
    assert json.loads(raw.getvalue()) == {"name": "Núñez"}
