"""What may be asked: names, parameters and their values."""

import pytest

from graph.patterns import PATTERNS, ParameterKind, pattern_named
from graph.patterns.parameters import HUB, HUB_PEOPLE
from graph.policy_file import load_policy
from linkage.errors import SettingsError


def test_a_hub_is_what_linked_risk_calls_one() -> None:
    assert load_policy().limits.hub_degree == HUB_PEOPLE


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_a_pattern_is_complete(pattern) -> None:
    assert pattern_named(pattern.name) is pattern
    assert pattern.question.endswith("?")
    assert pattern.beware
    assert set(pattern.people) <= set(pattern.columns.columns)
    names = [parameter.name for parameter in pattern.parameters]
    assert len(set(names)) == len(names)
    assert {"hub", "limit"} <= set(names)
    for parameter in pattern.parameters:
        if parameter.kind is ParameterKind.NUMBER:
            assert parameter.least <= parameter.default <= parameter.most
            assert parameter.read(str(parameter.default)) == parameter.default


@pytest.mark.parametrize("text", ["", "0", "1001", "-1", "1.5", "ten", "\u0661", "9" * 5000, "1e2"])
def test_a_number_that_may_not_be_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(SettingsError, match="hub: give a whole number from 1 to 1000"):
        HUB.read(text)


def test_names_and_values_that_are_not_there_are_refused() -> None:
    clusters, paths = pattern_named("clusters"), pattern_named("paths")
    for given in ({"speed": "1"}, {"kinds": ""}, {"kinds": "home,boat"}):
        with pytest.raises(SettingsError):
            clusters.values(given)
    for given in ({"from": "A"}, {"from": "A", "to": " "}, {"from": "A", "to": "B", "longer": "yes"}):
        with pytest.raises(SettingsError):
            paths.values(given)
    with pytest.raises(SettingsError, match="near-offenders"):
        pattern_named("gossip")


def test_words_are_read_once_each() -> None:
    assert pattern_named("clusters").values({"kinds": " phone, home,phone"})["kinds"] == ("phone", "home")
