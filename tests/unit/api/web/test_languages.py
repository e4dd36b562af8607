"""The catalogues of the other languages: the texts of the English one, with the same places, and as plain."""

from __future__ import annotations

import re
import string

import pytest

from api.web.texts import LANGUAGES, load_catalogue, own_texts

OTHERS = sorted(set(LANGUAGES) - {"en"})
FORBIDDEN = {
    "es": (
        *("culpable", "limpio", "objetivo", "sospechoso", "sospechosos", "delincuente", "delincuentes", "criminal"),
        *("cómplice", "asociado", "asociados", "peligroso", "alto riesgo", "implicado", "riesgoso"),
    ),
    "fr": (
        *("coupable", "cible", "cibles", "suspect", "suspects", "délinquant", "criminel"),
        *("complice", "associé", "associés", "dangereux", "haut risque", "impliqué", "risqué"),
    ),
}
"""ui.md, sections 1 and 6, in each language: what is never said of a person."""
ALIKE = 0.12
"""Part of the texts that may read as in English, such as names of formats and words that both languages have."""


def forms_of(text: object) -> dict[str, str]:
    return {"": text} if isinstance(text, str) else dict(text)  # type: ignore[call-overload]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_every_english_text_is_there_and_nothing_else(language: str) -> None:
    english, own = own_texts("en"), own_texts(language)
    missing = sorted(set(english) - set(own))
    assert missing == [], f"to be translated in {language}.toml: {', '.join(missing)}"
    assert sorted(set(own) - set(english)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_has_the_places_and_the_forms_of_the_english_one(language: str) -> None:
    english = own_texts("en")
    for key, text in own_texts(language).items():
        forms, wanted = forms_of(text), forms_of(english[key])
        assert set(forms) == set(wanted), key
        for form, said in forms.items():
            assert places(said) == places(wanted[form]), f"{key} {form}: {said}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_is_plain_and_says_nothing_bad_of_a_person(language: str) -> None:
    for key, text in own_texts(language).items():
        for said in forms_of(text).values():
            assert said == said.strip(), key
            assert not set(said) & {"<", ">", "&", "\n", "’"}, f"{key}: {said}"
            found = [word for word in FORBIDDEN[language] if re.search(rf"\b{word}\b", said.lower())]
            assert found == [], f"{key}: {said}"


@pytest.mark.parametrize("language", OTHERS)
def test_sentences_end_and_ask_as_the_english_ones_do(language: str) -> None:
    english = own_texts("en")
    for key, text in own_texts(language).items():
        for form, said in forms_of(text).items():
            ends = [one[-1] if one[-1] in ".?:…" else "" for one in (said, forms_of(english[key])[form])]
            assert ends[0] == ends[1], f"{key}: {said}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_is_a_translation(language: str) -> None:
    english, own = own_texts("en"), own_texts(language)
    alike = [key for key in own if own[key] == english[key]]
    assert len(alike) < ALIKE * len(own), alike


def test_french_marks_stand_apart() -> None:
    """Before : ; ? and ! French has a space, which must not break (Le Ramat de la typographie)."""
    for key, text in own_texts("fr").items():
        for said in forms_of(text).values():
            assert not re.search(r"[^\s\u00a0\u202f][:;?!](?:\s|$)|\s(?<![\u00a0\u202f])[:;?!%](?:\W|$)", said), (
                f"{key}: {said}"
            )


def test_spanish_questions_open_with_their_mark() -> None:
    for key, text in own_texts("es").items():
        for said in forms_of(text).values():
            assert said.count("?") == said.count("¿"), f"{key}: {said}"


def test_what_is_missing_is_said_in_english() -> None:
    for language in OTHERS:
        assert set(load_catalogue(language).texts) >= set(own_texts("en"))
