"""Carriers that look like another one reopened: found, weighed and told, as pure functions of the facts."""

from graph.successors.find import REASONS, SUCCESSION, Likelihood, find_reopened
from graph.successors.profiles import Traces

__all__ = ["REASONS", "SUCCESSION", "Likelihood", "Traces", "find_reopened"]
