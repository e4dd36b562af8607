"""Pairs whose truth is known, drawn class by class from stated shares of levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest

Levels = npt.NDArray[np.int8]


@pytest.fixture(scope="session")
def draw() -> Callable[..., Levels]:
    """Levels of `count` pairs of one class: `tables` holds the shares of each attribute's levels but for missing."""

    def build(count: int, tables: Sequence[Sequence[float]], seed: int, missing: float = 0.0) -> Levels:
        generator = np.random.default_rng(seed)
        columns = [generator.choice(len(shares), size=count, p=shares) + 1 for shares in tables]
        levels = np.column_stack(columns).astype(np.int8)
        levels[generator.random(levels.shape) < missing] = 0
        return levels

    return build
