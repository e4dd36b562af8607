"""What clerks, forms and time do to the fields of a person; every rate is assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KEYS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuioopsdfghjkllxcvbnmm", strict=True))


@dataclass(frozen=True, slots=True)
class Rates:
    """Chance of each fault on one record, in [0, 1]."""

    typo_given: float = 0.05
    typo_surname: float = 0.05
    other_given: float = 0.03  # a second given name in use
    initial: float = 0.015
    new_surname: float = 0.025  # marriage
    swapped_names: float = 0.01
    missing_given: float = 0.02
    missing_surname: float = 0.01
    swapped_day_month: float = 0.02
    wrong_digit: float = 0.04
    first_of_january: float = 0.01
    missing_birth: float = 0.05
    moved: float = 0.2
    typo_city: float = 0.02
    missing_city: float = 0.06
    new_phone: float = 0.2
    wrong_phone: float = 0.03
    missing_phone: float = 0.35
    new_email: float = 0.2
    typo_email: float = 0.02
    missing_email: float = 0.35


def hit(rng: np.random.Generator, size: int, chance: float) -> Mask:
    """Which records a fault meets."""
    return rng.random(size) < chance


def mistype(rng: np.random.Generator, texts: Texts, where: Mask) -> Texts:
    """One edit in each text that the mask names: a letter lost, doubled, swapped with the next or struck beside."""
    out = texts.copy()
    places = np.flatnonzero(where)
    draws = rng.random((len(places), 2))
    for place, (which, at) in zip(places, draws, strict=True):
        out[place] = _edit(str(texts[place]), which, at)
    return out


def _edit(text: str, which: float, at: float) -> str:
    if len(text) < 3:
        return text
    place = 1 + int(at * (len(text) - 1))
    letter = text[place]
    if which < 0.25:
        return text[:place] + text[place + 1 :]
    if which < 0.4:
        return text[:place] + letter + text[place:]
    if which < 0.65:
        return text[: place - 1] + letter + text[place - 1] + text[place + 1 :]
    struck = _KEYS.get(letter) or _LETTERS[int(which * 1e6) % 26]
    return text[:place] + struck + text[place + 1 :]


ISO_DIGITS = (2, 3, 3, 5, 6, 6, 8, 9, 9)
"""Places of an ISO date where clerks err, the last digits of its parts more often."""


def wrong_digit(rng: np.random.Generator, texts: Texts, where: Mask, places: Sequence[int] = ISO_DIGITS) -> Texts:
    """One digit replaced, at one of the places; a date may then be none of the calendar, as in real files."""
    out = texts.copy()
    for place in np.flatnonzero(where):
        text = str(texts[place])
        at = places[int(rng.integers(len(places)))]
        out[place] = f"{text[:at]}{(int(text[at]) + rng.integers(1, 10)) % 10}{text[at + 1 :]}"
    return out


def swapped_day_month(dates: Texts, where: Mask) -> Texts:
    """Day and month of an ISO date in each other's place, where the day can be a month."""
    out = dates.copy()
    for place in np.flatnonzero(where):
        year, month, day = str(dates[place]).split("-")
        if int(day) <= 12:
            out[place] = f"{year}-{day}-{month}"
    return out
