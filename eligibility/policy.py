"""What each ground means for a membership: consequence, look-back, points of a standard, source and reason code.

Nothing here decides: a consequence says what the authority's own rule does, and a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eligibility.matters import Audience
from graph.policy import DAYS_A_YEAR, UNMAPPED, fold


class Consequence(StrEnum):
    """Effect under the authority that the ground names, weightiest last."""

    NONE = "none"  # never by itself: context
    UNMAPPED = "unmapped"  # nobody knows yet: a person looks at it
    DISCRETIONARY = "discretionary"  # an officer decides
    MANDATORY = "mandatory"  # the rule itself removes the licence or a stated requirement while it holds


_RANK = {Consequence.NONE: 0, Consequence.UNMAPPED: 1, Consequence.DISCRETIONARY: 2, Consequence.MANDATORY: 3}
_STATUS_STEP = 10
"""A heavier consequence outweighs however far a case has come."""


class LookbackKind(StrEnum):
    """What the authority says about age."""

    YEARS = "years"
    LIFE = "life"  # no limit stated, conviction grounds
    NONE_STATED = "none_stated"  # the authority publishes no limit; ours is a policy choice
    IN_FORCE = "in_force"  # counts only while the status holds


@dataclass(frozen=True, slots=True)
class Lookback:
    """How long a ground counts.

    Args:
        years: None without limit.
    """

    kind: LookbackKind
    years: float | None = None

    @property
    def text(self) -> str:
        """As the violations table writes it."""
        return f"{self.years:g}" if self.kind is LookbackKind.YEARS and self.years is not None else self.kind.value

    def reaches(self, age_days: int) -> bool:
        """Whether what happened so many days ago still counts, its status aside."""
        return self.years is None or age_days <= self.years * DAYS_A_YEAR


@dataclass(frozen=True, slots=True)
class Ground:
    """One row of the policy.

    Args:
        code: of the violations table; UNMAPPED, or the event type where a source gives no code.
        points: where a published standard has them; never added up.
        audience: who may see an event of it.
        reason_code: what a decision that rests on it says.
    """

    code: str
    country: str | None
    authority: str | None
    category: str
    consequence: Consequence
    lookback: Lookback
    points: float | None
    description: str
    source: str
    audience: Audience
    reason_code: str | None

    @property
    def opens_review(self) -> bool:
        """Whether a new event in scope is a matter for a reviewer."""
        return self.consequence is not Consequence.NONE


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code.

    Args:
        outcomes: adverse, retain or refer: what it may be given for.
        categories: families of grounds that support it.
    """

    code: str
    outcomes: str
    categories: frozenset[str]


@dataclass(frozen=True, slots=True)
class EligibilityPolicy:
    """Everything that says what a ground means.

    Args:
        version: as the file states it.
        digest: SHA-256 of the file and of the table of grounds, hexadecimal.
        codes: ground by code.
        types: ground by folded event type, for events without a code.
        reasons: reason by code.
        status_rank: how far a case has come, by status.
        points_scale: what the points are points of.
        sources: where each value of the file comes from.
    """

    version: str
    digest: str
    codes: Mapping[str, Ground]
    types: Mapping[str, Ground]
    reasons: Mapping[str, Reason]
    status_rank: Mapping[str, int]
    points_scale: str
    sources: Mapping[str, str]

    @property
    def name(self) -> str:
        """Version and start of the digest: what a decision is labelled with."""
        return f"{self.version}+{self.digest[:8]}"

    def ground(self, code: str | None, event_type: str | None) -> Ground:
        """The ground of an event; UNMAPPED where neither its code nor its type is known."""
        if code is not None and code in self.codes:
            return self.codes[code]
        return self.types.get(fold(event_type or ""), NOT_MAPPED)

    def level(self, consequence: Consequence, status: str | None) -> float:
        """How much an event weighs as something a reviewer is shown: what weighs more than before is new."""
        step = self.status_rank.get((status or "").strip().lower(), self.status_rank["unstated"])
        return float(_RANK[consequence] * _STATUS_STEP + step)


NOT_MAPPED = Ground(
    code=UNMAPPED,
    country=None,
    authority=None,
    category=UNMAPPED,
    consequence=Consequence.UNMAPPED,
    lookback=Lookback(LookbackKind.NONE_STATED),
    points=None,
    description="Not in the policy: a person says what it is",
    source="violations.md, mapping rule 1",
    audience=Audience.GENERAL,
    reason_code=None,
)
