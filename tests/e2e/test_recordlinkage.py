"""The drivers of the demo through recordlinkage's candidates and comparisons, and our training and clustering."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import recordlinkage

from api.intake import intake
from fixtures.world.layout import loads
from linkage import cluster
from linkage.evaluate import evaluate
from linkage.interop.recordlinkage import (
    Trained,
    classify,
    cuts_of,
    index_from_pairs,
    levels_from_features,
    score,
    train,
)
from linkage.schema import Kind
from linkage.sources import ReadOptions, load_manifest
from linkage.training import Options, PairClass, Patterns, Sample, first_guess, table_of
from linkage.training.guard import Limits, Rule, findings
from linkage.training.learn import Evidence, learn
from linkage.training.u import equal_pairs, random_pairs

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SAME = 4.2
SHARING = 15
RULES = {  # blocking rule -> features that it makes agree
    "licence": ["licence"],
    "phone": ["phone", "address_key"],
    "surname_year": ["surname", "birth_date"],
    "given_date": ["given", "birth_date"],
}
CUTS = {"given": (1.0, 0.92, 0.8), "surname": (1.0, 0.92, 0.8), "birth_date": (1.0, 0.89)}
EXACT = ("curp", "fast_id", "licence", "phone", "address_key", "sex")
FAMILY = {
    "given": [0.1, 0.03, 0.07, 0.8],
    "surname": [0.8, 0.05, 0.02, 0.13],
    "birth_date": [0.02, 0.05, 0.93],
    "phone": [0.7, 0.3],
    "address_key": [0.7, 0.3],
    "sex": [0.6, 0.4],
}
"""What two people of one house are assumed to share, identifiers hardly ever; too few families to learn it here."""


@dataclass(frozen=True)
class Drivers:
    """All person records of the demo as recordlinkage wants them, and how it compares them.

    Args:
        compare: graded similarities, missing values as missing.
        binary: yes or no, missing as no: what its classifier can take.
    """

    frame: pd.DataFrame
    compare: recordlinkage.Compare
    binary: recordlinkage.Compare

    def candidates(self, *rules: str) -> pd.MultiIndex:
        index = recordlinkage.Index()
        for rule in rules:
            index.block(rule)
        return index.index(self.frame)

    def features(self, candidates: pd.MultiIndex) -> pd.DataFrame:
        return self.compare.compute(candidates, self.frame)


@pytest.fixture(scope="module")
def drivers() -> Drivers:
    files = [*loads(FIXTURES / "world" / "small")]
    files += [(FIXTURES / "story" / f"{name}_drivers.csv", "drivers") for name in ("us", "mx", "yard")]
    facts = []
    for number, (path, source) in enumerate(files):
        manifest = load_manifest(source)
        if Kind.PERSON in manifest.kinds:
            facts.append(intake(path, manifest, ReadOptions(), (number, date(2026, 6, 1))).facts[Kind.PERSON])
    people = pl.concat(facts).unique("key", keep="last").filter(pl.col("entity_type") == "person").sort("key")
    # A phone or home of many says nothing about one of them; recordlinkage has no such limit, so they go before.
    people = people.with_columns(
        pl.when(pl.len().over(name) <= SHARING).then(name).alias(name) for name in ("phone", "address_key")
    )
    columns = people.select(
        *("birth_date", *EXACT),
        given=pl.col("name_given"),
        surname=pl.col("name_surname").str.split(" ").list.first(),
        surname_year=pl.col("name_surname").str.split(" ").list.first() + pl.col("birth_date").str.slice(0, 4),
        given_date=pl.col("name_given").str.split(" ").list.first() + pl.col("birth_date"),
    )
    data = {name: pd.Series(columns[name].to_list(), dtype=object) for name in columns.columns}
    frame = pd.DataFrame(data).set_axis(people["key"].to_list())
    return Drivers(frame, _compare(threshold=None, missing=np.nan), _compare(threshold=0.85, missing=0.0))


def _compare(threshold: float | None, missing: float) -> recordlinkage.Compare:
    compare = recordlinkage.Compare()
    for name, method in (("given", "jarowinkler"), ("surname", "jarowinkler"), ("birth_date", "damerau_levenshtein")):
        compare.string(name, name, method, threshold, missing_value=missing, label=name)
    for name in EXACT:
        compare.exact(name, name, missing_value=missing, label=name)
    return compare


@pytest.fixture(scope="module")
def features(drivers: Drivers) -> pd.DataFrame:
    return drivers.features(drivers.candidates(*RULES, "curp", "fast_id"))


@pytest.fixture(scope="module")
def trained(drivers: Drivers, features: pd.DataFrame) -> Trained:
    """Our m, u and household from recordlinkage's comparisons, without a label."""
    cuts = cuts_of(features, CUTS)
    names = list(cuts)

    def patterns(index: pd.MultiIndex, compared: pd.DataFrame | None = None) -> Patterns:
        levels = levels_from_features(drivers.features(index) if compared is None else compared, cuts)
        return Patterns.of(levels, [len(steps) + 2 for steps in cuts.values()])

    records = drivers.frame.index
    left, right = random_pairs(len(records), 100_000, seed=1)
    evidence = Evidence(
        samples=[
            Sample(patterns(drivers.candidates(rule)).without([names.index(name) for name in blocked]))
            for rule, blocked in RULES.items()
        ],
        candidates=patterns(features.index, features),
        random=patterns(pd.MultiIndex.from_arrays([records[left], records[right]])),
        equal=[equal_pairs(pd.factorize(drivers.frame[name])[0]) for name in names],
        pairs=len(records) * (len(records) - 1) / 2,
    )
    family = tuple(table_of(FAMILY.get(name, [0.001, 0.999])) for name in names)
    start = replace(first_guess(evidence.random, 0.2), household=family, household_share=0.2)
    learned = learn(evidence, start, Options(frozenset({PairClass.MATCH}), smoothing=0.5))
    assert learned.settled
    return Trained(cuts, train(features, CUTS).attributes, replace(learned.fit, parameters=learned.parameters))


