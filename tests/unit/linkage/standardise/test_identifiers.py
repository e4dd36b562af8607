import re

import pytest

from linkage.schema import Quality
from linkage.standardise.check_digits import iso6346_digit_holds, vin_digit_holds
from linkage.standardise.identifiers import load_rules, read_identifier
from linkage.standardise.placeholders import Fillers

RULES = load_rules()
FILLERS = Fillers.load()
VALID = [(name, example) for name, rule in RULES.items() for example in rule.valid_examples]
INVALID = [
    (name, *re.fullmatch(r"(.*) \((.*)\)", text).groups()) for name, r in RULES.items() for text in r.invalid_examples
]
WRONG_DIGIT = {"check digit", "Luhn", "swapped serial"}


def state(name: str, text: str) -> Quality | None:
    return read_identifier(text, RULES[name], FILLERS).quality


def test_the_table_is_whole():
    assert len(RULES) == 69
    assert len(VALID) > 130
    assert len(INVALID) > 130


@pytest.mark.parametrize(("name", "text"), VALID)
def test_a_worked_valid_example_is_valid(name, text):
    found = read_identifier(text, RULES[name], FILLERS)
    assert found.quality is Quality.VALID
    assert found.rule is None
    # Standard forms are stable: reading one again changes nothing.
    assert read_identifier(found.value, RULES[name], FILLERS) == found


@pytest.mark.parametrize(("name", "text", "why"), INVALID)
def test_a_worked_invalid_example_is_suspect_or_missing(name, text, why):
    found = read_identifier(text, RULES[name], FILLERS)
    if why in WRONG_DIGIT:
        assert found.quality is Quality.SUSPECT
        assert found.value is not None
    else:
        expected = Quality.PLACEHOLDER if set(text) == {"0"} else Quality.MALFORMED
        assert found.quality is expected
        assert found.value is None
    assert found.rule
    assert text not in found.message


def test_well_known_vins():
    assert vin_digit_holds("1" * 17)
    assert vin_digit_holds("3AKJHHDRXNSZZ0002")
    assert not vin_digit_holds("3AKJHHDR0NSZZ0002")


def test_a_container_remainder_of_ten_prints_as_zero():
    assert iso6346_digit_holds("TSTU0000020")


def test_a_curp_of_sex_x_is_accepted():
    assert state("MX_CURP", "QUXU840309XTSNXL0" + "0") in (Quality.VALID, Quality.SUSPECT)


def test_a_curp_leap_day_is_read_in_its_own_century():
    # 1900 had no 29 February and 2000 had one: position 17 decides.
    assert state("MX_CURP", "QUXU000229HTSNXL06") is Quality.MALFORMED
    assert state("MX_CURP", "QUXU000229HTSNXLA6") in (Quality.VALID, Quality.SUSPECT)


@pytest.mark.parametrize("text", ["0000000", "XXXXXXXX", "UNKNOWN", "n/a", "SIN DATO", "99999999", "-", "No tiene"])
def test_fillers_are_placeholders(text):
    assert state("US_CDL_TX", text) is Quality.PLACEHOLDER


def test_a_blank_is_nothing_at_all():
    assert state("MX_CURP", "   ") is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("US_USDOT", "USDOT 0771200", "771200"),
        ("US_MC", "MC-0368053", "MC368053"),
        ("US_ALIEN", "a012-345-678", "012345678"),
        ("CA_POSTAL", "g5l0a0", "G5L 0A0"),
        ("MX_LFD", "nl0012345678 AB", "NL0012345678"),
        ("MX_CURP", "quxu840309htsnxl06", "QUXU840309HTSNXL06"),
    ],
)
def test_standard_forms(name, text, value):
    assert read_identifier(text, RULES[name], FILLERS).value == value
