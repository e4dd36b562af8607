from __future__ import annotations

import numpy as np
import polars as pl

from linkage.training.active import BLIND_PAIR, OPEN_PAIR, choose


def _pairs(seed: int = 1) -> pl.DataFrame:
    """Two sure patterns with nearly all pairs, twenty unsure ones with few."""
    sizes = [50_000, 4_000, *[40] * 20]
    chances = [0.0001, 0.9999, *np.linspace(0.1, 0.9, 20)]
    pattern = np.repeat(np.arange(len(sizes)), sizes)
    pattern = np.random.default_rng(seed).permutation(pattern)
    names = [f"r{i:06d}" for i in range(len(pattern))]
    return pl.DataFrame(
        {
            "record_l": [f"a/{name}" for name in names],
            "record_r": [f"b/{name}" for name in names],
            "pattern": pattern,
            "match_probability": np.array(chances)[pattern],
        },
        schema=OPEN_PAIR.columns,
    )


def _patterns_of(chosen: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    return chosen.join(pairs, on=["record_l", "record_r"], maintain_order="left")["pattern"]


def test_labels_go_to_what_is_unsure_and_to_every_pattern_of_it() -> None:
    pairs = _pairs()
    pattern = _patterns_of(choose(pairs, 100, seed=1), pairs)
    assert len(pattern) == 100
    assert pattern.filter(pattern >= 2).n_unique() == 20
    # 1 pair in 69 is unsure, but most of the labels go to them; the sure ones are not left out.
    assert (pattern >= 2).mean() > 0.6  # type: ignore[operator]
    assert pattern.is_in([0, 1]).any()


def test_judged_patterns_are_worth_less() -> None:
    pairs = _pairs()
    known = pl.Series([2] * 200 + [3] * 200)
    pattern = _patterns_of(choose(pairs, 60, seed=1, judged=known), pairs)
    assert not pattern.is_in([2, 3]).any()


def test_the_order_of_the_pairs_has_no_say_and_the_seed_has() -> None:
    pairs = _pairs()
    chosen = choose(pairs, 50, seed=3)
    mixed = pairs.select(pl.all().gather(np.random.default_rng(9).permutation(pairs.height)))
    assert choose(mixed, 50, seed=3).equals(chosen)
    assert not choose(pairs, 50, seed=4).equals(chosen)


def test_what_the_reviewer_gets_is_blind() -> None:
    pairs = _pairs()
    chosen = choose(pairs, 200, seed=5)
    assert chosen.columns == list(BLIND_PAIR.columns)
    chance = chosen.join(pairs, on=["record_l", "record_r"], maintain_order="left")["match_probability"].to_numpy()
    for leak in (np.arange(200), chosen["record_l"].rank().to_numpy()):
        assert abs(np.corrcoef(leak, chance)[0, 1]) < 0.2
    assert not chosen["record_l"].is_sorted()


def test_more_than_there_are_gives_all_of_them() -> None:
    pairs = _pairs().head(30)
    assert choose(pairs, 100, seed=1).height == 30
    assert choose(pairs.clear(), 10, seed=1).is_empty()
