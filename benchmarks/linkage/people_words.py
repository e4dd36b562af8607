"""Words the people generator draws from: names by their census counts, with a long invented tail, towns and mail hosts.

A census table stops at its two thousandth name; real files do not. The tail holds the rest of the mass by Zipf's law.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

TABLES = Path(__file__).resolve().parents[2] / "fixtures" / "world" / "data"
TOWNS, TOWN_EXPONENT = 400, 0.85
HOSTS = ("mail.example", "post.example", "letters.example", "inbox.example", "web.example")
HOST_SHARES = (0.45, 0.25, 0.15, 0.1, 0.05)
# Syllables, blanks between.
_START = "ba bre ca cho da dro el fa gre ha jo ka kli lo ma ne o pa qui ra sa ste ta tor u va wa wi ya zu"
_MIDDLE = "bel ber chi den der fin ga gel kin lan ler lo man mer mi nar no pel ri ro sen si ten to ver vi wen zel"
_END = "ak an ard baum by chuk da dez el er ey field gren i in ing ko lund mann ney o oglu ow quist rez s sen son ton y"
_GIVEN_END = "a an ana el elle en ia ick ie in ina io is lyn o on us"
_TOWN_END = ("burg", "dale", "field", "ford", "ham", "mont", "port", "ridge", "ton", "view", "ville", "wood")


@dataclass(frozen=True, slots=True)
class Words:
    """A weighted list; `chances` add up to 1."""

    words: npt.NDArray[np.object_]
    chances: npt.NDArray[np.float64]

    def draw(self, rng: np.random.Generator, size: int) -> npt.NDArray[np.int64]:
        """Positions in the list, by chance."""
        cumulative = np.cumsum(self.chances)
        places: npt.NDArray[np.int64] = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
        return places

    def concentrated(self, factor: float) -> Words:
        """The same list, common words so much commoner that two draws agree `factor` times as often."""
        aim = min(float((self.chances**2).sum()) * factor, 0.9)
        low, high = 1.0, 8.0
        for _ in range(50):
            middle = (low + high) / 2
            chances = self.chances**middle
            chances /= chances.sum()
            low, high = (middle, high) if float((chances**2).sum()) < aim else (low, middle)
        return Words(self.words, chances)


def surnames() -> Words:
    """Lower-case surnames; the invented tail holds two fifths."""
    census = _census("surnames_english.csv", "surnames_hispanic.csv")
    return _with_tail(census, _joined(_START, _MIDDLE, _END), 0.4)


def given_names() -> Words:
    """Lower-case given names; the invented tail holds a twentieth."""
    census = _census("given_english.csv", "given_hispanic.csv")
    return _with_tail(census, _joined(_START, _MIDDLE, _GIVEN_END), 0.05)


def towns() -> Words:
    """Invented towns by Zipf's law."""
    stems = _joined(_START, _MIDDLE)
    names = [stem + _TOWN_END[at % len(_TOWN_END)] for at, stem in enumerate(stems)]
    order = np.random.default_rng(1).permutation(len(names))[:TOWNS]
    chances = np.arange(1, TOWNS + 1, dtype=np.float64) ** -TOWN_EXPONENT
    return Words(np.array(names, dtype=object)[order], chances / chances.sum())


def _joined(*syllables: str) -> list[str]:
    return ["".join(parts) for parts in product(*(part.split() for part in syllables))]


def _census(*files: str) -> pl.DataFrame:
    frames = [pl.read_csv(TABLES / file, columns=["name", "count"]) for file in files]
    names = pl.concat(frames)
    plain = [unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower() for name in names["name"]]
    lowered = names.with_columns(pl.Series("name", plain))
    return lowered.group_by("name").agg(pl.col("count").sum()).sort("count", "name", descending=[True, False])


def _with_tail(census: pl.DataFrame, invented: list[str], share: float) -> Words:
    known = set(census["name"])
    tail = [word for word in dict.fromkeys(invented) if word not in known]
    order = np.random.default_rng(2).permutation(len(tail))
    rest = 1.0 / np.arange(len(census), len(census) + len(tail))
    counts = census["count"].to_numpy().astype(np.float64)
    chances = np.concatenate([counts / counts.sum() * (1 - share), rest / rest.sum() * share])
    return Words(np.concatenate([census["name"].to_numpy(), np.array(tail, dtype=object)[order]]), chances)
