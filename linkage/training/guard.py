"""Whether a fit is a model to rely on, and why not: one sentence a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from linkage.errors import TrainingError
from linkage.training.em import Fit
from linkage.training.parameters import Parameters


class Rule(StrEnum):
    """What can be wrong with a fit."""

    NOT_CONVERGED = "not-converged"
    PRIOR = "prior"
    FEW_MATCHES = "few-matches"
    NO_INFORMATION = "no-information"
    AGAINST = "agreement-against"
    ORDER = "levels-out-of-order"
    DOMINATED = "one-attribute-dominates"
    HOUSEHOLD = "household-not-apart"


@dataclass(frozen=True, slots=True)
class Attribute:
    """How an attribute's levels are called and ranked.

    Args:
        name: as in the model file.
        levels: names of the levels, "missing" first.
        ranked: levels from best to worst, each of which should weigh no less than the next. Levels that are of
            another kind than better or worse are left out. None = all, in their order; the first is the exact one.
    """

    name: str
    levels: tuple[str, ...]
    ranked: tuple[int, ...] | None = None

    def ranking(self) -> tuple[int, ...]:
        """Levels from best to worst."""
        return tuple(range(1, len(self.levels))) if self.ranked is None else self.ranked


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a fit is refused; all assumed.

    Args:
        matches: fewest expected matches.
        present: fewest expected matches that have an attribute on both sides.
        largest_prior: share of matches among the counted pairs from which on "match" is likely the wrong class; set
            it to 1 for samples whose rule is an identifier, where most pairs are matches.
        slack: bits by which a worse level may outweigh a better one.
        dominance: largest share of one attribute in what matches say on average.
        apart: fewest bits on average by which a match differs from a household pair, where households are a class.
    """

    matches: float = 50.0
    present: float = 20.0
    largest_prior: float = 0.5
    slack: float = 0.5
    dominance: float = 0.9
    apart: float = 4.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to refuse a fit.

    Args:
        attribute: that it is about; None = the fit as a whole.
        message: one sentence.
    """

    rule: Rule
    message: str
    attribute: str | None = None


def findings(fit: Fit, attributes: Sequence[Attribute], limits: Limits | None = None) -> list[Finding]:
    """Everything that speaks against using the fit as a model; an empty list is a pass."""
    limits = limits or Limits()
    return [
        *_whole(fit, limits),
        *_household(fit, limits),
        *_attributes(fit, attributes, limits),
        *_dominance(fit, attributes, limits),
    ]


def require(fit: Fit, attributes: Sequence[Attribute], limits: Limits | None = None) -> Fit:
    """The fit itself, once nothing speaks against it.

    Raises:
        TrainingError: with every reason there is.
    """
    found = findings(fit, attributes, limits)
    if found:
        raise TrainingError(tuple(finding.message for finding in found))
    return fit


def average_bits(parameters: Parameters) -> list[float]:
    """What each attribute says about a match that has it, in bits on average (Kullback-Leibler of m from u)."""
    return [float((m[1:] * bits[1:]).sum()) for m, bits in zip(parameters.m, parameters.bits(), strict=True)]


def _whole(fit: Fit, limits: Limits) -> Iterator[Finding]:
    if not fit.converged:
        yield Finding(Rule.NOT_CONVERGED, f"The fit still moved after {fit.rounds} rounds.")
    if not 0.0 < fit.parameters.prior < limits.largest_prior:
        yield Finding(
            Rule.PRIOR,
            f"{fit.parameters.prior:.1%} of the counted pairs would be matches; "
            f"from {limits.largest_prior:.0%} on the two classes are likely mistaken for each other.",
        )
    if fit.matches < limits.matches:
        yield Finding(
            Rule.FEW_MATCHES,
            f"Only {fit.matches:.1f} matches are expected among the counted pairs; {limits.matches:.0f} are needed.",
        )


def _household(fit: Fit, limits: Limits) -> Iterator[Finding]:
    """Samples without families make the household class a part of the matches."""
    household = fit.parameters.household
    if household is None or fit.matches <= 0:
        return
    apart = sum(
        present / fit.matches * float(m[1:] @ np.log2(m[1:] / other[1:]))
        for m, other, present in zip(fit.parameters.m, household, fit.present, strict=True)
    )
    if apart < limits.apart:
        yield Finding(
            Rule.HOUSEHOLD,
            f"A match differs from a household pair by {apart:.1f} bits on average, too little for two classes; "
            f"the samples may hold no families.",
        )


def _attributes(fit: Fit, attributes: Sequence[Attribute], limits: Limits) -> Iterator[Finding]:
    for place, attribute in enumerate(attributes):
        if fit.present[place] < limits.present:
            yield Finding(
                Rule.NO_INFORMATION,
                f"{attribute.name}: only {fit.present[place]:.1f} expected matches have it on both sides; "
                f"{limits.present:.0f} are needed.",
                attribute.name,
            )
            continue  # what its levels weigh was not learned
        yield from _levels(fit.parameters.bits()[place], attribute, limits)


def _levels(bits: np.ndarray, attribute: Attribute, limits: Limits) -> Iterator[Finding]:
    ranking = attribute.ranking()
    exact = ranking[0]
    if not bits[exact] > 0:
        yield Finding(
            Rule.AGAINST,
            f"{attribute.name}: level {attribute.levels[exact]} is no more common among matches than among others "
            f"({bits[exact]:.1f} bits).",
            attribute.name,
        )
    best = -np.inf
    for worse in reversed(ranking):
        # Each level against the best of all that rank below it.
        if bits[worse] < best - limits.slack:
            yield Finding(
                Rule.ORDER,
                f"{attribute.name}: level {attribute.levels[worse]} weighs {bits[worse]:.1f} bits, "
                f"less than a level that ranks below it ({best:.1f}).",
                attribute.name,
            )
        best = max(best, float(bits[worse]))


def _dominance(fit: Fit, attributes: Sequence[Attribute], limits: Limits) -> Iterator[Finding]:
    said = [bits * present for bits, present in zip(average_bits(fit.parameters), fit.present, strict=True)]
    total = sum(said)
    if len(said) < 2 or total <= 0:
        return
    largest = int(np.argmax(said))
    if said[largest] > limits.dominance * total:
        yield Finding(
            Rule.DOMINATED,
            f"{attributes[largest].name} alone makes {said[largest] / total:.0%} of what matches say; "
            f"the classes are likely its agreement and its disagreement.",
            attributes[largest].name,
        )
