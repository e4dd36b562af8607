"""Carriers that look like another one reopened: found, weighed and told, as pure functions of the facts."""

from graph.successors.find import REASONS, SUCCESSION, Likelihood, find_reopened
from graph.successors.profiles import Traces
from graph.successors.rulings import RULING, Ruling, Settled, settle

__all__ = [
    "REASONS",
    "RULING",
    "SUCCESSION",
    "Likelihood",
    "Ruling",
    "Settled",
    "Traces",
    "find_reopened",
    "settle",
]
