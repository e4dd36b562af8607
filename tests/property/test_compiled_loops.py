"""The compiled loops and their numpy twins give the same pairs, levels and groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import block, cluster, compiled
from linkage.block.keys import KEYS
from linkage.cluster.linkage import Batch, ClusterRules, partition_all
from linkage.compare import encode
from linkage.model import Attribute, Level, Model

pytestmark = pytest.mark.skipif(not compiled.HAS_NUMBA, reason="numba is not installed")

names = st.text(alphabet="ABCDEñ 'é", min_size=0, max_size=9)
mails = st.from_regex(r"[ab.]{1,6}(@[ab]{1,4})?", fullmatch=True)
LEVELS = {
    "exact": {},
    "close": {"jaro_winkler": 0.9},
    "typo": {"edits": 1},
    "start": {"prefix": 2},
    "user": {"head": 1},
    "near_user": {"head_jaro_winkler": 0.85},
    "other": {"else": 1},
}
TOKEN_LEVELS = {"whole": {"agreed": 8, "whole": 1}, "much": {"agreed": 8}, "some": {"agreed": 2}, "none": {"else": 1}}


@pytest.fixture(scope="module")
def both() -> Iterator[Callable[[Callable[[], Any]], tuple[Any, Any]]]:
    """Runs a function on the compiled path and on the other one."""
    patch = pytest.MonkeyPatch()

    def run(function: Callable[[], Any]) -> tuple[Any, Any]:
        patch.setattr(compiled, "COMPILED_FROM", 0)
        fast = function()
        patch.setattr(compiled, "COMPILED_FROM", 1 << 60)
        return fast, function()

    yield run
    patch.undo()


def _model(model: Model, kind: str, levels: dict[str, dict[str, float]], **options: Any) -> Model:
    named = {name: Level(0.0, when=MappingProxyType(dict(when))) for name, when in levels.items()}
    attribute = Attribute("x", kind, ("x",), MappingProxyType(options), MappingProxyType(named))
    return replace(model, attributes=MappingProxyType({"x": attribute}), shared=())


def _levels(records: pl.DataFrame, model: Model) -> np.ndarray[Any, Any]:
    left, right = (places.astype(np.int32) for places in np.divmod(np.arange(len(records) ** 2), len(records)))
    return encode(records, model).compare(left, right)["x"].levels


@settings(max_examples=60)
@given(texts=st.lists(st.one_of(st.none(), names, mails), min_size=1, max_size=12))
def test_texts_get_the_same_levels(both: Callable[..., Any], model: Model, texts: list[str | None]) -> None:
    records = pl.DataFrame({"key": [str(i) for i in range(len(texts))], "x": pl.Series(texts, dtype=pl.String)})
    fast, slow = both(lambda: _levels(records, _model(model, "text", LEVELS)))
    assert fast.tolist() == slow.tolist()


@settings(max_examples=60)
@given(
    texts=st.lists(
        st.lists(st.sampled_from(["ROBERT", "BOB", "ROB", "R", "ROBERTS", "ANN", "B", "ANNE"])), min_size=1, max_size=8
    )
)
def test_token_sets_get_the_same_levels(both: Callable[..., Any], model: Model, texts: list[list[str]]) -> None:
    records = pl.DataFrame({"key": [str(i) for i in range(len(texts))], "x": [" ".join(text) for text in texts]})
    asked = _model(model, "token_set", TOKEN_LEVELS, frequency_floor=10.0, similar=0.9)
    fast, slow = both(lambda: _levels(records, asked))
    assert fast.tolist() == slow.tolist()


@settings(max_examples=60)
@given(entries=st.sets(st.tuples(st.integers(0, 11), st.integers(0, 9)), max_size=60), chunk=st.integers(1, 50))
def test_blocks_give_the_same_pairs_in_the_same_order(
    both: Callable[..., Any], entries: set[tuple[int, int]], chunk: int
) -> None:
    keys = pl.DataFrame(sorted(entries), schema=KEYS, orient="row")
    touched = np.arange(12) % 3 > 0

    def pairs() -> list[tuple[list[int], list[int], float]]:
        return [(c.left.tolist(), c.right.tolist(), c.done) for c in block.stream(keys, touched, chunk)]

    fast, slow = both(pairs)
    assert fast == slow


weights = st.one_of(st.just(float("nan")), st.just(cluster.CANNOT), st.integers(-20, 20).map(float))


@settings(max_examples=100)
@given(data=st.data(), sizes=st.lists(st.integers(2, 6), min_size=1, max_size=4))
def test_components_fall_into_the_same_groups(both: Callable[..., Any], data: st.DataObject, sizes: list[int]) -> None:
    pairs = [size * (size - 1) // 2 for size in sizes]
    drawn = np.array(data.draw(st.lists(weights, min_size=sum(pairs), max_size=sum(pairs))))
    batch = Batch(drawn, np.append(0, np.cumsum(pairs)), np.append(0, np.cumsum(sizes)))
    rules = ClusterRules(cut=2.0, clip=12.0, margin=3.0, apart=-2.0)
    fast, slow = both(lambda: partition_all(batch, np.arange(len(sizes)), rules))
    assert fast[0].tolist() == slow[0].tolist()
    assert fast[1].tolist() == slow[1].tolist()
