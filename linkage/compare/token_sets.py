"""Texts as sets of tokens, whatever their order and column, by how much rarity the tokens in common carry.

Levels are listed in the model file, best first: each asks for `agreed` (bits of information in common, at least), and
with `whole` that not both sides hold tokens the other lacks. The last one, `else`, is reached in no other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from linkage.compare.column import Ints
from linkage.compare.kinds import Agreement, Kind, Levels
from linkage.compare.letters import TOLERANCE, Letters
from linkage.compare.rarity import FLOOR, information
from linkage.compare.tokens import nickname_codes
from linkage.compiled import is_compiled
from linkage.errors import ModelError
from linkage.model import GRAIN, Attribute, Model

WIDTH = 8
"""Tokens of one record that are looked at."""
INITIAL = 3 * GRAIN
"""Information of an agreeing initial: one letter in a dozen."""
SLICE = 20_000
"""Pairs compared at a time without the compiled loops, which bounds their memory."""


@dataclass(frozen=True)
class TokenSetComparator:
    """Token sets of every record.

    Args:
        tokens: token codes, one row a record, -1 padded.
        worth: information of each token, in 1/1024 bit.
        similar: Jaro-Winkler similarity from which two tokens are one, mistyped.
        levels: agreed information (1/1024 bit) and whether the sets must be whole, of each level but the last.
    """

    tokens: Ints
    text: pl.Series
    worth: Ints
    letters: Letters
    nicknames: npt.NDArray[np.int64]
    similar: float
    levels: tuple[tuple[int, bool], ...]

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> TokenSetComparator:
        """From all columns of the attribute together, and its options `frequency_floor` and `similar`.

        Raises:
            ModelError: a level says neither what must agree nor that it is the last.
        """
        attribute = attributes[0]
        text, tokens = token_codes(records, attribute.columns)
        bits = information(text, attribute.name, float(attribute.options[FLOOR]), model)
        return cls(
            tokens,
            text,
            np.round(bits * GRAIN).astype(np.int32),
            Letters.of(text),
            nickname_codes(text, model),
            float(attribute.options["similar"]) - TOLERANCE,
            _levels(attribute),
        )

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement]:
        """Level of each pair of token sets; a record without tokens is missing."""
        if not ((self.tokens[left, 0] >= 0) & (self.tokens[right, 0] >= 0)).any():
            return (Agreement(np.zeros(len(left), dtype=np.int8)),)
        agreed, lone = np.zeros(len(left), dtype=np.int32), np.zeros(len(left), dtype=np.int8)
        if is_compiled(len(left)):
            from linkage.compare import loops  # noqa: PLC0415 - numba takes most of a second to load

            letters = (self.letters.points, self.letters.offsets, self.letters.masks)
            loops.token_agreements(
                left, right, self.tokens, self.worth, *letters, self.nicknames, self.similar, agreed, lone
            )
        else:
            for at in range(0, len(left), SLICE):
                part = slice(at, at + SLICE)
                agreed[part], lone[part] = self._agreements(self.tokens[left[part]], self.tokens[right[part]])
        level: Levels = np.full(len(left), len(self.levels) + 1, dtype=np.int8)
        for code in range(len(self.levels), 0, -1):
            least, is_whole = self.levels[code - 1]
            level[(agreed >= least) & ((lone < 3) | (not is_whole))] = code
        level[(self.tokens[left, 0] < 0) | (self.tokens[right, 0] < 0)] = 0
        return (Agreement(level),)

    def _agreements(self, a: Ints, b: Ints) -> tuple[Ints, Levels]:
        left = np.broadcast_to(a[:, :, None], (len(a), WIDTH, WIDTH))
        right = np.broadcast_to(b[:, None, :], left.shape)
        there = (left >= 0) & (right >= 0)
        low, high = np.minimum(left, right)[there].astype(np.int64), np.maximum(left, right)[there]
        distinct, place = np.unique(low * len(self.worth) + high, return_inverse=True)
        value = np.zeros(left.shape, dtype=np.int32)
        value[there] = self._values(distinct // len(self.worth), distinct % len(self.worth))[place]
        forth, back = value.max(axis=2), value.max(axis=1)
        alone = ((forth == 0) & (a >= 0)).any(axis=1) + 2 * ((back == 0) & (b >= 0)).any(axis=1)
        return np.minimum(forth.sum(axis=1), back.sum(axis=1)).astype(np.int32), alone.astype(np.int8)

    def _values(self, x: npt.NDArray[np.int64], y: npt.NDArray[np.int64]) -> Ints:
        """Agreed information of distinct pairs of tokens, smaller code first."""
        least = np.minimum(self.worth[x], self.worth[y])
        value = np.where(x == y, least, 0)
        open_ = np.flatnonzero(x != y)
        text_x, text_y = self.text.gather(x[open_]), self.text.gather(y[open_])
        similarity = cpdist(text_x.to_list(), text_y.to_list(), scorer=JaroWinkler.similarity, dtype=np.float64)
        single = ((text_x.str.len_chars() == 1) | (text_y.str.len_chars() == 1)).to_numpy()
        same_first = (text_x.str.slice(0, 1) == text_y.str.slice(0, 1)).to_numpy()
        least = least[open_]
        found = np.where(similarity >= self.similar, least * 3 // 5, 0)
        found = np.where(single, np.where(same_first, np.minimum(least, INITIAL), 0), found)
        is_nickname = np.isin(x[open_] * len(self.worth) + y[open_], self.nicknames)
        value[open_] = np.where(is_nickname, least * 3 // 4, found)
        return value.astype(np.int32)


TOKEN_SET = Kind(TokenSetComparator.build, None)


def token_codes(records: pl.DataFrame, columns: Sequence[str]) -> tuple[pl.Series, Ints]:
    """Distinct tokens of the columns, sorted, and the codes of each record's (at most WIDTH, -1 padded)."""
    whole = pl.concat_str([pl.col(name) for name in columns], separator=" ", ignore_nulls=True)
    rows = (
        records.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), token=whole.str.split(" "))
        .explode("token")
        .filter(pl.col("token") != "")
        .unique(maintain_order=True)
        .with_columns(place=pl.int_range(pl.len(), dtype=pl.UInt32).over("row"))
        .filter(pl.col("place") < WIDTH)
    )
    text = rows["token"].unique().sort()
    lookup = pl.DataFrame({"token": text, "code": np.arange(len(text), dtype=np.int32)})
    coded = rows.join(lookup, on="token")
    tokens = np.full((len(records), WIDTH), -1, dtype=np.int32)
    tokens[coded["row"].to_numpy(), coded["place"].to_numpy()] = coded["code"].to_numpy()
    return text, tokens


def _levels(attribute: Attribute) -> tuple[tuple[int, bool], ...]:
    *rows, last = attribute.levels.items()
    for name, level in (*rows, last):
        if ("agreed" in level.when) == (name == last[0]) or not set(level.when) <= {"agreed", "whole", "else"}:
            raise ModelError(f"attribute {attribute.name}: level {name} needs `agreed`, the last one `else`")
    return tuple((round(level.when["agreed"] * GRAIN), bool(level.when.get("whole"))) for _, level in rows)
