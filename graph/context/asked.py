"""Whose context is asked for, with what the score's reasons have read already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from graph.evidence import Evidence
from graph.excess import CARRIER_RECORD
from graph.labels import Labels
from graph.policy import RiskPolicy
from graph.risk import Assessment
from graph.store import GraphReader


class Records(Protocol):
    """Where the records of large carriers are kept: they are counted for all at once, not for each who asks."""

    @property
    def as_of(self) -> dt.date | None:
        """The day they were counted for; None where none are kept."""
        ...

    def of(self, carriers: Collection[str]) -> pl.DataFrame:
        """Frame CARRIER_RECORD of those of the carriers that have one, ordered by carrier."""
        ...


@dataclass(frozen=True, slots=True)
class HeldRecords:
    """Records in memory.

    Args:
        as_of: the day they were counted for; None where none are kept.
        frame: frame CARRIER_RECORD.
    """

    as_of: dt.date | None
    frame: pl.DataFrame

    def of(self, carriers: Collection[str]) -> pl.DataFrame:
        """Those of the carriers, ordered."""
        return self.frame.filter(pl.col("carrier").is_in(sorted(carriers))).sort("carrier")


NO_RECORDS = HeldRecords(None, CARRIER_RECORD.empty())


@dataclass(frozen=True, slots=True)
class Asked:
    """One person whose risk was assessed.

    Args:
        reader: the graph.
        policy: the policy.
        assessment: what the score rests on.
        person: place of the person in the evidence.
        labels: of the person's things.
        successions: frame EDGE: SUCCEEDS edges of the person's carriers.
        records: of large carriers.
    """

    reader: GraphReader
    policy: RiskPolicy
    assessment: Assessment
    person: int
    labels: Labels
    successions: pl.DataFrame
    records: Records

    @property
    def evidence(self) -> Evidence:
        """What the score rests on."""
        return self.assessment.evidence

    @property
    def identity(self) -> str:
        """The person's id."""
        return self.evidence.people[self.person]

    @property
    def as_of(self) -> dt.date:
        """The day."""
        return self.evidence.as_of

    @property
    def threshold(self) -> float:
        """Probability below which a link is only possible."""
        return self.policy.limits.review_threshold
