"""Bridge to the recordlinkage toolkit: its candidates and comparisons into our training and back.

recordlinkage speaks pandas: candidate pairs are a `MultiIndex` of two record ids, comparisons a frame over it with one
column a feature, 1 for agreement, 0 for none, graded between, NaN for missing where it was told so
(`missing_value=numpy.nan`; by default it takes missing for disagreement). Ours are Polars frames of record keys,
`record_l < record_r`, and int8 levels of agreement.

Needs the extra `crosslane[recordlinkage]`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.errors import SchemaError
from linkage.schema import SCORED_PAIR, FrameSchema, Verdict
from linkage.training import Fit, Options, PairClass, Parameters, Patterns, first_guess, fit
from linkage.training.guard import Attribute

try:
    import pandas as pd
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "The recordlinkage bridge needs pandas: install crosslane[recordlinkage].", name="pandas"
    ) from error

Levels = npt.NDArray[np.int8]

CANDIDATE_PAIR = FrameSchema("candidate_pair", {"record_l": pl.String, "record_r": pl.String})
AGREEMENT = (1.0,)
"""Cuts of a feature that only says yes or no."""
GRADES = (1.0, 0.92, 0.8)
"""Cuts of a graded feature where none are given (assumed, for Jaro-Winkler)."""
FIRST_PRIOR = 0.1
"""Share of matches among candidates to start from, as recordlinkage's own classifier does."""


@dataclass(frozen=True)
class Trained:
    """What our EM found in a comparison frame.

    Args:
        cuts: feature to similarities, falling, at which its levels begin.
        attributes: names of features and levels, for the guard and for people.
    """

    cuts: Mapping[str, tuple[float, ...]]
    attributes: tuple[Attribute, ...]
    fit: Fit

    @property
    def parameters(self) -> Parameters:
        """m, u and the share of matches among the candidates."""
        return self.fit.parameters


def pairs_from_index(candidates: pd.MultiIndex, sources: tuple[str, str] | None = None) -> pl.DataFrame:
    """Candidate pairs as CANDIDATE_PAIR, each pair once, ordered.

    Args:
        candidates: two levels of record ids.
        sources: names of the two files where two were linked; a key is then `source/id`, since ids of two files may
            clash. None = ids are keys already.

    Raises:
        SchemaError: the index has not two levels, or pairs a record with itself.
    """
    left, right = _keys(candidates, sources)
    pairs = pl.DataFrame({"left": left, "right": right})
    if (pairs["left"] == pairs["right"]).any():
        raise SchemaError("recordlinkage", "index", "pairs of two records", "a record with itself")
    return (
        pairs.select(record_l=pl.min_horizontal("left", "right"), record_r=pl.max_horizontal("left", "right"))
        .unique()
        .sort("record_l", "record_r")
    )


def index_from_pairs(pairs: pl.DataFrame, sources: tuple[str, str] | None = None) -> pd.MultiIndex:
    """Pairs as recordlinkage's candidates, in the order of the frame.

    Args:
        pairs: `record_l`, `record_r` and any other column.
        sources: as in `pairs_from_index`; the first file's id then comes first, and pairs within a file are refused.

    Raises:
        SchemaError: a pair is not of the two sources.
    """
    left, right = pairs["record_l"].to_list(), pairs["record_r"].to_list()
    names = ["record_l", "record_r"]
    if sources is not None:
        first, second = (f"{source}/" for source in sources)
        sides = [(a, b) if a.startswith(first) else (b, a) for a, b in zip(left, right, strict=True)]
        if not all(a.startswith(first) and b.startswith(second) for a, b in sides):
            raise SchemaError("recordlinkage", "record_l", f"one record of {first} and one of {second}", "another pair")
        left, right = [a.removeprefix(first) for a, _ in sides], [b.removeprefix(second) for _, b in sides]
        names = list(sources)
    return pd.MultiIndex.from_arrays([left, right], names=names)


def frame_from_scored(scored_pairs: pl.DataFrame, sources: tuple[str, str] | None = None) -> pd.DataFrame:
    """Scored pairs (SCORED_PAIR) as a frame over recordlinkage's candidates: `match_weight`, `match_probability`."""
    columns = SCORED_PAIR.without("record_l", "record_r")
    data = {name: scored_pairs[name].to_numpy() for name in columns}
    return pd.DataFrame(data, index=index_from_pairs(scored_pairs, sources))


def features_from_levels(levels: Levels, attributes: Sequence[Attribute], candidates: pd.MultiIndex) -> pd.DataFrame:
    """Our levels as a comparison frame: 1 for the best level, 0 for the worst, even steps between, NaN for missing.

    Args:
        levels: int8, (pairs, attributes), in the order of `candidates`.
    """
    data = {}
    for place, attribute in enumerate(attributes):
        steps = max(len(attribute.levels) - 2, 1)
        column = 1.0 - (levels[:, place] - 1.0) / steps
        data[attribute.name] = np.where(levels[:, place] == 0, np.nan, column)
    return pd.DataFrame(data, index=candidates)


