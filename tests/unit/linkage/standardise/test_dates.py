from datetime import date

import pytest

from linkage.schema import Quality
from linkage.standardise.dates import DateRule, read_date, read_day
from linkage.standardise.placeholders import Fillers

FILLERS = Fillers.load()
TODAY = date(2026, 6, 30)


def birth(text: str, order: str = "YMD") -> tuple[str | None, str | None]:
    standard, other = read_date(text, DateRule(order, TODAY, is_birth=True), FILLERS)
    return standard.value, other


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("1981-07-04", "DMY", "1981-07-04"),
        ("1981/7/4", "MDY", "1981-07-04"),
        ("19810704", "DMY", "1981-07-04"),
        ("04071981", "DMY", "1981-07-04"),
        ("04071981", "MDY", "1981-04-07"),
        ("20011980", "DMY", "1980-01-20"),
        ("810704", "YMD", "1981-07-04"),
        ("1980", "DMY", "1980"),
        ("1980-05", "DMY", "1980-05"),
        ("05/1980", "DMY", "1980-05"),
        ("198005", "YMD", "1980-05"),
        ("1980-00-00", "YMD", "1980"),
        ("1980-05-00", "YMD", "1980-05"),
        ("XX/05/1980", "DMY", "1980-05"),
        ("1980-05-31 00:00:00", "YMD", "1980-05-31"),
        ("1980-05-31T10:00:00Z", "YMD", "1980-05-31"),
        ("5/1/1980 12:00 AM", "MDY", "1980-05-01"),
        ("24-May-81", "unknown", "1981-05-24"),
        ("Mar 1 1970", "unknown", "1970-03-01"),
        ("1 de marzo de 1970", "DMY", "1970-03-01"),
        ("12 févr. 1980", "DMY", "1980-02-12"),
        ("1er août 1980", "DMY", "1980-08-01"),
        ("14MAR1985", "YMD", "1985-03-14"),
        ("March 1970", "MDY", "1970-03"),
        ("1970 ene 31", "DMY", "1970-01-31"),
        ("2/29/2004", "MDY", "2004-02-29"),
    ],
)
def test_shapes(text, order, value):
    assert birth(text, order) == (value, None)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("31/12/1980", "YMD"),
        ("31/12/1980", "MDY"),
        ("1980-31-12", "DMY"),
        ("2/29/1999", "MDY"),
        ("1980-13", "YMD"),
        ("12/1/980", "MDY"),
        ("1980-05-31-02", "YMD"),
        ("May 1980 May", "MDY"),
        ("32 May 1980", "DMY"),
        ("about 1980", "MDY"),
        ("29541", "YMD"),
        ("2026-07-01", "YMD"),
        ("1880-07-01", "YMD"),
        ("0812-07-01", "YMD"),
        ("1980-00-12", "YMD"),
    ],
)
def test_what_cannot_be_is_missing_and_never_read_another_way(text, order):
    standard, other = read_date(text, DateRule(order, TODAY, is_birth=True), FILLERS)
    assert (standard.value, other) == (None, None)
    assert standard.quality is Quality.MALFORMED
    assert text not in standard.message


@pytest.mark.parametrize(
    "text", ["0000-00-00", "1900-01-01", "01/01/1900", "99/99/9999", "UNKNOWN", "-", "n/a", "9999-12-31"]
)
def test_fillers(text):
    standard, _ = read_date(text, DateRule("DMY", TODAY, is_birth=True), FILLERS)
    assert standard.quality is Quality.PLACEHOLDER


@pytest.mark.parametrize(
    ("text", "value", "other"),
    [
        ("12/11/1978", "1978-12-11", "1978-11-12"),
        ("20/8/1991", "1991-08-20", None),
        ("8/20/91", "1991-08-20", None),
        ("10/10/70", "1970-10-10", None),
        ("2/4/31", "1931-02-04", "1931-04-02"),
        ("8/2/06", "2006-08-02", "2006-02-08"),
        ("24-May-11", "2011-05-24", None),
        ("85-03-12", "1985-03-12", None),
    ],
)
def test_an_unknown_order_keeps_both_readings(text, value, other):
    assert birth(text, "unknown") == (value, other)


def test_day_first_sources_read_the_day_first():
    rule = DateRule("unknown", TODAY, is_birth=True, day_first=True)
    assert read_date("12/11/1978", rule, FILLERS)[0].value == "1978-11-12"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30-06-08", "2008-06-30"),  # eighteen on the load day
        ("01-07-08", None),  # one day too young, and 117 in the other century
        ("30-06-26", "1926-06-30"),  # a hundred on the load day
        ("29-06-25", None),  # a hundred and one, and one year old
    ],
)
def test_ages_decide_the_century_to_the_day(text, value):
    assert birth(text, "DMY")[0] == value


def test_days_of_events():
    past = DateRule("YMD", TODAY)
    ahead = DateRule("YMD", TODAY, may_be_ahead=True)
    assert read_day("2025-02-02", past, FILLERS).value == "2025-02-02"
    assert read_day("2027-02-02", past, FILLERS).value is None
    assert read_day("2027-02-02", ahead, FILLERS).value == "2027-02-02"
    assert read_day("2127-02-02", ahead, FILLERS).value is None
    imprecise = read_day("2025-02", past, FILLERS)
    assert (imprecise.value, imprecise.rule) == ("2025-02-01", "imprecise-date")
    ambiguous = read_day("2/3/2025", DateRule("unknown", TODAY), FILLERS)
    assert (ambiguous.value, ambiguous.rule) == ("2025-02-03", "ambiguous-date")
    assert read_day("2/3/31", DateRule("MDY", TODAY, may_be_ahead=True), FILLERS).value == "2031-02-03"
    assert read_day("2/3/98", DateRule("MDY", TODAY), FILLERS).value == "1998-02-03"