@pytest.fixture(scope="module")
def identities(drivers: Drivers, features: pd.DataFrame, trained: Trained) -> pl.DataFrame:
    """Identity of each record: average linkage inside components of strong pairs, all pairs of a component scored."""
    keys = drivers.frame.index.to_list()
    place = {key: number for number, key in enumerate(keys)}
    strong = score(features, trained).filter(pl.col("match_weight") >= SAME)
    ends = [np.array([place[key] for key in strong[side]], dtype=np.int32) for side in ("record_l", "record_r")]
    labels = cluster.components(len(keys), *ends)
    groups = pl.DataFrame({"key": keys, "label": labels}).group_by("label").agg("key")["key"].to_list()
    pairs = [pair for group in groups for pair in itertools.combinations(sorted(group), 2)]
    within = pl.DataFrame(pairs, schema=["record_l", "record_r"], orient="row")
    scored = score(drivers.features(index_from_pairs(within)), trained)
    weight = {(a, b): bits for a, b, bits, _ in scored.iter_rows()}
    rows = []
    for group in map(sorted, groups):
        matrix = np.zeros((len(group), len(group)))
        for (i, a), (j, b) in itertools.combinations(enumerate(group), 2):
            matrix[i, j] = matrix[j, i] = weight[a, b]
        for part in cluster.partition(matrix, cluster.ClusterRules(cut=SAME, clip=15.0, margin=3.0, apart=-SAME)):
            rows += [(group[i], group[part[0]]) for i in part]
    return pl.DataFrame(rows, schema=["key", "identity_id"], orient="row")


def _truth() -> pl.DataFrame:
    truth = pl.read_csv(FIXTURES / "world" / "small" / "truth.csv", infer_schema=False)
    return truth.select(pl.concat_str("source", "record_id", separator="/").alias("key"), "entity_id")


def test_the_world_is_resolved(identities: pl.DataFrame, trained: Trained) -> None:
    assert findings(trained.fit, trained.attributes, Limits(largest_prior=1.0)) == []
    found = evaluate(_truth(), identities)
    assert found.pairs.precision > 0.985
    assert found.pairs.f1 > 0.945
    assert found.b_cubed.f1 > 0.965


def test_the_story_comes_out(identities: pl.DataFrame) -> None:
    identity = dict(identities.iter_rows())
    assert identity["STORY-US/U-1001"] == identity["STORY-MX/M-77"]
    assert identity["STORY-US/U-2001"] != identity["STORY-US/U-2002"], "father and son of one name in one house"
    assert identity["STORY-US/U-2002"] == identity["STORY-US/U-2003"]
    yard = [identity[key] for key in identity if key.startswith("STORY-YARD")]
    # Two pairs of them share a given name and a full birth date; phone and address of the yard add nobody to that.
    assert len(set(yard)) >= len(yard) - 2


def test_training_on_the_candidates_alone_is_refused(features: pd.DataFrame) -> None:
    """As recordlinkage's own classifier does it: blocking on a surname makes its agreement speak against a match."""
    found = train(features, CUTS)
    assert (Rule.AGAINST, "surname") in {(f.rule, f.attribute) for f in findings(found.fit, found.attributes)}


def test_their_classifier_through_the_same_candidates(
    drivers: Drivers, features: pd.DataFrame, trained: Trained
) -> None:
    """Each decides at a probability of one half; most identifiers are missing, which theirs takes for disagreement."""
    entity = dict(_truth().iter_rows())
    known = np.array([a in entity and b in entity for a, b in features.index])
    is_match = np.array(
        [known_ and entity[a] == entity[b] for known_, (a, b) in zip(known, features.index, strict=True)]
    )

    def f1(claimed: np.ndarray) -> float:
        return 2 * (claimed & is_match).sum() / ((claimed & known).sum() + is_match.sum())

    classifier = recordlinkage.ECMClassifier()
    binary = drivers.binary.compute(features.index, drivers.frame)
    theirs = classifier.fit_predict(binary)
    ours = classify(features, trained, same=0.0, possible=0.0) == "same"
    assert f1(ours.to_numpy()) > 0.98
    assert f1(features.index.isin(theirs)) < 0.6
    # Nor would a better threshold help it enough, if there were labels to find one.
    chance = classifier.prob(binary).to_numpy()
    assert max(f1(chance >= threshold) for threshold in np.unique(chance)) < 0.92
