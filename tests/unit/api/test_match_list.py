"""Lists of names from elsewhere: read whatever a spreadsheet wrote, matched row by row, refused where they are none."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.match_list import MOST_BYTES, MOST_ROWS, match_list, read_list
from linkage.errors import SettingsError

FIELDS = ("full_name", "given_name", "surname", "birth_date", "licence_number", "phone")
TEXT = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=12)


@dataclass
class FakeMatcher:
    """Answers with the candidates that it was given, row by row."""

    answers: list[list[dict[str, Any]]]
    asked: list[Any] = field(default_factory=list)

    def match(self, rows: list[dict[str, str]], asked: Any) -> FakeMatcher:
        self.asked = rows
        return self

    def document(self) -> dict[str, Any]:
        return {"rows": [{"candidates": found, "rejected": []} for found in self.answers]}


def candidate(identity: str, verdict: str = "same", probability: float = 0.99) -> dict[str, Any]:
    return {"identity_id": identity, "verdict": verdict, "probability": probability}


def test_columns_are_known_by_the_heads_that_lists_use() -> None:
    found = read_list(b"Nombre;Fecha nacimiento;Tel\xc3\xa9fono;telefono;Remarks\nAna;1984;1;2;x\n", FIELDS)
    assert found.columns == {
        "Nombre": "full_name",
        "Fecha nacimiento": "birth_date",
        "Teléfono": "phone",
        "telefono": "phone",
        "Remarks": None,
    }
    assert found.rows == [{"full_name": "Ana", "birth_date": "1984", "phone": "1"}]


@given(rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t"))
def test_whatever_a_spreadsheet_wrote_is_read(rows: list[tuple[str, str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n", strict=True).writerows([("name", "dob"), *rows])
    kept = [(name.strip(), born.strip()) for name, born in rows if name.strip() or born.strip()]
    if not kept:
        return
    found = read_list(out.getvalue().encode("utf-8-sig"), FIELDS)
    assert [(row.get("full_name", ""), row.get("birth_date", "")) for row in found.rows] == kept


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = read_list(b"name,dob\n" + data, FIELDS)
    except SettingsError:
        return
    assert 0 < len(found.rows) <= MOST_ROWS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"name\n",
        b"colour,size\nred,1\n",
        b"name\n\xff\xfe\n",
        b"name,dob\n\0,1\n",
        b'name,dob\n"' + b"x" * 140_000 + b'",1\n',
        b"name\n" + b"x\n" * (MOST_ROWS + 1),
        b"name\n" + b"x" * MOST_BYTES,
    ],
)
def test_what_is_no_list_is_refused_and_not_repeated(data: bytes) -> None:
    with pytest.raises(SettingsError) as refused:
        read_list(data, FIELDS)
    assert len(str(refused.value)) < 200


def test_a_row_is_matched_several_or_none() -> None:
    names = read_list(b"name\nOne\nMany\nMaybe\nNobody\nTwice\n", FIELDS)
    answers = [
        [candidate("D-1"), candidate("D-9", "possible", 0.6)],
        [candidate("D-1"), candidate("D-2")],
        [candidate("D-3", "possible", 0.7)],
        [],
        [candidate("D-4"), candidate("D-4", "same", 0.98)],
    ]
    matcher = FakeMatcher(answers)
    found = match_list(matcher, names, date(2026, 6, 30))  # type: ignore[arg-type]
    assert [row["state"] for row in found["rows"]] == ["matched", "several", "several", "none", "matched"]
    assert found["counts"] == {"matched": 2, "several": 2, "none": 1}
    assert found["people"] == ["D-1", "D-4"]
    assert [len(row["candidates"]) for row in found["rows"]] == [1, 2, 1, 0, 1]
    assert matcher.asked == [{"full_name": name} for name in ("One", "Many", "Maybe", "Nobody", "Twice")]
