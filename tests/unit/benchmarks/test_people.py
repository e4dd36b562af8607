"""The generator of people records: repeatable, with the duplicates it says, and commoner names on demand."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks.linkage.people import PeopleSettings, generate
from benchmarks.linkage.people_words import given_names, surnames

COLUMNS = ["record", "first_name", "surname", "dob", "city", "phone", "email"]


def test_equal_settings_make_equal_tables() -> None:
    one, other = generate(PeopleSettings(2000, 5)), generate(PeopleSettings(2000, 5))
    assert one[0].equals(other[0])
    assert one[1].equals(other[1])
    assert not one[0].equals(generate(PeopleSettings(2000, 6))[0])


def test_two_fifths_of_the_records_are_further_ones() -> None:
    records, truth = generate(PeopleSettings(5000, 1))
    assert records.columns == COLUMNS
    assert records["record"].n_unique() == len(records) == len(truth) == 5000
    assert records["record"].equals(truth["key"].alias("record"))
    assert truth["entity_id"].n_unique() == 3000


def test_records_of_one_person_mostly_agree_and_differ_somewhere() -> None:
    records, truth = generate(PeopleSettings(5000, 1))
    joined = records.join(truth, left_on="record", right_on="key")
    pairs = joined.join(joined, on="entity_id", suffix="_r").filter(pl.col("record") < pl.col("record_r"))
    for column, least, most in (("surname", 0.8, 0.97), ("dob", 0.8, 0.97), ("city", 0.5, 0.85), ("email", 0.5, 0.85)):
        share = pairs.select((pl.col(column) == pl.col(f"{column}_r")).mean()).item()
        assert least < share < most, column


@pytest.mark.parametrize("words", [given_names(), surnames()])
def test_concentrated_names_agree_as_often_as_asked(words) -> None:
    before, after = (float((part.chances**2).sum()) for part in (words, words.concentrated(4.0)))
    assert after == pytest.approx(4 * before, rel=1e-6)
    assert words.concentrated(1.0).chances == pytest.approx(words.chances)
