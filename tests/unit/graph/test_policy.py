import math
from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from graph.policy import BANDS, TIE_KINDS, StatusRole, fold
from graph.policy_file import load_policy
from linkage.errors import ModelError

TEXT = (resources.files("graph") / "risk_policy.toml").read_text("utf-8")


def test_every_number_has_a_source():
    policy = load_policy()
    assert all(text.strip() for text in policy.sources.values())
    assert {f"tie.{kind}.strength" for kind in TIE_KINDS} <= set(policy.sources)


def test_what_the_numbers_of_ties_mean():
    """As the sources beside them say: what is tuned elsewhere must keep to it."""
    policy = load_policy()
    strength = {kind: rule.strength for kind, rule in policy.ties.items()}
    assert strength["phone"] > strength["truck"] > strength["home"] > strength["carrier"] > strength["successor"]
    assert strength["successor"] == pytest.approx(0.75 * strength["carrier"])
    turnover, window = 0.9, 2 * policy.limits.window_years
    assert policy.limits.gap_half_life_years == pytest.approx(math.log(2) / turnover, abs=0.03)
    assert policy.limits.distance_half_life_years == policy.limits.gap_half_life_years
    assert policy.ties["truck"].full_degree == round(2 * (1 + turnover * window))


def test_the_page_of_figures_was_made_with_this_version_of_the_policy():
    """Another version needs other figures: docs/risk.md says which it was made with."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "risk.md").read_text("utf-8")
    assert f", policy {load_policy().version}+" in page


def test_every_code_of_the_table_is_mapped():
    policy = load_policy()
    assert len(policy.codes) == 201
    assert policy.codes["US-FED-952"].class_name == "smuggling"
    assert policy.codes["US-FAST-WARR"].in_force
    assert policy.codes["US-SMS-392.2R"].lookback_years == 3
    assert all(offence.class_name == "none" for code, offence in policy.codes.items() if code.startswith("LINK-"))


def test_the_name_follows_the_content(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(TEXT)
    assert load_policy(path).name == load_policy().name
    path.write_text(TEXT.replace("value = 0.4,", "value = 0.41,"))
    assert load_policy(path).name != load_policy().name


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('value = 9, source = "two seats', 'value = 9, sauce = "two seats', "source"),
        ("value = 0.4,", "value = 1.4,", "tie.truck.strength"),
        ("value = 0.4,", "value = true,", "tie.truck.strength"),
        ("[tie.truck]", "[tie.lorry]", "tie.truck"),
        ("hub_degree = {", "hub_degrees = {", "hub_degree"),
        ("[bands]", "[bands]\nextra = 3", "unknown entry bands.extra"),
        ('value = "clears", source = "SMS methodology: not', 'value = "sinks", source = "not', "acquittal"),
        ('class = "smuggling"', 'class = "smugling"', "smugling"),
        ("value = 39.0", "value = 41.0", "linked_cap"),
        ('version = "3"', "version = ", "risk policy"),
    ],
)
def test_a_faulty_file_is_refused_in_words(tmp_path, old, new, words):
    assert old in TEXT
    path = tmp_path / "policy.toml"
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(ModelError, match=words) as caught:
        load_policy(path)
    assert caught.value.exit_code == 2


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelError):
        load_policy(tmp_path / "none.toml")


def test_types_fold_and_unknown_ones_are_not_guessed():
    policy = load_policy()
    assert fold(" Out-of-Service ") == "OUT_OF_SERVICE"
    assert policy.offence(None, "out of service", None).class_name == "traffic"
    assert policy.offence(None, "Out-of-Service: `Brakes`", 7.0) is None
    assert policy.offence("NO-SUCH-CODE", "SPEEDING", 5.0).class_name == "traffic"


def test_an_unknown_status_lets_the_event_count():
    policy = load_policy()
    assert policy.role(None) is StatusRole.COUNTS
    assert policy.role("pending") is StatusRole.COUNTS
    assert policy.role(" Acquittal ") is StatusRole.CLEARS


def test_bands_have_edges():
    scoring = load_policy().scoring
    assert scoring.bands(np.array([0.0, 9.99, 10.0, 39.99, 40.0, 100.0])).to_list() == [
        *BANDS[:1] * 2,
        *BANDS[1:2] * 2,
        *BANDS[2:] * 2,
    ]
    assert scoring.linked_bands(np.array([99.0])).to_list() == ["look"]
    assert scoring.bands(np.array([])).dtype == pl.String  # of a workspace that knows no driver yet
