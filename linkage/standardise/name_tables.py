"""The words that names are read with: particles, titles, suffixes, abbreviations, and how often a token is which."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

RARE = 1e-5
"""Share given to a token that its list does not hold; about half that of the rarest listed one."""
INITIAL = 2.5
"""Log-odds (natural) that a single letter stands for a given name rather than a surname; assumed."""


@dataclass(frozen=True, slots=True)
class NameTables:
    """Shipped words, all folded.

    Args:
        words: word lists by name.
        pairs: word to word tables by name.
        odds: token to the natural log of (share as a given name / share as a surname).
        shares: token to its share as a given name and as a surname together.
        surnames: tokens that the surname lists hold.
    """

    words: Mapping[str, frozenset[str]]
    pairs: Mapping[str, Mapping[str, str]]
    odds: Mapping[str, float]
    shares: Mapping[str, float]
    surnames: frozenset[str]

    @classmethod
    @cache
    def load(cls) -> NameTables:
        """The shipped tables.

        Source of the shares: US Census Bureau 2020 surname and given-name files (public domain), people of Hispanic
        and of other origin weighing equally. Names of groups that drive far more often than those files show are
        added with assumed shares: French Canadians 6 % of the drivers (surnames after the Institut de la statistique
        du Québec, 2006), Sikhs and other South Asians 5 %, Slavs 2 %, Arabs and Somalis 1.5 %, Mennonites 1 %,
        Vietnamese and Filipinos 1 %; within a group a name's share falls with its rank.
        """
        lists = tomllib.loads((files("linkage.standardise") / "data" / "name_words.toml").read_text(encoding="utf-8"))
        shares = (files("linkage") / "data" / "name_frequency.csv").read_text(encoding="utf-8")
        odds: dict[str, float] = {}
        both: dict[str, float] = {}
        surnames: set[str] = set()
        for row in csv.DictReader(shares.splitlines()):
            given, surname = float(row["given_share"]), float(row["surname_share"])
            odds[row["token"]] = math.log((given + RARE) / (surname + RARE))
            both[row["token"]] = given + surname
            if surname > RARE:
                surnames.add(row["token"])
        for token in lists["either"]:
            odds[token] = 0.0
        return cls(
            words={name: frozenset(value) for name, value in lists.items() if isinstance(value, list)},
            pairs={name: value for name, value in lists.items() if isinstance(value, dict)},
            odds=odds,
            shares=both,
            surnames=frozenset(surnames),
        )

    def given_odds(self, token: str) -> float:
        """Natural log of the odds that a token is a given name rather than a surname; 0 where nothing is known."""
        return INITIAL if len(token) == 1 else self.odds.get(token, 0.0)

    def parts_of(self, token: str) -> tuple[str, str] | None:
        """The two surnames that an unknown long token is made of, or None."""
        if len(token) < 9 or token in self.odds:
            return None
        splits = (
            (token[:cut], token[cut:])
            for cut in range(4, len(token) - 3)
            if token[:cut] in self.surnames and token[cut:] in self.surnames
        )
        return next(splits, None)
