"""Cursors: what comes back is the place that was given, and nothing else is taken."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.paging import decode, encode
from linkage.errors import SettingsError

KINDS = (float, str, int)
KEYS = st.tuples(
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    st.integers(-(2**63), 2**63 - 1),
)


@given(KEYS)
def test_a_cursor_gives_back_the_key_to_the_last_digit(key: tuple[float, str, int]) -> None:
    assert decode("drivers", encode("drivers", key), KINDS) == key


def test_no_cursor_is_the_first_page() -> None:
    assert decode("drivers", None, KINDS) is None


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(SettingsError):
        decode("drivers", encode("reviews", (1.0, "a", 1)), KINDS)


@pytest.mark.parametrize(
    "told",
    [
        ["drivers", 1.0, "a", 1],
        ["drivers", {"f": "nan"}, "a", 1],
        ["drivers", {"f": "0x1p0"}, "a", True],
        ["drivers", {"f": "0x1p0"}, "a", 2**63],
        ["drivers", {"f": "0x1p0"}, "\ud800", 1],
        ["drivers", {"f": "0x1p0"}, "a"],
        ["drivers", {}, "a", 1],
        ["drivers"],
        {},
        [],
        None,
        3,
    ],
)
def test_what_no_page_gave_is_refused(told: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")
    with pytest.raises(SettingsError):
        decode("drivers", cursor, KINDS)


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        decode("drivers", text, KINDS)
