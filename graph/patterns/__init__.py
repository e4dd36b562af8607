"""Questions an investigator asks of the graph, each by its name; the same answer on every store.

question    what a pattern, its parameters and its answer are
reading     what of a graph counts as known, who counts as an offender, what is a crowd
registry    all patterns
"""

from graph.patterns.question import Asked, Cut, Found, Parameter, ParameterKind, Pattern, PatternGraph, Value
from graph.patterns.registry import PATTERNS, pattern_named

__all__ = [
    "PATTERNS",
    "Asked",
    "Cut",
    "Found",
    "Parameter",
    "ParameterKind",
    "Pattern",
    "PatternGraph",
    "Value",
    "pattern_named",
]
