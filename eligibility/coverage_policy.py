"""What should have been checked on an enrolled driver, where, and for how long an answer is good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from graph.sourced import read_policy, understood


@dataclass(frozen=True, slots=True)
class CoveragePolicy:
    """Which records matter, and how long what was said of them holds.

    Args:
        version: as the file states it.
        countries: countries that keep records that matter, in order.
        always: those of them that matter for every driver.
        employment_look_back_days: a job that ended longer ago makes no country matter.
        ended_statuses: states of a membership that is over.
        good_for_days: days by record type, in order.
        sources: where each value comes from.
    """

    version: str
    countries: tuple[str, ...]
    always: tuple[str, ...]
    employment_look_back_days: int
    ended_statuses: frozenset[str]
    good_for_days: Mapping[str, int]
    sources: Mapping[str, str]


def load_coverage_policy(path: Path | None = None) -> CoveragePolicy:
    """The policy of a file, the shipped one by default.

    Raises:
        ModelError: the file cannot be read, lacks a value or its source, has one too many, or one that cannot be.
    """
    return _of_file(path) if path else _shipped()


@cache
def _shipped() -> CoveragePolicy:
    """Read once: the shipped file stays as it is while a process runs."""
    return _of_file(None)


@understood("coverage policy")
def _of_file(path: Path | None) -> CoveragePolicy:
    reader, _ = read_policy("coverage policy", path, resources.files("eligibility") / "coverage_policy.toml")
    types = reader.names("record_type")
    policy = CoveragePolicy(
        countries=reader.words("countries"),
        always=reader.words("always"),
        employment_look_back_days=reader.whole("employment_look_back_days", 1, 100_000),
        ended_statuses=frozenset(reader.words("ended_statuses")),
        good_for_days={name: reader.whole(f"record_type.{name}.good_for_days", 1, 100_000) for name in types},
        version=reader.text("version"),
        sources=reader.sources,
    )
    reader.finish()
    if not set(policy.always) <= set(policy.countries):
        raise reader.wrong("always names a country that countries does not")
    if not policy.good_for_days:
        raise reader.wrong("there is no record_type")
    return policy
