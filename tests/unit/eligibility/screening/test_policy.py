"""The screening policy: every value with its source, nothing missing, nothing left over."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from eligibility.policy_file import load_eligibility_policy
from eligibility.screening.policy import load_screening_policy
from linkage.errors import ModelError


def _text() -> str:
    return (resources.files("eligibility") / "screening_policy.toml").read_text("utf-8")


def test_every_value_has_a_source_and_every_licence_code_is_a_ground() -> None:
    policy = load_screening_policy()
    assert all(source.strip() for source in policy.sources.values())
    assert len(policy.sources) == 20
    assert policy.licence_codes <= set(load_eligibility_policy().codes)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("least_points = { value = 0.02, source = ", "least_points = { value = 0.02, src = ", "linked.least_points"),
        ("rise = { value = 2.0", "rise = { value = 0.5", "linked.rise"),
        ("mandatory = { value = 70.0", 'mandatory = { value = "70"', "priority.mandatory"),
        ("[linked]\n", '[linked]\nmore = { value = 1, source = "assumed" }\n', "linked.more"),
        ('source = "assumed: added" }\nserious', 'source = " " }\nserious', "priority.smuggling"),
        ("[priority]", "[priority", "screening policy"),
    ],
)
def test_a_policy_with_something_wrong_is_refused_and_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = _text()
    assert old in text
    path = tmp_path / "policy.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ModelError, match=says.replace(".", r"\.")):
        load_screening_policy(path)
