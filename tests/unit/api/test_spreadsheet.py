"""Tables for spreadsheets: whatever a cell holds, it is shown and not run, and reads back as it was."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.spreadsheet import as_given, csv_text

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(cells=st.lists(TEXT, min_size=2, max_size=5))
def test_any_text_reads_back_as_it_was_with_an_apostrophe_at_most(cells: list[str]) -> None:
    columns = [f"c{place}" for place in range(len(cells))]
    head, row = read(csv_text(columns, [cells]))
    assert head == columns
    assert all(found in {cell, f"'{cell}"} for found, cell in zip(row, cells, strict=True))
    assert not any(found.startswith(STARTS) for found in row)


@pytest.mark.parametrize("start", STARTS)
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert read(csv_text(["a", f"{start}b"], [[f"{start}cmd|' /C calc'!A0", "x"]])) == [
        ["a", f"'{start}b"],
        [f"'{start}cmd|' /C calc'!A0", "x"],
    ]


@pytest.mark.parametrize("text", [" =1+1", "\u200b=1", "\ufeff=1", "\u00a0@SUM(A1)", " \t=1"])
def test_blanks_that_cannot_be_seen_do_not_hide_a_formula(text: str) -> None:
    (row,) = read(csv_text(["a", "b"], [[text, ""]]))[1:]
    assert row[0] == f"'{text}"


@given(cells=st.lists(TEXT.filter(lambda text: not text.startswith("'")), min_size=1, max_size=5))
def test_a_column_that_was_read_back_is_as_it_was(cells: list[str]) -> None:
    found = pl.DataFrame({"a": [row[0] for row in read(csv_text(["a", "b"], [[cell, "x"] for cell in cells]))[1:]]})
    assert found.select(as_given("a"))["a"].to_list() == cells


def test_an_apostrophe_that_stands_before_no_formula_stays() -> None:
    frame = pl.DataFrame({"a": ["'Ndoja", "'=1", "''=1", None], "b": [1, 2, 3, 4]})
    assert frame.select(as_given("a"))["a"].to_list() == ["'Ndoja", "=1", "''=1", None]
    assert frame.select(as_given("b"))["b"].to_list() == ["1", "2", "3", "4"]


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    assert csv_text(["a", "b", "c"], [[-1, -0.5, None]]) == "a,b,c\n-1,-0.5,\n"
    assert csv_text(["a"], []) == "a\n"
