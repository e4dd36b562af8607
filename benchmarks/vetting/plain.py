"""A world in which nobody can be mistaken: every record of a person bears the same unmistakable name and birth date.

Linkage then finds the true identities, so that what screening does is judged by itself.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from fixtures.world.layout import PERSON_FILES, PersonFile

_CONSONANTS, _VOWELS = "BCDFGHJKLMNPRSTVXZ", "AEIOU"
_FORMS = {"YMD": "%Y-%m-%d", "MDY": "%m/%d/%Y", "DMY": "%d/%m/%Y"}
_PAPERS = frozenset({
    "curp", "rfc", "clave_elector", "num_licencia", "licencia_estatal", "licence_number", "licence", "licence_no",
    "driver_lic_no", "fast_id", "sex", "sexo",
})  # fmt: skip
"""Columns whose slips or namesakes could part or join people."""


def make_plain(world: Path) -> None:
    """The person files of a world are rewritten in place."""
    with (world / "truth.csv").open(encoding="utf-8", newline="") as file:
        entity = {(row["source"], row["record_id"]): row["entity_id"] for row in csv.DictReader(file)}
    number = {name: place for place, name in enumerate(sorted(set(entity.values())))}
    for layout in PERSON_FILES:
        path = world / layout.name
        with path.open(encoding=layout.encoding, newline="") as file:
            reader = csv.DictReader(file, delimiter=layout.delimiter)
            columns = list(reader.fieldnames or ())
            rows = [_plain(row, layout, number[entity[layout.source, row[layout.key]]]) for row in reader]
        with path.open("w", encoding=layout.encoding, newline="", errors="replace") as file:
            writer = csv.DictWriter(file, columns, delimiter=layout.delimiter)
            writer.writeheader()
            writer.writerows(rows)


def _plain(row: dict[str, str], layout: PersonFile, number: int) -> dict[str, str]:
    given, surname = _word(number, "given"), _word(number, "surname")
    told = [given, surname, ""] if len(layout.names) > 1 else [f"{given} {surname}"]
    born = date(1950, 1, 1) + timedelta(days=number * 7919 % 18000)
    blank = {name: "" for name in row if name.casefold() in _PAPERS}
    changes = (
        blank | dict(zip(layout.names, told, strict=False)) | {layout.birth: born.strftime(_FORMS[layout.date_order])}
    )
    return row | changes


def _word(number: int, part: str) -> str:
    """A word that no other number has, and that shares few of them with any other."""
    state = number * 2654435761 + (0 if part == "given" else 1_000_003)
    syllables = []
    for _ in range(4):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        place = state >> 40
        syllables.append(_CONSONANTS[place % len(_CONSONANTS)] + _VOWELS[place // 64 % len(_VOWELS)])
    base = len(_CONSONANTS)
    tail = "".join(
        _CONSONANTS[number // base**power % base] + _VOWELS[(number // base**power) % 5] for power in range(4)
    )
    return "".join(syllables) + tail
