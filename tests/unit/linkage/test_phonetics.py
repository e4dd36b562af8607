"""Tokens that sound alike fold alike; tokens that do not, do not."""

from __future__ import annotations

import pytest

from linkage.phonetics import fold, skeleton


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("VALDEZ", "BALDES"),
        ("HERNANDEZ", "HERNANDES"),
        ("XIMENA", "JIMENA"),
        ("YANEZ", "LLANEZ"),
        ("QUINONES", "KINONES"),
        ("AMANT", "AMAND"),
        ("MOONEY", "MOONIE"),
        ("GIMENEZ", "JIMENEZ"),
    ],
)
def test_spellings_of_one_sound_fold_alike(left: str, right: str) -> None:
    assert fold(left) == fold(right)
    assert skeleton(left) == skeleton(right)


@pytest.mark.parametrize(("left", "right"), [("GARCIA", "GRACIA"), ("MARISOL", "MARIBEL"), ("LOPEZ", "LARA")])
def test_different_sounds_stay_apart(left: str, right: str) -> None:
    assert fold(left) != fold(right)


def test_a_skeleton_is_short_and_keeps_the_first_letter() -> None:
    assert skeleton("URRUTICOECHEA")[0] == "U"
    assert len(skeleton("URRUTICOECHEA")) <= 5
