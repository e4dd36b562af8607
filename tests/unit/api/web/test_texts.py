"""Texts with places: filled, in the right plural form, and safe whatever fills them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from api.web.marks import day
from api.web.texts import Catalogue, load_catalogue

TEXTS = Catalogue("en", {"a": "{name} saw {count} things", "n": {"one": "{count} thing", "other": "{count} things"}})


@given(name=st.text())
def test_a_value_is_escaped_and_set_apart_and_opens_no_place_of_its_own(name: str) -> None:
    shown = TEXTS("a", name=name, count=3)
    assert isinstance(shown, Markup)
    assert shown == Markup("<bdi>{}</bdi> saw 3 things").format(name)


def test_a_value_that_looks_like_a_place_stays_as_it_is() -> None:
    assert TEXTS("a", name="{count.__class__} {0}", count=1) == "<bdi>{count.__class__} {0}</bdi> saw 1 things"


def test_plural_forms_follow_the_count() -> None:
    told = [str(TEXTS("n", count=count)) for count in (0, 1, 2, 1_234)]
    assert told == ["0 things", "1 thing", "2 things", "1,234 things"]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("1,234,567", "1,234.5", "0.289", "27")),
        ("es", ("1,234,567", "1,234.5", "0.289", "27")),  # as Mexico writes them
        ("fr", ("1\xa0234\xa0567", "1\xa0234,5", "0,289", "27")),  # as Canada does
    ],
)
def test_numbers_are_written_as_the_language_does(language: str, told: tuple[str, ...]) -> None:
    t = Catalogue(language, {"n": {"one": "{count}", "other": "{count}"}})
    assert (t.number(1_234_567), t.number(1_234.5), t.number(0.28949, 3), t.number(26.6, 0)) == told
    assert t("n", count=1_234_567) == told[0]


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "3 Apr 2026 (8 months ago)"), ("es", "3 abr 2026 (hace 8 meses)"), ("fr", "3 avr. 2026 (il y a 8 mois)")],
)
def test_days_are_written_as_the_language_does(language: str, told: str) -> None:
    shown = day("2026-04-03", Catalogue(language, {}).locale, date(2026, 11, 26))
    assert shown.striptags() == told


def test_a_text_or_a_value_that_is_missing_is_an_error_and_no_blank() -> None:
    with pytest.raises(KeyError):
        TEXTS("b")
    with pytest.raises(KeyError):
        TEXTS("a", name="x")
    assert not TEXTS.has("b")


def test_every_text_of_the_catalogue_can_be_filled() -> None:
    import string

    t = load_catalogue()
    for key, text in t.texts.items():
        forms = [text] if isinstance(text, str) else list(text.values())
        places = {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}
        for count in (1, 2):
            shown = t(key, **{**dict.fromkeys(places, "value"), "count": count})
            assert "{" not in shown, key
