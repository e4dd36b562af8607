import pytest

from linkage.schema import Quality
from linkage.standardise.phones import read_phone
from linkage.standardise.placeholders import Fillers

FILLERS = Fillers.load()


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("+52 1 867 555 0142", "MX", "+528675550142"),
        ("+52 867 555 0142", "US", "+528675550142"),
        ("044 867 555 0142", "MX", "+528675550142"),
        ("045 867 555 0142", "MX", "+528675550142"),
        ("01 867 555 0142", "MX", "+528675550142"),
        ("+52 044 867 555 0142", "MX", "+528675550142"),
        ("00 52 867 555 0142", "MX", "+528675550142"),
        ("52 867 555 0142", "US", "+528675550142"),
        ("521 867 555 0142", "MX", "+528675550142"),
        ("867.555.0142 x 12", "MX", "+528675550142"),
        ("867-555-0142", "CA", "+18675550142"),
        ("1 (956) 555-0142", "MX", "+19565550142"),
        ("702-919-1300", None, "+17029191300"),
        ("514 555-0187 poste 22", "CA", "+15145550187"),
        ("tel. 514 555-0187", "CA", "+15145550187"),
        ("+39 0352 6553537", "US", "+3903526553537"),
        ("0352 6553537", "IT", "+3903526553537"),
    ],
)
def test_numbers(text, country, value):
    found = read_phone(text, country, FILLERS)
    assert (found.value, found.quality) == (value, Quality.VALID)
    assert read_phone(value, country, FILLERS) == found


@pytest.mark.parametrize(
    ("text", "country", "rule"),
    [
        ("321-3212", "US", "phone-partial"),
        ("555 0142", "MX", "phone-partial"),
        ("+11235550142", "US", "phone-shape"),
        ("+1956555014", "US", "phone-shape"),
        ("+52867000012", "MX", "phone-shape"),
        ("call the dispatcher", "US", "phone-shape"),
        ("911", "US", "phone-shape"),
        ("+999 12", "US", "phone-shape"),
    ],
)
def test_what_is_no_number(text, country, rule):
    found = read_phone(text, country, FILLERS)
    assert (found.value, found.rule) == (None, rule)
    assert text not in found.message


@pytest.mark.parametrize(
    "text", ["000-000-0000", "9999999999", "+1 555 555 5555", "n/a", "SIN TELEFONO", "-", "XXX-XXX-XXXX"]
)
def test_fillers(text):
    assert read_phone(text, "US", FILLERS).quality is Quality.PLACEHOLDER


def test_an_exchange_that_is_not_given_out_is_suspect():
    found = read_phone("800-111-1234", "US", FILLERS)
    assert (found.value, found.quality) == ("+18001111234", Quality.SUSPECT)
