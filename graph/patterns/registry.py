"""All patterns, in the order of the page that explains them."""

from __future__ import annotations

from graph.patterns.clusters import CLUSTERS
from graph.patterns.moved_together import MOVED_TOGETHER
from graph.patterns.near_offenders import NEAR_OFFENDERS
from graph.patterns.nearest_listed import NEAREST_LISTED
from graph.patterns.paths_between import PATHS
from graph.patterns.question import Pattern
from graph.patterns.shared_vehicles import SHARED_VEHICLES
from linkage.errors import SettingsError

PATTERNS: tuple[Pattern, ...] = (NEAR_OFFENDERS, SHARED_VEHICLES, MOVED_TOGETHER, CLUSTERS, PATHS, NEAREST_LISTED)


def pattern_named(name: str) -> Pattern:
    """The pattern of that name.

    Raises:
        SettingsError: there is none.
    """
    for pattern in PATTERNS:
        if pattern.name == name:
            return pattern
    raise SettingsError(f"there is no such pattern; there are {', '.join(pattern.name for pattern in PATTERNS)}")
