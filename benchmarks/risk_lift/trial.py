"""One world, judged: figures of every method against what came to be known later."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.risk_lift.cut import Outcomes
from benchmarks.risk_lift.methods import SMUGGLING
from benchmarks.risk_lift.ranking import Floats, Mask, average_precision, chance_shown, roc_auc
from graph.risk import Assessment

Ints = npt.NDArray[np.int64]

WEEK = 50
WEEKS = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """Who is ranked and who counts as found; people in the order of `Crowd.people`."""

    name: str
    candidates: Mask
    positive: Mask


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody with a record at the cut.

    Args:
        people: entities in order.
        group: naming group of each.
        judgements: ways to judge a ranking, the first being the one reported in full.
    """

    people: list[str]
    group: list[str]
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """What one ranking is worth.

    Args:
        people: ranked people; `positives` of them were caught later.
        auc: area under the ROC curve.
        ap: average precision.
        first: positives among the first 50, `month` among the first 200, `percent` among the first 1 %.
    """

    people: int
    positives: int
    auc: float
    ap: float
    first: float
    month: float
    percent: float

    @property
    def base(self) -> float:
        """Share of positives."""
        return self.positives / self.people if self.people else 0.0

    @property
    def lift_first(self) -> float:
        """How many times the base rate the first 50 hold."""
        return self.first / WEEK / self.base if self.base else 0.0

    @property
    def lift_percent(self) -> float:
        """How many times the base rate the first 1 % hold."""
        return self.percent / one_percent(self.people) / self.base if self.base else 0.0

    @property
    def false_alerts(self) -> float:
        """People among the first 50 who were not caught, for each who was."""
        return (WEEK - self.first) / self.first if self.first else math.inf


def one_percent(people: int) -> int:
    """One in a hundred, rounded up."""
    return max(1, math.ceil(people / 100))


def crowd(truth: Assessment, outcomes: Outcomes, at_cut: pl.DataFrame) -> Crowd:
    """The people to judge by.

    Args:
        truth: what was known at the cut, with the true identities: it says who had an event of their own.
        at_cut: frame key, of the person records known then.
    """
    held = outcomes.persons.join(at_cut, left_on="record_key", right_on="key").sort("entity")
    everybody = held.unique("entity", keep="first", maintain_order=True)
    people = everybody["entity"].to_list()
    events = truth.judged.events.filter(pl.col("weight") > 0)
    names = truth.evidence.people
    with_any = {names[person] for person in events["person"].unique()}
    smugglers = {names[person] for person in events.filter(pl.col("class") == SMUGGLING)["person"].unique()}

    def among(known: set[str] | frozenset[str]) -> Mask:
        return np.array([person in known for person in people], dtype=np.bool_)

    free, clean = ~among(smugglers), ~among(with_any)
    caught, members = among(outcomes.caught), among(outcomes.members)
    return Crowd(
        people,
        everybody["group"].to_list(),
        (
            Judgement("ring members caught later; nobody with a smuggling event", free, caught & members),
            Judgement("the same; nobody with any event that counts", clean, caught & members),
            Judgement("everybody caught later, lone smugglers too", free, caught),
            Judgement("ring members, caught later or not", free, members),
        ),
    )


@dataclass(frozen=True, slots=True)
class Bearers:
    """Which identities hold a record of which true person, ordered by person.

    Args:
        identity: place of the identity, one a person and identity.
        first: where the identities of each person start.
    """

    identity: Ints
    first: Ints

    @classmethod
    def of(cls, known: Crowd, identities: list[str], memberships: pl.DataFrame, outcomes: Outcomes) -> Bearers:
        """The bearers of a crowd, every one of whom has a record."""
        held = memberships.join(outcomes.persons, on="record_key").select("entity", "identity_id").unique()
        places = pl.DataFrame({"identity_id": identities}).with_row_index("place")
        order = pl.DataFrame({"entity": known.people}).with_row_index("person")
        rows = held.join(places, on="identity_id").join(order, on="entity").sort("person", "place")
        person = rows["person"].to_numpy()
        return cls(rows["place"].to_numpy(), np.searchsorted(person, np.arange(len(known.people))))

    def highest(self, figure: Floats) -> Floats:
        """The figure of each person: the highest among the identities that hold a record of theirs."""
        return np.asarray(np.maximum.reduceat(figure[self.identity], self.first), dtype=np.float64)


def rank(figure: Floats, judgement: Judgement) -> Ranked:
    """What the figure is worth under a judgement."""
    chosen = judgement.candidates
    score, positive = figure[chosen], judgement.positive[chosen]
    return Ranked(
        people=int(chosen.sum()),
        positives=int(positive.sum()),
        auc=roc_auc(score, positive),
        ap=average_precision(score, positive),
        first=_hits(score, positive, WEEK),
        month=_hits(score, positive, WEEK * WEEKS),
        percent=_hits(score, positive, one_percent(int(chosen.sum()))),
    )


def _hits(score: Floats, positive: Mask, shown: int) -> float:
    return float(chance_shown(score, shown)[positive].sum())
