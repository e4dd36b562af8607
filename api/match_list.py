"""A list of names from elsewhere against the workspace: which are known, which are several people, which nobody."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.match import Matcher
from api.match_answer import Asked
from linkage.errors import SettingsError
from linkage.schema import Verdict

MOST_ROWS = 500
MOST_BYTES = 1_000_000
CANDIDATES = 5
_DELIMITERS = ",;\t|"
_ALSO = {
    "name": "full_name",
    "nombre": "full_name",
    "nom": "full_name",
    "dob": "birth_date",
    "born": "birth_date",
    "date_of_birth": "birth_date",
    "fecha_nacimiento": "birth_date",
    "date_naissance": "birth_date",
    "licence": "licence_number",
    "license": "licence_number",
    "licencia": "licence_number",
    "telefono": "phone",
    "first_name": "given_name",
    "last_name": "surname",
}
"""Heads that lists use for columns of ours."""


@dataclass(frozen=True, slots=True)
class NameList:
    """A list as it was read.

    Args:
        columns: each column of the file and the field it was read as, None where it says nothing to us.
        rows: by field.
    """

    columns: Mapping[str, str | None]
    rows: Sequence[Mapping[str, str]]


def read_list(data: bytes, fields: Sequence[str]) -> NameList:
    """The list in a CSV file.

    Args:
        fields: that a record may have.

    Raises:
        SettingsError: it is no such file, names nobody, or has too many rows.
    """
    if len(data) > MOST_BYTES:
        raise SettingsError(f"the list is over {MOST_BYTES:,} bytes; split it")
    head, *lines = _cells(data) or [[]]
    columns = {name: _field(name, fields) for name in head}
    if not any(columns.values()):
        raise SettingsError(f"no column of the list is one of {', '.join(('name', 'birth_date', *fields[:8]))}...")
    rows = [_row(head, columns, cells) for cells in lines if any(cell.strip() for cell in cells)]
    if not 0 < len(rows) <= MOST_ROWS:
        raise SettingsError(f"the list has {len(rows)} rows; give 1 to {MOST_ROWS}")
    return NameList(columns, rows)


def match_list(matcher: Matcher, names: NameList, today: date) -> dict[str, Any]:
    """Who each row is.

    Returns:
        columns, rows (given, state: matched, several or none, candidates), counts by state, people (ids matched).

    Raises:
        MatchNotReady: the index of the workspace is still being made.
    """
    found = matcher.match([*names.rows], Asked(today, CANDIDATES)).document()
    rows = []
    for given, row in zip(names.rows, found["rows"], strict=True):
        candidates = _one_a_person(row["candidates"])
        same = [one for one in candidates if one["verdict"] == Verdict.SAME]
        state = "matched" if len(same) == 1 else "several" if candidates else "none"
        shown = same if state == "matched" else candidates
        rows.append({"given": given, "state": state, "candidates": shown, "problems": row["rejected"]})
    counts = {state: sum(row["state"] == state for row in rows) for state in ("matched", "several", "none")}
    people = [row["candidates"][0]["identity_id"] for row in rows if row["state"] == "matched"]
    return {"columns": dict(names.columns), "rows": rows, "counts": counts, "people": list(dict.fromkeys(people))}


def _cells(data: bytes) -> list[list[str]]:
    """Every line of a CSV file, parted by whichever of comma, semicolon, tab and bar its head has most of."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError("the list is no UTF-8 text; save it as CSV in UTF-8") from None
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        if "\0" in text:
            raise csv.Error
        return [cells for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if cells]
    except csv.Error:
        raise SettingsError("the list cannot be read as CSV; save it again from a spreadsheet") from None


def _field(name: str, fields: Sequence[str]) -> str | None:
    letters = unicodedata.normalize("NFKD", name.strip().lower()).encode("ascii", "ignore").decode()
    plain = letters.replace(" ", "_").replace("-", "_")
    known = _ALSO.get(plain, plain)
    return known if known in fields else None


def _row(head: Sequence[str], columns: Mapping[str, str | None], cells: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, cell in zip(head, cells, strict=False):
        field = columns[name]
        if field and cell.strip():
            given.setdefault(field, cell.strip())
    return given


def _one_a_person(candidates: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The likeliest record of each person."""
    first: dict[str, Mapping[str, Any]] = {}
    for one in candidates:
        first.setdefault(one["identity_id"], one)
    return list(first.values())
