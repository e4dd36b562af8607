"""What should have been checked on an enrolled driver, where, and for how long an answer is good."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from linkage.errors import ModelError


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


_NAMES = ("countries", "always", "employment_look_back_days", "ended_statuses")


def load_coverage_policy(path: Path | None = None) -> CoveragePolicy:
    """The policy of a file, the shipped one by default.

    Raises:
        ModelError: the file cannot be read, or an entry has no value or no source.
    """
    return _of_file(path) if path else _shipped()


@cache
def _shipped() -> CoveragePolicy:
    """Read once: the shipped file stays as it is while a process runs."""
    return _of_file(None)


def _of_file(path: Path | None) -> CoveragePolicy:
    try:
        shipped = resources.files("eligibility") / "coverage_policy.toml"
        document = tomllib.loads(path.read_text("utf-8") if path else shipped.read_text("utf-8"))
        types = document["record_type"]
        days = {name: sourced(types[name]["good_for_days"], name) for name in types}
        values = {name: sourced(document[name], name) for name in _NAMES}
        policy = CoveragePolicy(
            version=str(document.get("version", "")),
            countries=tuple(values["countries"]),
            always=tuple(values["always"]),
            employment_look_back_days=values["employment_look_back_days"],
            ended_statuses=frozenset(values["ended_statuses"]),
            good_for_days=days,
            sources={name: types[name]["good_for_days"]["source"] for name in types}
            | {name: document[name]["source"] for name in _NAMES},
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"coverage policy {path}: {error}") from error
    _require_sound(policy)
    return policy


def sourced(entry: Any, name: str) -> Any:
    """The value of a policy entry that says where it comes from.

    Raises:
        ModelError: it has no value, no source, or something else.
    """
    if set(entry) != {"value", "source"} or not str(entry["source"]).strip():
        raise ModelError(f"policy: {name} needs a value and a source and nothing else")
    return entry["value"]


def _require_sound(policy: CoveragePolicy) -> None:
    days = (*policy.good_for_days.values(), policy.employment_look_back_days)
    if not all(isinstance(value, int) and value > 0 for value in days):
        raise ModelError("coverage policy: days must be whole and above 0")
    if not set(policy.always) <= set(policy.countries):
        raise ModelError("coverage policy: always names a country that countries does not")
