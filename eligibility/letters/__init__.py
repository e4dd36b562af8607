"""Letters to a member: put together from an outcome and its reason codes alone, so that they can be made again."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any

from linkage.errors import SettingsError

NEWEST = "1"
"""Version of the texts that new letters use; older ones stay beside it."""

CLEARED_CODE = "OTHER_GROUND"
"""What a letter says in place of the reasons of a review that only cleared reviewers may see."""


class Language(StrEnum):
    """Languages that letters are written in."""

    ENGLISH = "en"
    SPANISH = "es"
    FRENCH = "fr"


@dataclass(frozen=True, slots=True)
class LetterOf:
    """What a letter is about; nothing else is in it.

    Args:
        case: number of the review and its round, such as 12-1.
        date: ISO day of the decision.
        outcome: as it was decided.
        codes: reason codes, in the order in which they are told.
        is_cleared: the review is for cleared reviewers, and the letter says nothing of its grounds.
    """

    case: str
    date: str
    outcome: str
    codes: Sequence[str]
    is_cleared: bool = False


def letter(of: LetterOf, language: Language, version: str = NEWEST) -> str:
    """The letter, the same to the last byte whenever it is made again with the same version.

    Raises:
        SettingsError: there is no such version of the texts.
    """
    words = texts(version)[language.value]
    codes = [CLEARED_CODE] if of.is_cleared else list(of.codes)
    reasons = [f"  - {words['reason'][code]}" for code in codes]
    is_adverse = of.outcome in ("conditions", "suspend", "revoke")
    paragraphs = [
        words["heading"],
        words["case"].format(case=of.case, date=of.date),
        words["greeting"],
        words[of.outcome],
        "\n".join([words["because"], *reasons]),
        words["people"],
        *([words["appeal"]] if is_adverse else []),
        words["inspect"],
    ]
    return "\n\n".join(paragraphs) + "\n"


def digest_of(text: str) -> str:
    """SHA-256 of a letter."""
    return hashlib.sha256(text.encode()).hexdigest()


def texts(version: str) -> dict[str, Any]:
    """The texts of a version, by language.

    Raises:
        SettingsError: there is no such version.
    """
    entry = resources.files("eligibility.letters") / f"{version}.toml"
    if not version.isdigit() or not entry.is_file():
        raise SettingsError(f"letters: there is no version {version} of the texts")
    return tomllib.loads(entry.read_text("utf-8"))
