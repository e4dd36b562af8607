from __future__ import annotations

import polars as pl
import pytest

from linkage.errors import TrainingError
from linkage.training.labels import LABEL, parse, settle

HEADER = list(LABEL.columns)


def _rows(*rows: tuple[str, str, str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(HEADER, pl.String), orient="row")


def _labels(*rows: tuple[str, str, bool | None, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=LABEL.columns, orient="row")


def test_answers_are_read_in_the_words_people_use() -> None:
    labels, issues = parse(
        _rows(
            ("US/2", "US/1", "Yes", "ana", "2026-05-01"),
            ("US/1", "US/3", "0", "ana", "2026-05-01T10:00:00"),
            ("US/1", "US/4", "unsure", "ana", "2026-05-01"),
            ("US/1", "US/5", "", "ana", "2026-05-01"),
        )
    )
    assert issues.is_empty()
    assert labels["is_match"].to_list() == [True, False, None, None]
    assert labels.row(0)[:2] == ("US/1", "US/2")


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (("", "b", "yes", "ana", "2026-05-01"), "record_l", "no-pair"),
        (("a", "a", "yes", "ana", "2026-05-01"), "record_l", "no-pair"),
        (("a", "", "yes", "ana", "2026-05-01"), "record_r", "no-pair"),
        (("a", "b", "maybe so", "ana", "2026-05-01"), "is_match", "no-answer"),
        (("a", "b", "yes", " ", "2026-05-01"), "by", "no-person"),
        (("a", "b", "yes", "ana", "May 1"), "at", "no-date"),
    ],
)
def test_a_bad_row_is_an_issue_with_its_line(row: tuple[str, str, str, str, str], column: str, rule: str) -> None:
    labels, issues = parse(_rows(("x", "y", "no", "ana", "2026-05-01"), row))
    assert labels.height == 1
    assert issues.select("line", "column", "rule").rows() == [(3, column, rule)]


def test_a_file_without_a_column_is_refused() -> None:
    with pytest.raises(TrainingError, match="is_match"):
        parse(_rows().drop("is_match"))


def test_the_last_word_of_each_person_counts_and_most_people_decide() -> None:
    found = settle(
        _labels(
            ("a", "b", False, "ana", "2026-05-01"),
            ("a", "b", True, "ana", "2026-05-03"),
            ("a", "c", True, "ana", "2026-05-01"),
            ("a", "c", False, "ben", "2026-05-01"),
            ("a", "c", False, "cem", "2026-05-01"),
            ("a", "d", True, "ana", "2026-05-01"),
            ("a", "d", False, "ben", "2026-05-01"),
            ("a", "e", None, "ana", "2026-05-01"),
            ("a", "f", None, "ana", "2026-05-01"),
            ("a", "f", True, "ben", "2026-05-01"),
            ("a", "g", True, "ana", "2026-05-01"),
            ("a", "g", True, "ben", "2026-05-02"),
        )
    )
    assert found.pairs.rows() == [("a", "b", True), ("a", "c", False), ("a", "f", True), ("a", "g", True)]
    assert (found.undecided, found.disputed, found.double, found.agreed) == (1, 1, 3, 1)


def test_the_order_of_the_rows_has_no_say() -> None:
    labels = _labels(
        ("a", "b", False, "ana", "2026-05-01"),
        ("a", "b", True, "ana", "2026-05-01"),
        ("a", "b", True, "ben", "2026-05-01"),
        ("a", "c", None, "ana", "2026-05-01"),
        ("a", "c", True, "ana", "2026-05-01"),
    )
    assert settle(labels).pairs.equals(settle(labels.reverse()).pairs)
    assert settle(labels).undecided == settle(labels.reverse()).undecided == 1