def cuts_of(features: pd.DataFrame, given: Mapping[str, Sequence[float]] | None = None) -> dict[str, tuple[float, ...]]:
    """The cuts of every feature: those given, else one for a feature of zeros and ones, else `GRADES`.

    Raises:
        SchemaError: a feature to cut is not there, or its cuts do not fall.
    """
    given = given or {}
    for name, cuts in given.items():
        if name not in features.columns:
            raise SchemaError("recordlinkage", name, "a feature", "no such column")
        if not cuts or any(a <= b for a, b in itertools.pairwise(cuts)):
            raise SchemaError("recordlinkage", name, "falling cuts", str(list(cuts)))
    return {
        str(name): tuple(given[name]) if name in given else (AGREEMENT if _is_binary(features[name]) else GRADES)
        for name in features.columns
    }


def levels_from_features(features: pd.DataFrame, cuts: Mapping[str, Sequence[float]]) -> Levels:
    """Levels of agreement, int8, (pairs, features): 0 missing, 1 from the first cut on, and so on down.

    Raises:
        SchemaError: a feature is missing.
    """
    absent = [name for name in cuts if name not in features.columns]
    if absent:
        raise SchemaError("recordlinkage", absent[0], "a feature", "no such column")
    columns = []
    for name, steps in cuts.items():
        similarity = features[name].to_numpy(dtype=np.float64, na_value=np.nan)
        below = (similarity[:, None] < np.asarray(steps)[None, :]).sum(axis=1)
        columns.append(np.where(np.isnan(similarity), 0, below + 1))
    return np.column_stack(columns).astype(np.int8)


def train(
    features: pd.DataFrame, cuts: Mapping[str, Sequence[float]] | None = None, options: Options | None = None
) -> Trained:
    """Our EM on a comparison frame; by default m, u and the share of matches are all estimated from the candidates.

    Whether to rely on it is for `linkage.training.guard` to say.
    """
    cut = cuts_of(features, cuts)
    attributes = tuple(Attribute(name, _level_names(steps)) for name, steps in cut.items())
    sizes = [len(attribute.levels) for attribute in attributes]
    patterns = Patterns.of(levels_from_features(features, cut), sizes)
    options = options or Options(estimated=frozenset({PairClass.MATCH, PairClass.RANDOM}))
    return Trained(cut, attributes, fit(patterns, first_guess(patterns, FIRST_PRIOR), options))


def score(features: pd.DataFrame, trained: Trained, sources: tuple[str, str] | None = None) -> pl.DataFrame:
    """The candidates as scored pairs (SCORED_PAIR), ordered; `sources` as in `pairs_from_index`."""
    left, right = _keys(features.index, sources)
    weight = _weights(features, trained)
    pairs = pl.DataFrame(
        {
            "left": left,
            "right": right,
            "match_weight": weight,
            "match_probability": 1.0 / (1.0 + np.exp2(-np.clip(weight, -60.0, 60.0))),
        }
    )
    sides = {"record_l": pl.min_horizontal("left", "right"), "record_r": pl.max_horizontal("left", "right")}
    return (
        SCORED_PAIR.conform(pairs.with_columns(**sides)).unique(["record_l", "record_r"]).sort("record_l", "record_r")
    )


def classify(features: pd.DataFrame, trained: Trained, same: float, possible: float) -> pd.Series:
    """Verdict of each candidate over the same index: `same`, `possible` or `different`.

    `features.index[verdicts == "same"]` is what recordlinkage's classifiers return as matches.

    Args:
        same: match weight in bits from which on two records are the same; `possible` from which on they may be.
    """
    weight = _weights(features, trained)
    found = np.select([weight >= same, weight >= possible], [Verdict.SAME, Verdict.POSSIBLE], Verdict.DIFFERENT)
    return pd.Series(found.astype(str), index=features.index, name="verdict")


def _weights(features: pd.DataFrame, trained: Trained) -> npt.NDArray[np.float64]:
    return trained.parameters.weight(levels_from_features(features, trained.cuts))


def _keys(candidates: pd.MultiIndex, sources: tuple[str, str] | None) -> tuple[list[str], list[str]]:
    if candidates.nlevels != 2:
        raise SchemaError("recordlinkage", "index", "two levels of record ids", f"{candidates.nlevels} levels")
    prefixes = ("", "") if sources is None else tuple(f"{source}/" for source in sources)
    left, right = (
        [f"{prefix}{identity}" for identity in candidates.get_level_values(side)]
        for side, prefix in enumerate(prefixes)
    )
    return left, right


def _is_binary(feature: pd.Series) -> bool:
    return bool(feature.dropna().isin([0, 1]).all())


def _level_names(cuts: Sequence[float]) -> tuple[str, ...]:
    return ("missing", *(f">={cut:g}" for cut in cuts), f"<{cuts[-1]:g}")
