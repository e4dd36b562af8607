"""The numbers that the measurement rests on, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """How sure one must be, and what is too little to say.

    Args:
        level: of every interval; 95 % by convention.
        false_discoveries: share of false ones among the alarms of one quarter, Benjamini and Hochberg 1995; assumed.
        power: at which a ratio counts as one that would have been seen; 80 % by convention.
        ratio_of_interest: the ratio a port must be able to see before "no difference shown" may be said; assumed.
        window: quarters pooled when FAST is set against the other trucks of a port; assumed.
        before: quarters that one quarter is set against at most; assumed.
        small_cell: counts below it are masked in exports; 5, as agreed for this programme's figures.
        enough: events on either side from which the rate of a port is its own base; assumed.
        sigmas: half width of a control chart; 3 by Shewhart's convention.
    """

    level: float = 0.95
    false_discoveries: float = 0.05
    power: float = 0.8
    ratio_of_interest: float = 2.0
    window: int = 4
    before: int = 8
    small_cell: int = 5
    enough: int = 5
    sigmas: float = 3.0

    @property
    def alpha(self) -> float:
        """Two-sided chance of a false finding."""
        return 1 - self.level


RULES = Rules()
