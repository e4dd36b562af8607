"""Rates of small ports drawn towards those of all ports, by as much as their own counts are too few to speak.

Findings are Poisson with a rate that is gamma-distributed over ports; the two parameters of that distribution are
fitted to all ports by maximum likelihood of the negative binomial counts it implies. Source: Robbins 1956; Clayton and
Kaldor 1987.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eligibility.ports.rules import RULES

_SHAPES = (-3.0, 9.0)  # log of the shape: beyond e^9 ports do not differ by more than 1.2 %


@dataclass(frozen=True, slots=True)
class Spread:
    """How rates spread over ports: a gamma distribution.

    Args:
        shape: large where ports are alike.
        mean: findings per examination.
    """

    shape: float
    mean: float


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A port's rate as its own counts and all ports' together have it, per 1,000, with its credible interval.

    Args:
        own_weight: share of the port's own counts in it, 0 to 1.
    """

    per_1000: float
    low: float
    high: float
    own_weight: float

    def document(self) -> dict[str, Any]:
        """The rate as JSON values."""
        return {"per_1000": self.per_1000, "low": self.low, "high": self.high, "own_weight": self.own_weight}


def fit_spread(found: npt.NDArray[np.int64], exams: npt.NDArray[np.int64]) -> Spread | None:
    """The spread over ports that makes their counts likeliest, None with fewer than two ports or no finding."""
    found, exams = found[exams > 0], exams[exams > 0]
    if found.size < 2 or not found.sum():
        return None
    from scipy.optimize import minimize  # noqa: PLC0415 - heavy, and only this command needs it
    from scipy.stats import nbinom  # noqa: PLC0415

    start = np.log(found.sum() / exams.sum())

    def against(parameters: npt.NDArray[np.float64]) -> float:
        shape, mean = np.exp(parameters)
        return -float(nbinom.logpmf(found, shape, shape / (shape + mean * exams)).sum())

    fitted = minimize(against, [0.5, start], method="L-BFGS-B", bounds=[_SHAPES, (start - 5, start + 5)])
    shape, mean = np.exp(fitted.x)
    return Spread(float(shape), float(mean))


def shrink(found: int, exams: int, spread: Spread) -> Shrunk:
    """The rate of one port, of one without any examination too."""
    from scipy.stats import gamma  # noqa: PLC0415 - heavy, and only this command needs it

    prior = spread.shape / spread.mean  # examinations that the other ports are worth
    posterior = gamma(spread.shape + found, scale=1000 / (prior + exams))
    low, high = posterior.interval(RULES.level)
    return Shrunk(float(posterior.mean()), float(low), float(high), exams / (prior + exams))
