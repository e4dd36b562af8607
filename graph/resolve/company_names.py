"""How alike two folded names of companies are, word by word: abbreviations, slips, words run together or left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA

from graph.resolve.groups import Ints
from linkage.standardise.organisations import OrganisationNames

MOST = 15.0
"""Bits that a name alone can say: firms share names, so that a name without surroundings joins nobody. Assumed."""

CROSSED = -40.0
"""Each name has a word that the other lacks: Transport and Logistics of one owner are two firms."""

LOST = -3.0
"""A word that one name leaves out."""

REWRITTEN = 0.75
"""Share of its bits that a name says when some word is written in another way."""

_RARITY = (1.0, 8.0)
_POPULATION = 1000
_TRADE_NAME = r"(?i)\b(?:D\W?B\W?A|A\W?K\W?A|F\W?K\W?A|O\W?A)\b"


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """What two names share.

    Args:
        shared: words that both have, in the shorter spelling.
        lost: how many words only one of them has.
        is_exact: every word stands in both as it is.
        is_crossed: each has a word that the other lacks.
    """

    shared: tuple[str, ...]
    lost: int
    is_exact: bool
    is_crossed: bool

    def bits(self, rare: Mapping[str, float]) -> float:
        """What the likeness says, by the rarity of the words; one that stands nowhere else is as rare as can be."""
        if self.is_crossed:
            return CROSSED
        known = sum(rare.get(word, _RARITY[1]) for word in self.shared)
        return min(MOST, known * (1.0 if self.is_exact else REWRITTEN)) + LOST * self.lost


def compare_names(a: str, b: str) -> NameLikeness:
    """Words of two folded names matched one to one, equal ones first, then those that stand for each other."""
    left, right = a.split(), b.split()
    if sorted(left) == sorted(right):
        return NameLikeness(tuple(left), 0, is_exact=True, is_crossed=False)
    left, right = _run_together(left, right), _run_together(right, left)
    shared = []
    for word in list(left):
        if word in right:
            left.remove(word)
            right.remove(word)
            shared.append(word)
    for word in list(left):
        other = next((other for other in right if stands_for(word, other)), None)
        if other is not None:
            left.remove(word)
            right.remove(other)
            shared.append(max(word, other, key=len))
    return NameLikeness(tuple(shared), len(left) + len(right), is_exact=False, is_crossed=bool(left and right))


def _run_together(words: list[str], other: list[str]) -> list[str]:
    """The words, two neighbours as one where the other name has them so."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] + word in other:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


@cache
def stands_for(a: str, b: str) -> bool:
    """Whether one word is the other cut short, with letters left out, or with a slip.

    A word with letters left out keeps the first one and the order, and at least a third of the letters.
    """
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if short[0] != long[0]:
        return len(short) >= 5 and OSA.distance(short, long) == 1
    if len(short) >= 2 and long.startswith(short):
        return True
    if len(short) >= 4 and OSA.distance(short, long) <= (1 if len(short) < 8 else 2):
        return True
    letters = iter(long)
    return len(short) >= 3 and 3 * len(short) >= len(long) and all(letter in letters for letter in short)


def rarity(names: pl.Series) -> dict[str, float]:
    """Bits of each word: log2 of how many different names there are to one that has it, within bounds.

    A few names at hand are taken for a part of a thousand, so that a small file is read as a large one.
    """
    distinct = names.drop_nulls().unique().alias("word")
    words = distinct.str.split(" ").list.unique().to_frame().explode("word", empty_as_null=True, keep_nulls=True)
    counts = words.group_by("word").len()
    bits = (pl.lit(float(max(len(distinct), _POPULATION))) / pl.col("len")).log(2.0).clip(*_RARITY)
    return dict(counts.select("word", bits).iter_rows())


def spellings(received: pl.Series, keys: pl.Series) -> pl.Series:
    """Other names that a name as received gives, such as the one it trades under; folded, null for none."""
    found: list[list[str] | None] = [None] * len(received)
    reader = OrganisationNames.load()
    for row in received.str.contains(_TRADE_NAME).fill_null(value=False).arg_true():
        text, key = received[int(row)], keys[int(row)]
        found[int(row)] = [name for name in reader.read(text)[:2] if name != key] or None
    return pl.Series("others", found, dtype=pl.List(pl.String))


def weigh_names(names: tuple[pl.Series, pl.Series], left: Ints, right: Ints, rare: Mapping[str, float]) -> np.ndarray:
    """Bits of the names of each pair of rows, of the best reading of each; without a name on both sides no link.

    Args:
        names: folded names, and other names of the same rows.
        rare: bits of each word, as `rarity` gives them.
    """
    keys, others = names
    codes = keys.fill_null("").to_physical()
    known: dict[tuple[str, str], float] = {}

    def weigh(a: str, b: str) -> float:
        bits = known.get((a, b))
        if bits is None:
            bits = known[a, b] = compare_names(a, b).bits(rare) if a and b else CROSSED
        return bits

    found = np.fromiter(
        (weigh(a, b) for a, b in zip(codes.gather(left), codes.gather(right), strict=True)), np.float64, len(left)
    )
    has_more = (others[left].is_not_null() | others[right].is_not_null()).to_numpy()
    for row in np.flatnonzero(has_more & (found < MOST)):
        a, b = int(left[row]), int(right[row])
        readings = [[keys[place] or "", *(others[place] if others[place] is not None else [])] for place in (a, b)]
        found[row] = max(weigh(x, y) for x in readings[0] for y in readings[1])
    return found
