"""The numbers of linked risk, frozen: everything that decides a score besides the graph and the day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

DAYS_A_YEAR = 365.25
UNMAPPED = "UNMAPPED"
TIE_KINDS = ("truck", "carrier", "successor", "phone", "home")
BANDS = ("routine", "look", "look first")


class StatusRole(StrEnum):
    """What a status does to its own event and to those recorded before it."""

    COUNTS = "counts"
    REPLACES = "replaces"
    CLEARS = "clears"
    KEEPS_AGE = "keeps_age"
    IN_FORCE = "in_force"
    LIFTS = "lifts"


@dataclass(frozen=True, slots=True)
class TieRule:
    """How strongly one kind of shared thing ties two people.

    Args:
        strength: r in [0, 1), at full confidence, at the same time, among few people.
        full_degree: k0: up to so many people share the thing without weakening the tie.
    """

    strength: float
    full_degree: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps, windows and half-lives of ties; years unless said otherwise."""

    hub_degree: int
    association: float
    strength: float
    window_years: float
    gap_half_life_years: float
    distance_half_life_years: float
    succession_step: float
    succession_steps: int
    review_threshold: float

    @property
    def window_days(self) -> int:
        """Whole days either side of an event within which a person counts as sharing a thing."""
        return int(self.window_years * DAYS_A_YEAR)


@dataclass(frozen=True, slots=True)
class SeverityClass:
    """What an event of this class says when it is new, and how fast that fades.

    Args:
        severity: s in [0, 1).
        half_life_years: years after which it says half as much.
        lookback_years: years after which it counts no more, where the violations table states none.
    """

    severity: float
    half_life_years: float
    lookback_years: float


@dataclass(frozen=True, slots=True)
class Offence:
    """One row of the violations table, or one mapped event type.

    Args:
        category: family of offences; the event type itself for mapped types.
        class_name: severity class.
        lookback_years: years after which it no longer counts; None without limit.
        in_force: it counts, undimmed, while the status holds.
    """

    category: str
    class_name: str
    lookback_years: float | None
    in_force: bool = False


@dataclass(frozen=True, slots=True)
class Scoring:
    """Weights, cap and bands of the figure that orders queues; 0-100 for the last three."""

    own_weight: float
    linked_weight: float
    linked_cap: float
    look: float
    look_first: float

    def bands(self, figures: Floats) -> pl.Series:
        """The band of each figure of 0-100, as text also where there are none."""
        places = (figures >= self.look).astype(int) + (figures >= self.look_first)
        return pl.Series(np.take(BANDS, places).tolist(), dtype=pl.String)

    def linked_bands(self, figures: Floats) -> pl.Series:
        """The band of each figure of linked risk alone, which never is the top one."""
        return pl.Series(np.take(BANDS, (figures >= self.look).astype(int)).tolist(), dtype=pl.String)


@dataclass(frozen=True, slots=True)
class ContextRules:
    """How much context stands beside a score, and what it is reckoned from; nothing here moves a score.

    Args:
        family_words: words, in upper case, of a declared kind that make it a family tie.
        family_facts: independent facts that must stand behind a family tie before it is shown.
        declared_shown: declared ties shown at most.
        carriers_shown: carriers shown at most.
        carrier_window_years: time that a large carrier's record covers.
        carrier_interval: probability that the interval beside a carrier's ratio covers.
        carrier_peers: large carriers without which there is no ratio.
        second_people: people one away through whom is looked, at most.
        second_things: things of those people that are looked at, at most.
        second_shown: routes over a second person shown at most.
    """

    family_words: frozenset[str]
    family_facts: int
    declared_shown: int
    carriers_shown: int
    carrier_window_years: float
    carrier_interval: float
    carrier_peers: int
    second_people: int
    second_things: int
    second_shown: int

    def is_family(self, kind: str | None) -> bool:
        """Whether a declared kind names a family tie."""
        return not self.family_words.isdisjoint(fold(kind or "").split("_"))


@dataclass(frozen=True, slots=True)
class RiskPolicy:
    """Everything that decides a score besides the graph and the day.

    Args:
        version: as the file states it.
        digest: SHA-256 of the file and of the violations table, hexadecimal.
        ties: rule by kind of tie, one for each of TIE_KINDS.
        limits: caps, windows and half-lives.
        classes: severity class by name.
        codes: offence by code of the violations table.
        types: rows (from_severity, offence) by folded event type, highest severity first.
        statuses: role by status.
        scoring: weights and bands.
        context: what stands beside a score.
        sources: where each number comes from, by dotted name.
    """

    version: str
    digest: str
    ties: Mapping[str, TieRule]
    limits: Limits
    classes: Mapping[str, SeverityClass]
    codes: Mapping[str, Offence]
    types: Mapping[str, tuple[tuple[float, Offence], ...]]
    statuses: Mapping[str, StatusRole]
    scoring: Scoring
    context: ContextRules
    sources: Mapping[str, str]

    @property
    def name(self) -> str:
        """Version and start of the digest: what a score is labelled with."""
        return f"{self.version}+{self.digest[:8]}"

    def offence(self, code: str | None, event_type: str | None, severity: float | None) -> Offence | None:
        """The offence an event is mapped to; None when it is UNMAPPED and must be looked at by a person."""
        if code is not None and code in self.codes:
            return self.codes[code]
        for from_severity, offence in self.types.get(fold(event_type or ""), ()):
            if from_severity <= (severity or 0.0):
                return offence
        return None

    def role(self, status: str | None) -> StatusRole:
        """What a status does; an absent or unknown one lets the event count like any other."""
        return self.statuses.get((status or "").strip().lower(), StatusRole.COUNTS)


def fold(event_type: str) -> str:
    """An event type in the form the policy lists it in: upper case, words joined by one underscore."""
    return re.sub(r"[^0-9A-Z]+", "_", event_type.upper()).strip("_")
