from importlib import resources

import numpy as np
import pytest

from graph.policy import BANDS, TIE_KINDS, StatusRole, fold
from graph.policy_file import load_policy
from linkage.errors import ModelError

TEXT = (resources.files("graph") / "risk_policy.toml").read_text("utf-8")


def test_every_number_has_a_source():
    policy = load_policy()
    assert all(text.strip() for text in policy.sources.values())
    assert {f"tie.{kind}.strength" for kind in TIE_KINDS} <= set(policy.sources)


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
    path.write_text(TEXT.replace("value = 0.6,", "value = 0.61,"))
    assert load_policy(path).name != load_policy().name


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('value = 0.6, source = "assumed; best of those tried on 12 synthetic worlds"', "value = 0.6", "source"),
        ("value = 0.6,", "value = 1.6,", "tie.truck.strength"),
        ("value = 0.6,", "value = true,", "tie.truck.strength"),
        ("[tie.truck]", "[tie.lorry]", "tie.truck"),
        ("hub_degree = {", "hub_degrees = {", "hub_degree"),
        ("[bands]", "[bands]\nextra = 3", "unknown entry bands.extra"),
        ('value = "clears", source = "SMS methodology: not', 'value = "sinks", source = "not', "acquittal"),
        ('class = "smuggling"', 'class = "smugling"', "smugling"),
        ("value = 39.0", "value = 41.0", "linked_cap"),
        ('version = "2"', "version = ", "risk policy"),
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
    assert scoring.bands(np.array([0.0, 9.99, 10.0, 39.99, 40.0, 100.0])) == [
        *BANDS[:1] * 2,
        *BANDS[1:2] * 2,
        *BANDS[2:] * 2,
    ]
    assert scoring.linked_bands(np.array([99.0])) == ["look"]
