from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from linkage.errors import TrainingError
from linkage.training.active import BLIND_PAIR
from linkage.training.assess import RUN_PAIR, Assessment, assess, draw


def _run(seed: int, count: int = 30_000) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs of a run with links above 4 bits, one in fifty of them otherwise, and what each pair truly is."""
    generator = np.random.default_rng(seed)
    is_match = generator.random(count) < 0.15
    weight = np.where(is_match, generator.normal(9, 6, count), generator.normal(-6, 4, count))
    is_link = (weight > 4) ^ (generator.random(count) < 0.02)
    names = [f"{i:06d}" for i in range(count)]
    pairs = pl.DataFrame(
        {
            "record_l": [f"a/{name}" for name in names],
            "record_r": [f"b/{name}" for name in names],
            "match_weight": weight,
            "match_probability": 1 / (1 + np.exp2(-weight)),
            "is_link": is_link,
        },
        schema=RUN_PAIR.columns,
    )
    return pairs, pairs.select("record_l", "record_r", is_match=pl.Series(is_match))


def _true(pairs: pl.DataFrame, truth: pl.DataFrame) -> tuple[float, float]:
    link, match = pairs["is_link"].to_numpy(), truth["is_match"].to_numpy()
    return (link & match).sum() / link.sum(), (link & match).sum() / match.sum()


def _judged(pairs: pl.DataFrame, truth: pl.DataFrame, size: int, seed: int) -> Assessment:
    drawn = draw(pairs, size, seed)
    return assess(drawn.strata, drawn.key, drawn.pairs.join(truth, on=["record_l", "record_r"]))


def test_the_sample_is_blind_and_its_size_is_kept() -> None:
    pairs, _ = _run(1)
    drawn = draw(pairs, 300, seed=1)
    assert drawn.pairs.columns == list(BLIND_PAIR.columns)
    assert drawn.pairs.height == drawn.key.height == sum(s.drawn for s in drawn.strata) == 300
    assert sum(s.pairs for s in drawn.strata) == pairs.height
    assert all(s.drawn >= min(s.pairs, 5) for s in drawn.strata)
    stratum = drawn.pairs.join(drawn.key, on=["record_l", "record_r"], maintain_order="left")["stratum"].to_numpy()
    assert abs(np.corrcoef(np.arange(300), stratum)[0, 1]) < 0.2


def test_the_draw_is_the_same_in_any_order_of_the_pairs() -> None:
    pairs, _ = _run(2, 2000)
    drawn = draw(pairs, 100, seed=7)
    again = draw(pairs.reverse(), 100, seed=7)
    assert again.pairs.equals(drawn.pairs)
    assert again.strata == drawn.strata
    assert not draw(pairs, 100, seed=8).pairs.equals(drawn.pairs)


def test_judging_everything_gives_the_truth_itself() -> None:
    pairs, truth = _run(3, 1500)
    found = _judged(pairs, truth, 5000, seed=1)
    precision, recall = _true(pairs, truth)
    for share, known in ((found.precision, precision), (found.recall, recall)):
        assert (share.value, share.lower, share.upper) == pytest.approx((known, known, known))
    assert found.matches == truth["is_match"].sum()
    assert found.judged == 1500


def test_the_estimate_is_unbiased_and_its_intervals_hold_as_often_as_they_say() -> None:
    pairs, truth = _run(4)
    known = np.array(_true(pairs, truth))
    found = [_judged(pairs, truth, 400, seed) for seed in range(120)]
    values = np.array([(f.precision.value, f.recall.value) for f in found])
    assert values.mean(axis=0) == pytest.approx(known, abs=0.01)
    for place, shares in enumerate(([f.precision for f in found], [f.recall for f in found])):
        held = np.mean([share.lower <= known[place] <= share.upper for share in shares])
        assert held > 0.93
        width = np.mean([share.upper - share.lower for share in shares])
        assert width < 0.25


def test_strata_beat_a_plain_sample_of_the_same_size() -> None:
    pairs, truth = _run(5)
    known = _true(pairs, truth)[1]
    whole = pairs.join(truth, on=["record_l", "record_r"])
    plain, strata = [], []
    for seed in range(60):
        some = whole.sample(300, seed=seed).filter("is_match")
        plain.append(some["is_link"].mean() - known)  # type: ignore[operator]
        strata.append(_judged(pairs, truth, 300, seed).recall.value - known)
    assert np.std(strata) < 0.8 * np.std(plain)


def test_pairs_left_without_an_answer_make_it_less_sure() -> None:
    pairs, truth = _run(6, 5000)
    drawn = draw(pairs, 300, seed=1)
    judged = drawn.pairs.join(truth, on=["record_l", "record_r"])
    whole, half = assess(drawn.strata, drawn.key, judged), assess(drawn.strata, drawn.key, judged.head(150))
    assert (half.judged, half.unjudged) == (150, 150)
    assert half.precision.upper - half.precision.lower > whole.precision.upper - whole.precision.lower


def test_all_right_is_not_certain() -> None:
    pairs, _ = _run(7, 3000)
    truth = pairs.select("record_l", "record_r", is_match="is_link")
    found = _judged(pairs, truth, 200, seed=1)
    assert found.precision.value == found.recall.value == found.f1.value == 1.0
    assert found.precision.upper == 1.0
    assert 0.8 < found.precision.lower < 1.0


def test_nothing_to_draw_from_and_nothing_judged_are_refused() -> None:
    pairs, truth = _run(8, 100)
    with pytest.raises(TrainingError):
        draw(pairs.clear(), 10, seed=1)
    drawn = draw(pairs, 10, seed=1)
    with pytest.raises(TrainingError):
        assess(drawn.strata, drawn.key, truth.clear())
