"""Any table to the fields of a model."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import SettingsError
from linkage.model import Field
from linkage.standardise import plain
from linkage.standardise.plain import plain_records

dates = st.from_regex(r"(19|20)\d\d[-/]?[01]?\d[-/]?[0-3]?\d|[0-3]?\d[-/.][01]?\d[-/.]19\d\d", fullmatch=True)
FIELDS = {
    "given_name": Field("given_name", "text", (), ("first_name",)),
    "birth_date": Field("birth_date", "date", (), ("dob",)),
    "postal_code": Field("postal_code", "code", (), ("zip",)),
    "email": Field("email", "plain"),
    "tokens": Field("tokens", "tokens", ("given_name",)),
}


def test_columns_are_found_by_their_usual_names_and_folded() -> None:
    table = pl.DataFrame(
        {
            "ID": ["a", "b"],
            "First Name": ["José  O'Neil-Ruiz", " "],
            "zip": ["ab 12-3", None],
            "email": [" Ana@Example.org ", ""],
        }
    )
    assert plain_records(table, FIELDS, {}).to_dicts() == [
        {
            "key": "a",
            "given_name": "JOSE ONEIL RUIZ",
            "postal_code": "AB123",
            "email": "ANA@EXAMPLE.ORG",
            "tokens": "JOSE ONEIL RUIZ",
        },
        {"key": "b", "given_name": None, "postal_code": None, "email": None, "tokens": None},
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-3-4", "1980-03-04"),
        ("19800304", "1980-03-04"),
        ("31/12/1999", "1999-12-31"),
        ("12/31/1999", "1999-12-31"),
        ("1984", "1984"),
        ("1984-05", "1984-05"),
        ("1984-02-31", None),
        ("unknown", None),
        ("1980-03-04 00:00:00", "1980-03-04"),
    ],
)
def test_dates_become_iso_or_are_missing(text: str, expected: str | None) -> None:
    assert plain_records(pl.DataFrame({"dob": [text]}), FIELDS, {})["birth_date"].to_list() == [expected]


def test_a_table_without_a_key_is_numbered_and_a_double_key_is_refused() -> None:
    assert plain_records(pl.DataFrame({"zip": ["1", "2"]}), FIELDS, {})["key"].to_list() == ["0", "1"]
    with pytest.raises(SettingsError, match="no key"):
        plain_records(pl.DataFrame({"id": ["a", "a"], "zip": ["1", "2"]}), FIELDS, {})


@given(
    texts=st.lists(st.one_of(st.none(), st.text(alphabet="aÉß'`-/. 0129", max_size=11), dates), min_size=1, max_size=5)
)
def test_few_rows_come_out_as_many_do(texts: list[str | None]) -> None:
    few = pl.DataFrame(
        {"first_name": texts, "dob": texts, "zip": texts, "email": texts},
        schema_overrides=dict.fromkeys(("first_name", "dob", "zip", "email"), pl.String),
    )
    many = pl.concat([few] * (plain.FEW // len(texts) + 1))
    assert plain_records(many, FIELDS, {}).head(len(texts)).equals(plain_records(few, FIELDS, {}))


@pytest.mark.parametrize("columns", [{"nothing": "zip"}, {"email": "nothing"}])
def test_an_unknown_field_or_column_is_named(columns: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="nothing"):
        plain_records(pl.DataFrame({"zip": ["1"]}), FIELDS, columns)
