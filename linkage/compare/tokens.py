"""Distinct name tokens, their rarity, and how two tokens relate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from linkage.model import Model
from linkage.phonetics import fold

Ints = npt.NDArray[np.int32]

DIFFERENT, INITIAL, ALIKE, FUZZY, VARIANT, EQUAL = range(6)
JARO_WINKLER = 0.93
INITIAL_BITS = 3.0
"""Information of an agreeing initial, in bits; assumed (names.md gives three to four at most)."""
HEARD = 3
"""Letters that the sound of a nickname must have to be known by it."""
CUT = 3
"""Letters that a token must have to count as the beginning of a longer one."""
CONTAINED = 5
"""Letters that a token must have to count as a cut or joined form of a longer one."""


@dataclass(frozen=True)
class TokenTable:
    """All distinct tokens of the records at hand.

    Args:
        text: the tokens, sorted.
        sound: code of each token's phonetic fold.
        given_bits: information of agreeing on the token as a given name; `surname_bits` as a surname.
        nicknames: sorted codes (smaller token x number of tokens + larger) of pairs that stand for one name.
        bones: code of the consonants of each token's sound, 0 where there are fewer than two.
        bone_count: how many those are.
        length: letters of each token's sound.
        initials: bits of the letters that a token's nicknames begin with.
    """

    text: pl.Series
    sound: Ints
    given_bits: npt.NDArray[np.float32]
    surname_bits: npt.NDArray[np.float32]
    nicknames: npt.NDArray[np.int64]
    bones: Ints
    bone_count: Ints
    length: Ints
    initials: Ints

    def is_initial_of_nickname(self, x: npt.NDArray[np.int64], y: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether one token is a letter that a nickname of the other begins with (B for Robert)."""
        letter = _letter_bits(self.text)
        return np.asarray((letter[x] & self.initials[y] | letter[y] & self.initials[x]) > 0, dtype=np.bool_)

    def encode(self, lists: pl.Series, width: int) -> Ints:
        """Token codes of each list, padded with -1 to `width` columns."""
        rows = pl.DataFrame({"row": np.arange(len(lists)), "token": lists}).explode("token")
        rows = rows.with_columns(place=pl.int_range(pl.len()).over("row"))
        lookup = pl.DataFrame({"token": self.text, "code": np.arange(len(self.text), dtype=np.int32)})
        coded = rows.join(lookup, on="token", how="inner")
        out = np.full((len(lists), width), -1, dtype=np.int32)
        out[coded["row"].to_numpy(), coded["place"].to_numpy()] = coded["code"].to_numpy()
        return out


def token_table(given: pl.Series, surname: pl.Series, model: Model) -> TokenTable:
    """The table of all tokens in the lists; rarity by the model's name shares, never by the records at hand."""
    named = pl.concat([pl.DataFrame({"token": lists}).explode("token") for lists in (given, surname)])
    tokens = (
        named.filter(pl.col("token").is_not_null() & (pl.col("token") != ""))
        .unique()
        .sort("token")
        .join(model.names, on="token", how="left", maintain_order="left")
    )
    bits = tokens.select(
        given=_bits("given_share", model.floors.given), surname=_bits("surname_share", model.floors.surname)
    )
    # Two equal initials say no more than an initial and a name: one letter in a dozen.
    is_initial = tokens["token"].str.len_chars() == 1
    bits = bits.with_columns(
        pl.when(is_initial).then(pl.min_horizontal(name, pl.lit(INITIAL_BITS))).otherwise(name).alias(name)
        for name in ("given", "surname")
    )
    sounds = pl.Series([fold(token) for token in tokens["token"]], dtype=pl.String)
    return TokenTable(
        text=tokens["token"],
        # The last place answers for padding (-1): a sound of its own, no rarity.
        sound=np.append(sounds.rank("dense").cast(pl.Int32).to_numpy(), -1).astype(np.int32),
        bones=_codes(_consonants(sounds)),
        bone_count=np.append(_consonants(sounds).str.len_chars().to_numpy(), 0).astype(np.int32),
        length=np.append(sounds.str.len_chars().to_numpy(), 0).astype(np.int32),
        initials=_initials(tokens["token"], model),
        given_bits=np.append(bits["given"].to_numpy(), 0).astype(np.float32),
        surname_bits=np.append(bits["surname"].to_numpy(), 0).astype(np.float32),
        nicknames=nickname_codes(tokens["token"], model),
    )


