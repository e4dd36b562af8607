"""Name levels for the patterns of names across the three countries."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from linkage.compare.names import NameLevel, compare_names, encode_names
from linkage.model import Model

L = NameLevel


def _levels(
    persons: Callable[..., pl.DataFrame], model: Model, left: tuple[str, str], right: tuple[str, str], alt: str = ""
) -> tuple[NameLevel, NameLevel, float]:
    frame = persons(
        {"key": "A/1", "name_given": left[0] or None, "name_surname": left[1] or None},
        {
            "key": "B/1",
            "name_given": right[0] or None,
            "name_surname": right[1] or None,
            "name_alt": [alt] if alt else None,
        },
    )
    names = encode_names(frame, model)
    zero, one = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    found, back = compare_names(names, zero, one), compare_names(names, one, zero)
    assert (found.given, found.surname) == (back.given, back.surname), "comparing is symmetric"
    total = float(found.given_information[0] + found.surname_information[0])
    assert total == float(back.given_information[0] + back.surname_information[0])
    return NameLevel(int(found.given[0])), NameLevel(int(found.surname[0])), total


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (("ULISES", "QUINTANAR IBARRA"), ("ULISES", "QUINTANAR"), (L.EXACT, L.SUBSET)),
        (("AGAPITO", "VELARDE CANTORAL"), ("AGAPITO", "VELARDE MONTANO"), (L.EXACT, L.PARTIAL)),
        (("LEOBARDO", "QUIROGA ZAMBUDIO"), ("LEOBARDO", "ZAMBUDIO QUIROGA"), (L.EXACT, L.REORDERED)),
        (("NADIA", "LUEVANO"), ("NADIA", "LUEVANOPRADO"), (L.EXACT, L.FUZZY)),
        (("MARIO", "BALDEZ"), ("MARIO", "VALDEZ"), (L.EXACT, L.VARIANT)),
        (("GUILLERMO", "BANUELOS"), ("WILLIAM", "BANUELOS"), (L.VARIANT, L.EXACT)),
        (("FRANCISCO", "ELIZONDO"), ("PANCHO", "ELIZONDO"), (L.VARIANT, L.EXACT)),
        (("BOB", "SMYTHE"), ("ROB", "SMYTHE"), (L.VARIANT, L.EXACT)),
        (("U", "QUINTANAR"), ("ULISES", "QUINTANAR"), (L.INITIALS, L.EXACT)),
        (("R", "VELARDE"), ("AGAPITO", "VELARDE"), (L.CONFLICT, L.EXACT)),
        (("JUAN CARLOS", "OZUNA"), ("CARLOS", "OZUNA"), (L.SUBSET, L.EXACT)),
        (("LUIS FERNANDO", "OZUNA"), ("FERNANDO LUIS", "OZUNA"), (L.EXACT, L.EXACT)),
        (("JOSE REFUGIO", "ARRAMBIDE"), ("JOSE ULISES", "ARRAMBIDE"), (L.PARTIAL, L.EXACT)),
        (("GURPREET", "SINGH"), ("GURPREET", "KAUR"), (L.EXACT, L.CONFLICT)),
        (("MARISOL", "LUND"), ("MARIBEL", "LUND"), (L.CONFLICT, L.EXACT)),
        (("QUINTANAR", "ULISES"), ("ULISES", "QUINTANAR"), (L.EXACT, L.EXACT)),
        (("", "QUINTANAR"), ("ULISES", "QUINTANAR"), (L.MISSING, L.EXACT)),
        (("DARIO", "ROA"), ("DARIO", "REA"), (L.EXACT, L.SIMILAR)),
        (("LIUS", "OZUNA"), ("LUIS", "OZUNA"), (L.SIMILAR, L.EXACT)),
        (("LEE", "OZUNA"), ("LEA", "OZUNA"), (L.SIMILAR, L.EXACT)),
        (("RAF", "OZUNA"), ("RAFAEL", "OZUNA"), (L.SIMILAR, L.EXACT)),
        (("KEELEY", "OZUNA"), ("KAYLEE", "OZUNA"), (L.SIMILAR, L.EXACT)),
        (("DARLA", "OZUNA"), ("DARLENE", "OZUNA"), (L.CONFLICT, L.EXACT)),
        (("J", "OZUNA"), ("JUAN CARLOS", "OZUNA"), (L.SIMILAR, L.EXACT)),
        (("PEGGIE", "OZUNA"), ("MARGARET", "OZUNA"), (L.VARIANT, L.EXACT)),
        (("FYSL", "SDYQY"), ("FAISAL", "SIDDIQUI"), (L.FUZZY, L.FUZZY)),
    ],
)
def test_patterns_of_names_get_their_level(
    persons: Callable[..., pl.DataFrame],
    model: Model,
    left: tuple[str, str],
    right: tuple[str, str],
    expected: tuple[NameLevel, NameLevel],
) -> None:
    assert _levels(persons, model, left, right)[:2] == expected


def test_another_reading_of_a_name_counts_when_it_fits_better(
    persons: Callable[..., pl.DataFrame], model: Model
) -> None:
    given, surname, _ = _levels(
        persons, model, ("ULISES", "QUINTANAR IBARRA"), ("ULISES QUINTANAR", "IBARRA"), "ULISES|QUINTANAR IBARRA"
    )
    assert (given, surname) == (L.EXACT, L.EXACT)


def test_a_rare_name_carries_more_information_than_a_common_one(
    persons: Callable[..., pl.DataFrame], model: Model
) -> None:
    common = _levels(persons, model, ("JOSE", "GARCIA"), ("JOSE", "GARCIA"))[2]
    rare = _levels(persons, model, ("QUINTILIANO", "URRUTICOECHEA"), ("QUINTILIANO", "URRUTICOECHEA"))[2]
    assert rare > common + 10
    assert common > 8


def test_a_word_is_worth_the_same_whoever_else_is_there(persons: Callable[..., pl.DataFrame], model: Model) -> None:
    two = [
        {"key": "A/1", "entity_type": "organization", "name_surname": "ZEPHYR HAULAGE"},
        {"key": "B/1", "entity_type": "organization", "name_surname": "ZEPHYR HAULAGE"},
    ]
    zero, one = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    alone = compare_names(encode_names(persons(*two), model), zero, one)
    crowd = persons(*two, {"key": "C/1", "name_given": "ZEPHYR", "name_surname": "HAULAGE"})
    beside = compare_names(encode_names(crowd, model), zero, one)
    assert alone.surname_information[0] == beside.surname_information[0] == 2 * model.floors.organization
