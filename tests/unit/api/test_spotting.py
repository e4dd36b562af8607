"""Texts are found as whole words, as one pattern of all of them would find them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.expunge.spotting import Spotted, replaced

pieces = st.sampled_from(("US", "us", "1", "/", " ", "-", "Ana", "María", "MARÍA", "ı", "I", "i", "İ", "ſ", "S", "12"))
phrases = st.lists(pieces, min_size=1, max_size=5).map("".join)


def plain(texts: set[str]) -> re.Pattern[str]:
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


@given(st.sets(phrases.filter(lambda text: any(map(str.isalnum, text))), min_size=1, max_size=6), phrases)
def test_each_place_is_found_that_one_pattern_of_all_texts_finds(texts: set[str], text: str) -> None:
    found = Spotted(texts).found(text)
    assert [place.span() for place in found] == [place.span() for place in plain(texts).finditer(text)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("US/1 and STORY-US/1", "* and STORY-US/1"),
        ("us/1-2, us/1", "us/1-2, *"),
        ("ANA MARÍA SOTO met María Soto", "ANA MARÍA SOTO met *"),
    ],
)
def test_what_is_part_of_a_longer_text_of_others_stays(text: str, left: str) -> None:
    spotted = Spotted(("US/1", "María Soto"), ("STORY-US/1", "US/1-2", "Ana María Soto"))
    assert replaced(text, ((place, "*") for place in spotted.found(text))) == left
    assert spotted.is_in(text)
    assert not spotted.is_in("STORY-US/1, us/1-2")


def test_marks_alone_are_found_nowhere() -> None:
    assert not Spotted(("------",)).is_in("a ------ b")
