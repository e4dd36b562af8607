"""The words that addresses are read with, and the states that postal codes lie in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

_ORDINAL = re.compile(r"^(\d+)(?:ST|ND|RD|TH|RA|ERA|DA|TA|VA|MA|NA|RO|DO|TO|ER|ERE|EME|E)$")


@dataclass(frozen=True, slots=True)
class AddressWords:
    """Shipped words, all folded.

    Args:
        lists: word lists by name.
        tables: word to word tables by name.
        states: country to (first digits or letter of a postal code to state).
    """

    lists: Mapping[str, frozenset[str]]
    tables: Mapping[str, Mapping[str, str]]
    states: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls) -> AddressWords:
        """The shipped words."""
        text = (files("linkage.standardise") / "data" / "address_words.toml").read_text(encoding="utf-8")
        words = tomllib.loads(text)
        postal = words.pop("postal")
        return cls(
            lists={name: frozenset(value) for name, value in words.items() if isinstance(value, list)},
            tables={name: value for name, value in words.items() if isinstance(value, dict)},
            states={country: dict(_ranges(text)) for country, text in postal.items()},
        )

    def spell(self, word: str) -> str:
        """The word spelt out, an ordinal as its number."""
        found = self.tables["spelt_out"].get(word) or self.tables["ordinals"].get(word)
        if found is not None:
            return found
        ordinal = _ORDINAL.match(word) if word[0].isdigit() else None
        return word if ordinal is None else ordinal[1]

    def state_of(self, postal: str | None, country: str | None) -> str | None:
        """State or province that a postal code lies in, or None where the table does not know."""
        if postal is None or country is None or country not in self.states:
            return None
        width = {"US": 3, "MX": 2, "CA": 1}[country]
        return self.states[country].get(postal[:width])

    def city(self, folded: str) -> str | None:
        """A city's name in one spelling: abbreviations spelt out, "Ciudad" and "Heroica" in front dropped."""
        words = [self.tables["spelt_out"].get(word, word) for word in re.findall("[A-Z0-9]+", folded)]
        words = ["SAINT" if word == "ST" and place + 1 < len(words) else word for place, word in enumerate(words)]
        name = " ".join(words)
        name = self.tables["cities"].get(name, name)
        for title in ("HEROICA ", "H ", "CIUDAD "):
            name = name.removeprefix(title)
        return name or None


def _ranges(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for item in text.split():
        span, state = item.split(":")
        first, _, last = span.partition("-")
        if not last:
            pairs.append((first, state))
        else:
            pairs += [(f"{number:0{len(first)}d}", state) for number in range(int(first), int(last) + 1)]
    return pairs
