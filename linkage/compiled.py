"""Whether loops compiled by numba take the place of numpy.

They give the same answers; which of the two runs is a question of speed alone. Without numba nothing is compiled.
"""

from __future__ import annotations

import importlib.util

HAS_NUMBA = importlib.util.find_spec("numba") is not None
COMPILED_FROM = 50_000
"""Pairs from which the compiled loops repay their loading."""


def is_compiled(pairs: int) -> bool:
    """Whether so many pairs go through the compiled loops."""
    return HAS_NUMBA and pairs >= COMPILED_FROM
