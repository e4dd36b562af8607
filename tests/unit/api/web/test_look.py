"""How a browser's owner likes the pages: kept in a cookie, read from it whatever it holds."""

from __future__ import annotations

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from api.web.look import COOKIE, Look
from api.web.texts import LANGUAGES


def asked(cookie: str = "", languages: str = "") -> Look:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode()), (b"accept-language", languages.encode())]
    return Look.of_request(Request({"type": "http", "headers": headers}))


@given(
    theme=st.sampled_from(["", "light", "dark"]),
    density=st.sampled_from(["", "comfortable"]),
    keys=st.booleans(),
    chosen=st.sampled_from(["", *LANGUAGES]),
)
def test_what_is_kept_is_read_again(theme: str, density: str, keys: bool, chosen: str) -> None:
    look = Look(theme, density, keys, chosen)
    assert Look.of_cookie(look.cookie()) == look


@given(text=st.text())
def test_a_cookie_that_nobody_wrote_is_as_if_it_were_not_there(text: str) -> None:
    look = Look.of_cookie(text)
    assert Look.of_cookie(look.cookie()) == look


def test_a_form_changes_what_it_names_and_nothing_else() -> None:
    look = Look("dark", "comfortable", False, "es", "fr")
    assert look.changed("", "", "", "") == look
    assert look.changed("light", "", "", "") == Look("light", "comfortable", False, "es", "fr")
    assert look.changed("", "dense", "on", "") == Look("dark", "", True, "es", "fr")
    assert look.changed("", "", "", "fr") == Look("dark", "comfortable", False, "fr", "fr")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr-CA", "fr"),
        ("de,fr;q=0.5,en;q=0.4", "fr"),
        ("en;q=0.1,es;q=0.2", "es"),
        ("es;q=0", "en"),
        ("es;q=much, *", "en"),
        ("de-DE", "en"),
    ],
)
def test_the_browser_says_which_language_it_prefers(header: str, language: str) -> None:
    assert asked(languages=header).language == language


def test_a_language_that_was_chosen_goes_before_what_the_browser_prefers() -> None:
    assert asked("---es", "fr").language == "es"
    assert asked("---xx", "fr").language == "fr"
