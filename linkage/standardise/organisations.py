"""Names of carriers and other organisations: folded words without legal forms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from linkage.standardise.fold import repair, to_ascii

_ASIDE = re.compile(r"\(([^)]*)\)")
_JOINED = re.compile(r"[.'`´’]")
_CUT_NAMES = re.compile(r"\b(D)\s*/\s*(B)\s*/\s*(A)\b|\b(O)\s*/\s*(A)\b")
_WORD = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class OrganisationNames:
    """Reads names of organisations with the shipped words.

    Args:
        legal_forms: forms as word sequences, longest first.
        dropped: words that carry nothing.
        also_called: marks in front of a trade name.
        spelt_out: abbreviation to word.
    """

    legal_forms: tuple[tuple[str, ...], ...]
    dropped: frozenset[str]
    also_called: frozenset[str]
    spelt_out: Mapping[str, str]

    @classmethod
    def load(cls) -> OrganisationNames:
        """The shipped words."""
        text = (files("linkage.standardise") / "data" / "organisation_words.toml").read_text(encoding="utf-8")
        lists = tomllib.loads(text)
        forms = sorted((tuple(form.split()) for form in lists["legal_forms"]), key=len, reverse=True)
        return cls(tuple(forms), frozenset(lists["dropped"]), frozenset(lists["also_called"]), lists["spelt_out"])

    def read(self, text: str) -> tuple[str, ...]:
        """The name, then its trade name and the form with what stood in brackets; folded words, space between."""
        folded = _JOINED.sub("", to_ascii(repair(text))).upper().replace("&", " AND ")
        folded = _CUT_NAMES.sub(lambda found: "".join(filter(None, found.groups())), folded)
        main = self._key(_ASIDE.sub(" ", folded))
        readings = [name for part in self._split(_ASIDE.sub(" ", folded)) if (name := self._key(part))]
        whole = self._key(folded)
        first = readings or ([main] if main else [])
        return tuple(dict.fromkeys([*first, *([whole] if whole and len(readings) < 2 else [])]))

    def _split(self, folded: str) -> list[str]:
        words = folded.split()
        for place, word in enumerate(words):
            if word.strip(",;:") in self.also_called and 0 < place < len(words) - 1:
                return [" ".join(words[:place]), " ".join(words[place + 1 :])]
        return [folded]

    def _key(self, folded: str) -> str:
        words = _run_together(_WORD.findall(folded))
        kept = self._without_forms(words)
        plain = [word for word in kept if word not in self.dropped] or [
            word for word in words if word not in self.dropped
        ]
        return " ".join(self.spelt_out.get(word, word) for word in plain or words)

    def _without_forms(self, words: list[str]) -> list[str]:
        shorter = True
        while shorter and len(words) > 1:
            shorter = False
            for form in self.legal_forms:
                if len(form) < len(words) and tuple(words[-len(form) :]) == form:
                    words, shorter = words[: -len(form)], True
                    break
        return words


def _run_together(words: list[str]) -> list[str]:
    """Single letters in a row as one word: "J B Hunt" is "JB HUNT", "S A de C V" is "SA DE CV"."""
    joined: list[str] = []
    last_single = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and last_single:
            joined[-1] += word
        else:
            joined.append(word)
        last_single = single
    return joined
