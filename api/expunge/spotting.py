"""Finds texts as whole words, in time that does not grow with how many are looked for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

_WORD = re.compile(r"\w+")
_SAME_LETTER = str.maketrans({"ı": "i", "\u0307": ""})
"""Letters that a search regardless of case takes for one another and folding leaves apart."""


class Spotted:
    """Finds any of the texts regardless of case, the longest first, where no letter or digit adjoins it.

    A court's order names one person and a retention rule thousands: one pattern of all their texts would be tried at
    each letter. So a text is looked for only where its longest word stands.

    Args:
        texts: what is looked for; one without a letter or digit is found nowhere.
        kept: longer texts that mean something else: what is looked for is not found within them.
    """

    def __init__(self, texts: Iterable[str], kept: Collection[str] = ()) -> None:
        self._kept = {text.casefold() for text in kept}
        self._by_word: dict[str, set[str]] = defaultdict(set)
        for text in {*texts, *kept}:
            if words := _words(text):
                self._by_word[max(words, key=len)].add(text)

    def may_be_in(self, text: str) -> bool:
        """Whether a word of the text is one of those that are looked for; without one nothing stands in it."""
        return not self._by_word.keys().isdisjoint(_words(text))

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """Each place where one stands, in order; none overlaps another."""
        among = {one for word in set(_words(text)) & self._by_word.keys() for one in self._by_word[word]}
        if among:
            yield from (place for place in _any_of(among).finditer(text) if place[0].casefold() not in self._kept)

    def is_in(self, text: str) -> bool:
        """Whether one stands in the text."""
        return any(True for _ in self.found(text))


def replaced(text: str, places: Iterable[tuple[re.Match[str], str]]) -> str:
    """The text with another in each place, in order."""
    parts, end = [], 0
    for place, instead in places:
        parts += [text[end : place.start()], instead]
        end = place.end()
    return "".join([*parts, text[end:]])


def _words(text: str) -> list[str]:
    return [word.casefold().translate(_SAME_LETTER) for word in _WORD.findall(text)]


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