def classify(tokens: TokenTable, a: Ints, b: Ints) -> npt.NDArray[np.int8]:
    """How each token of `a` relates to each of `b` (pairs x width x width): DIFFERENT to EQUAL; padding differs."""
    left = np.broadcast_to(a[:, :, None], (len(a), a.shape[1], b.shape[1]))
    right = np.broadcast_to(b[:, None, :], left.shape)
    there = (left >= 0) & (right >= 0)
    out = np.where(there & (left == right), np.int8(EQUAL), np.int8(DIFFERENT))
    open_ = np.flatnonzero(there.ravel() & (left != right).ravel())
    if len(open_) == 0:
        return out
    x, y = left.ravel()[open_], right.ravel()[open_]
    count = len(tokens.text)
    codes = np.minimum(x, y).astype(np.int64) * count + np.maximum(x, y)
    distinct, place = np.unique(codes, return_inverse=True)
    kinds = _relate(tokens, distinct // count, distinct % count, distinct)
    flat = out.ravel()
    flat[open_] = kinds[place]
    return flat.reshape(out.shape)


def _relate(
    tokens: TokenTable, x: npt.NDArray[np.int64], y: npt.NDArray[np.int64], codes: npt.NDArray[np.int64]
) -> npt.NDArray[np.int8]:
    kinds = np.zeros(len(codes), dtype=np.int8)
    text_x, text_y = tokens.text.gather(x), tokens.text.gather(y)
    length_x, length_y = text_x.str.len_chars().to_numpy(), text_y.str.len_chars().to_numpy()
    shorter, longer = np.minimum(length_x, length_y), np.maximum(length_x, length_y)
    same_first = (text_x.str.slice(0, 1) == text_y.str.slice(0, 1)).to_numpy()
    kinds[(shorter == 1) & (longer > 1) & (same_first | tokens.is_initial_of_nickname(x, y))] = INITIAL

    kinds[_is_cut(text_x, text_y) & (shorter >= CUT)] = ALIKE
    near = np.flatnonzero((shorter >= 3) & (longer - shorter <= 2))
    if len(near):
        near_x, near_y = text_x.gather(near).to_list(), text_y.gather(near).to_list()
        edits = cpdist(near_x, near_y, scorer=OSA.distance, score_cutoff=2, dtype=np.int32)
        jaro = cpdist(near_x, near_y, scorer=JaroWinkler.similarity, score_cutoff=JARO_WINKLER, dtype=np.float32)
        kinds[near[(edits <= 1) & (longer[near] < 5)]] = ALIKE
        # Edits allowed grow with length: none under five letters, one to eight, two above.
        allowed = np.where(longer[near] < 5, 0, np.where(longer[near] <= 8, 1, 2))
        kinds[near[(edits <= allowed) | ((jaro >= JARO_WINKLER) & (shorter[near] >= 5))]] = FUZZY
    one_frame = (tokens.bones[x] == tokens.bones[y]) & (np.abs(tokens.length[x] - tokens.length[y]) <= 2)
    kinds[one_frame & (tokens.bone_count[x] == 2) & (shorter >= 4) & (kinds == DIFFERENT)] = ALIKE
    kinds[one_frame & (tokens.bone_count[x] > 2)] = FUZZY
    cut = np.flatnonzero((shorter >= CONTAINED) & (longer - shorter >= 2) & (kinds < FUZZY))
    for i in cut[_contained(text_x.gather(cut), text_y.gather(cut))]:
        kinds[i] = FUZZY
    kinds[(tokens.sound[x] == tokens.sound[y]) & (shorter >= 3)] = VARIANT
    kinds[_other_sex(text_x, text_y)] = DIFFERENT
    if len(tokens.nicknames):
        spot = np.minimum(np.searchsorted(tokens.nicknames, codes), len(tokens.nicknames) - 1)
        kinds[tokens.nicknames[spot] == codes] = VARIANT
    return kinds


def _other_sex(x: pl.Series, y: pl.Series) -> npt.NDArray[np.bool_]:
    """Names that differ in a last o and a only: Francisco and Francisca are two people."""
    frame = pl.DataFrame({"x": x, "y": y}).with_columns(
        ends=pl.col("x").str.slice(-1) + pl.col("y").str.slice(-1),
        same_stem=pl.col("x").str.head(-1) == pl.col("y").str.head(-1),
    )
    return frame.select(pl.col("same_stem") & pl.col("ends").is_in(["OA", "AO"])).to_series().to_numpy()


def _contained(x: pl.Series, y: pl.Series) -> npt.NDArray[np.bool_]:
    frame = pl.DataFrame({"x": x, "y": y})
    found = frame.select(
        pl.col("x").str.starts_with(pl.col("y"))
        | pl.col("x").str.ends_with(pl.col("y"))
        | pl.col("y").str.starts_with(pl.col("x"))
        | pl.col("y").str.ends_with(pl.col("x"))
    )
    return found.to_series().to_numpy()


def _bits(share: str, floor: float) -> pl.Expr:
    information = -pl.col(share).log(2.0)
    return pl.when(pl.col(share).fill_null(0) > 0).then(pl.min_horizontal(information, pl.lit(floor))).otherwise(floor)


def _is_cut(x: pl.Series, y: pl.Series) -> npt.NDArray[np.bool_]:
    frame = pl.DataFrame({"x": x, "y": y})
    found = frame.select(pl.col("x").str.starts_with(pl.col("y")) | pl.col("y").str.starts_with(pl.col("x")))
    return found.to_series().to_numpy()


def _consonants(sounds: pl.Series) -> pl.Series:
    """The first letter and all further consonants of each sound."""
    return sounds.str.slice(0, 1) + sounds.str.slice(1).str.replace_all(r"[AEIOU]", "")


def _codes(texts: pl.Series) -> Ints:
    return np.append(texts.rank("dense").cast(pl.Int32).to_numpy(), 0).astype(np.int32)


def _letter_bits(text: pl.Series) -> Ints:
    letters = text.str.slice(0, 1).str.to_integer(base=36, strict=False).fill_null(0).to_numpy() - 10
    single = (text.str.len_chars() == 1).to_numpy() & (letters >= 0) & (letters < 26)
    return np.append(np.where(single, 1 << np.clip(letters, 0, 25), 0), 0).astype(np.int32)


def _initials(text: pl.Series, model: Model) -> Ints:
    letters = model.nickname_forms.letters
    bits = letters.with_columns(bit=pl.Series(_letter_bits(letters["letter"])[:-1], dtype=pl.Int32))
    found = pl.DataFrame({"formal": text}).join(
        bits.group_by("formal").agg(pl.col("bit").sum()), on="formal", how="left", maintain_order="left"
    )
    return np.append(found["bit"].fill_null(0).to_numpy(), 0).astype(np.int32)


def nickname_codes(text: pl.Series, model: Model) -> npt.NDArray[np.int64]:
    """Sorted codes (smaller token x number of tokens + larger) of the tokens that stand for one name."""
    lookup = pl.DataFrame({"token": text, "code": np.arange(len(text), dtype=np.int64)})
    # A variant is known by its sound, so that Peggie is Peggy.
    heard = lookup.with_columns(pl.Series("sound", [fold(token) for token in text], dtype=pl.String)).filter(
        pl.col("sound").str.len_chars() >= HEARD
    )
    forms = model.nickname_forms
    return np.unique(
        np.concatenate(
            [_code_pairs(forms.pairs, lookup, "token", len(text)), _code_pairs(forms.sounds, heard, "sound", len(text))]
        )
    )


def _code_pairs(pairs: pl.DataFrame, lookup: pl.DataFrame, column: str, count: int) -> npt.NDArray[np.int64]:
    known = lookup.select(column, "code")
    found = pairs.join(known, left_on="formal", right_on=column).join(
        known, left_on="variant", right_on=column, suffix="_r"
    )
    low = found.select(pl.min_horizontal("code", "code_r")).to_series().to_numpy()
    high = found.select(pl.max_horizontal("code", "code_r")).to_series().to_numpy()
    return np.asarray(low * count + high, dtype=np.int64)
