"""Letters: made from codes alone, alike whenever they are made, whole in every language, silent on cleared grounds."""

from __future__ import annotations

import pytest

from eligibility.letters import NEWEST, Language, LetterOf, digest_of, letter, texts
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.states import ADVERSE, Outcome
from linkage.errors import SettingsError

OF = LetterOf("12-1", "2026-11-01", "revoke", ("CUSTOMS", "LICENCE"))


@pytest.mark.parametrize("language", Language)
def test_every_language_says_every_code_and_outcome(language: Language) -> None:
    words = texts(NEWEST)[language]
    assert set(words["reason"]) == set(load_eligibility_policy().reasons)
    assert set(words) == set(texts(NEWEST)["en"])
    assert {outcome.value for outcome in Outcome} <= set(words)
    assert all(str(text).strip() for text in words["reason"].values())
    assert len(set(words["reason"].values())) == len(words["reason"])


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("outcome", Outcome)
def test_what_a_letter_says(language: Language, outcome: Outcome) -> None:
    text = letter(LetterOf("12-1", "2026-11-01", outcome, ("CUSTOMS",)), language)
    words = texts(NEWEST)[language]
    assert "12-1" in text
    assert "2026-11-01" in text
    assert words[outcome] in text
    assert words["reason"]["CUSTOMS"] in text
    assert (words["appeal"] in text) == (outcome in ADVERSE)


# A letter that was sent must come out again as it was. This digest changes only with a new version of the texts.
@pytest.mark.parametrize(
    ("language", "digest"),
    [
        ("en", "7d6c343910473d9e363b6ff54c97784a605bab7d534689986bec4387a16db216"),
        ("es", "5446f956ee8dbef2ed9602c12a08e4e1da039542da073c64387eba79f4171e80"),
        ("fr", "67e36b408243f889c37b409a2c79adeb66f2d1b4f65fafc0afd1d4b1c4f5d16d"),
    ],
)
def test_version_1_stays_as_it_was_sent(language: str, digest: str) -> None:
    assert digest_of(letter(OF, Language(language), "1")) == digest


def test_a_cleared_review_tells_nothing_of_its_grounds() -> None:
    cleared = LetterOf("12-1", "2026-11-01", "revoke", ("LOW_RISK",), is_cleared=True)
    text = letter(cleared, Language.ENGLISH)
    assert texts(NEWEST)["en"]["reason"]["LOW_RISK"] not in text
    assert "another ground" in text


@pytest.mark.parametrize("version", ["0", "99", "../1", ""])
def test_no_such_version(version: str) -> None:
    with pytest.raises(SettingsError):
        letter(OF, Language.ENGLISH, version)
