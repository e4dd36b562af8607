"""What must hold of any text: standard forms are stable, nothing raises, no row is lost, no value is told."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.schema import FACTS, Kind, Quality
from linkage.standardise import Context, Standardiser
from linkage.standardise.address_words import AddressWords
from linkage.standardise.addresses import AddressReader, RawAddress
from linkage.standardise.dates import DateRule, read_date
from linkage.standardise.documents import DocumentReader, read_email
from linkage.standardise.fold import fold
from linkage.standardise.identifiers import load_rules, read_identifier
from linkage.standardise.licences import LicenceReader
from linkage.standardise.name_tables import NameTables
from linkage.standardise.names import NameReader, RawName
from linkage.standardise.organisations import OrganisationNames
from linkage.standardise.phones import read_phone
from linkage.standardise.placeholders import Column, Fillers
from linkage.standardise.places import Places
from linkage.standardise.vehicles import read_plate

FILLERS = Fillers.load()
PLACES = Places.load()
RULES = load_rules()
DOCUMENTS = DocumentReader(RULES, PLACES, FILLERS)
NAMES = NameReader(NameTables.load())
ADDRESSES = AddressReader(AddressWords.load(), PLACES)
ORGANISATIONS = OrganisationNames.load()
LICENCES = LicenceReader(RULES, PLACES, FILLERS)
STREETS = (
    *("12 Elm St", "Apt 4B", "CALLE 5 DE MAYO 123", "Col. Centro", "#12-A", "1234-B", "S/N", "Km 12.5 Carr. Laredo"),
    *("P.O. Box 77", "Blvd. Díaz Ordaz", "100 rue St-Denis", "C.P. 88000", "Lot 9", "N 5th Avenue NW", "Mz 3 Lt 4"),
)
STANDARDISER = Standardiser()
TODAY = date(2026, 6, 30)

anything = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="0123456789-/. ", max_size=14),
    st.text(alphabet="ABCÑÉaeiou'.,- #0123", max_size=25),
    st.sampled_from(["", " ", "N/A", "XXXX", "0000", "de la O", "St.", "S/N", "Ma.", "II", "+52 1", "\x00", "ﬁ", "王"]),
)
word = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZÁÉÍÓÚÑ", min_size=2, max_size=9)


@given(anything)
def test_folding_is_stable(text):
    assert fold(fold(text)) == fold(text)


@given(anything, st.sampled_from(sorted(RULES)))
def test_identifiers_are_stable(text, name):
    found = read_identifier(text, RULES[name], FILLERS)
    assert (found.value is None) == (found.quality not in (Quality.VALID, Quality.SUSPECT))
    if found.value is not None:
        assert read_identifier(found.value, RULES[name], FILLERS) == found


@given(anything, st.sampled_from(["US", "MX", "CA", "DE", None]))
def test_phones_are_stable(text, country):
    found = read_phone(text, country, FILLERS)
    if found.value is not None:
        assert read_phone(found.value, country, FILLERS) == found


@given(anything, st.sampled_from(["YMD", "DMY", "MDY", "unknown"]))
def test_dates_are_stable_and_never_ahead(text, order):
    rule = DateRule(order, TODAY, is_birth=True)
    found, other = read_date(text, rule, FILLERS)
    if found.value is not None:
        assert found.value <= TODAY.isoformat()
        assert read_date(found.value, rule, FILLERS) == (found, None)
    assert other is None or order == "unknown"


@given(st.dates(date(1935, 1, 1), date(2005, 1, 1)), st.sampled_from(["-", "/", ".", " "]))
def test_a_date_is_read_back_in_the_order_it_was_written(day, mark):
    for order, shape in (
        ("DMY", "%d{0}%m{0}%Y"),
        ("MDY", "%m{0}%d{0}%Y"),
        ("DMY", "%d{0}%b{0}%Y"),
        ("YMD", "%Y{0}%m{0}%d"),
    ):
        rule = DateRule(order, TODAY, is_birth=True)
        assert read_date(day.strftime(shape.format(mark)), rule, FILLERS)[0].value == day.isoformat()


@given(anything)
def test_four_digits_at_most_of_a_social_security_number(text):
    value = DOCUMENTS.ssn4(text).value
    assert value is None or (len(value) == 4 and value.isdigit())


@given(anything)
def test_plates_are_stable_and_no_filler_is_one(text):
    found = read_plate(text, FILLERS)
    if found.value is not None:
        assert read_plate(found.value, FILLERS) == found


@given(anything, st.sampled_from(["TX", "ON", "FED", "JAL", "??", None]), st.sampled_from(["US", "MX", "CA", None]))
def test_licences_are_stable_and_no_filler_is_one(text, issuer, country):
    found = LICENCES.read(text, issuer, country)
    if found.number.value is not None:
        again = LICENCES.read(found.number.value, found.jurisdiction, country)
        assert (again.number.value, again.key, again.jurisdiction) == (
            found.number.value,
            found.key,
            found.jurisdiction,
        )


@given(anything, st.sampled_from(["US", "MX", "CA", "DE", None]))
def test_numbers_of_documents_are_stable_and_no_filler_is_one(text, country):
    for read in (DOCUMENTS.passport, DOCUMENTS.national_id, DOCUMENTS.tax_id):
        found = read(text, country)
        if found.value is not None:
            assert read(found.value.rpartition(":")[2], country) == found
    for read in (DOCUMENTS.fast_id, DOCUMENTS.rfc, DOCUMENTS.ssn4):
        found = read(text)
        if found.value is not None:
            assert read(found.value).value == found.value


@pytest.mark.parametrize("text", ["<NA>", "[N/A]", "{0}", "0|0", "=0", "@@", "~NA~"])
def test_a_filler_in_any_marks_is_no_number(text):
    assert read_plate(text, FILLERS).value is None
    assert LICENCES.read(text, "TX", "US").key is None
    assert DOCUMENTS.national_id(text, "MX").value is None


@given(anything)
def test_emails_are_stable(text):
    found = read_email(text, FILLERS)
    if found.value is not None:
        assert read_email(found.value, FILLERS) == found


@given(anything, st.sampled_from(list(Column)))
def test_fillers_do_not_depend_on_case_or_spaces(text, column):
    if text.isascii():
        assert FILLERS.is_filler(text.upper(), column) == FILLERS.is_filler(text.lower(), column)


@given(anything, anything, anything)
def test_names_are_folded_letters(given_name, surname, second):
    name = NAMES.read(RawName(given=given_name, surname=surname, second=second))
    for text in (
        name.given or "A",
        name.surname or "A",
        *(part for alt in name.alternatives for part in alt.split("|")),
    ):
        assert all(token.isalpha() and token.isascii() and token.isupper() for token in text.split())
    assert f"{name.given or ''}|{name.surname or ''}" not in name.alternatives


@given(st.lists(word, min_size=1, max_size=2), st.lists(word, min_size=1, max_size=2))
def test_names_do_not_depend_on_case_accents_or_hyphens(given_names, surnames):
    written = NAMES.read(RawName(given=" ".join(given_names), surname=" ".join(surnames)))
    plain = NAMES.read(RawName(given="-".join(map(fold, given_names)), surname="-".join(map(fold, surnames)).lower()))
    assert written == plain


@given(anything, anything)
def test_addresses_do_not_depend_on_case(text, city):
    found = ADDRESSES.read(RawAddress(text, city or None, None, None, "MX"))
    if text.isascii() and city.isascii():
        assert ADDRESSES.read(RawAddress(text.upper(), city.upper() or None, None, None, "MX")) == found
    assert found.key is None or found.near is not None


@given(st.lists(st.sampled_from(STREETS), min_size=1, max_size=4), st.sampled_from(["US", "MX", "CA", None]))
def test_a_door_is_the_same_in_capitals_and_with_more_blanks(parts, country):
    text = ", ".join(parts)
    found = ADDRESSES.read(RawAddress(text, "Laredo", None, None, country))
    for other in (text.upper(), f"  {text} ".replace(" ", "  ")):
        assert ADDRESSES.read(RawAddress(other, "Laredo", None, None, country)) == found


@given(anything)
def test_organisation_names_are_stable(text):
    names = ORGANISATIONS.read(text)
    assert all(name == " ".join(name.split()) and name.isascii() for name in names)


_ATTRIBUTES = (
    *("given_name", "surname", "full_name", "birth_date", "sex", "curp", "licence_number", "licence_jurisdiction"),
    *("ssn", "national_id", "phone", "email", "address", "city", "postal_code", "country"),
)
rows = st.lists(st.fixed_dictionaries({name: st.one_of(st.none(), anything) for name in _ATTRIBUTES}), max_size=4)


@settings(max_examples=25, deadline=None)
@given(rows, st.sampled_from(["YMD", "unknown"]))
def test_no_row_of_people_is_lost_and_no_value_is_told(people, order):
    raw = pl.DataFrame(
        [{"source": "S", "record_id": f"r{number}", **row} for number, row in enumerate(people)],
        schema=dict.fromkeys(("source", "record_id", *_ATTRIBUTES), pl.String),
    ).with_columns(pl.lit(0, dtype=pl.Int32).alias("file"), pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("line"))
    context = Context(TODAY, order, {}, None, is_derogatory=False)
    found = STANDARDISER.standardise(Kind.PERSON, raw, context)
    FACTS[Kind.PERSON].check(found.facts)
    assert found.facts.height + found.rejected.height == raw.height
    lines = set(found.facts["line"])
    assert lines.isdisjoint(found.rejected["line"])
    assert lines.issuperset(found.warned["line"])
    told = " ".join([*found.warned["message"], *found.rejected["message"]])
    assert not any(text in told for row in people for text in row.values() if text and len(text) > 8)
    backwards = STANDARDISER.standardise(Kind.PERSON, raw.reverse(), context)
    assert backwards.facts.reverse().equals(found.facts)


@pytest.mark.parametrize("kind", list(Kind))
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_no_row_of_any_kind_is_lost(kind, data):
    columns = [
        name for name in FACTS[kind].columns if name not in ("file", "line", "key", "raw", "content", "known_on")
    ]
    names = [*columns, "carrier_id", "record_id", "fast", "received_on"]
    names = list(dict.fromkeys(name for name in names if name not in ("suspect", "name_alt", "is_derogatory")))
    row = st.fixed_dictionaries({name: st.one_of(st.none(), anything) for name in names})
    raw = pl.DataFrame(data.draw(st.lists(row, max_size=3)), schema=dict.fromkeys(names, pl.String)).with_columns(
        pl.lit(0, dtype=pl.Int32).alias("file"), pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("line")
    )
    found = STANDARDISER.standardise(kind, raw, Context(TODAY, "DMY", {}, "MX", is_derogatory=True))
    FACTS[kind].check(found.facts)
    assert found.facts.height + found.rejected.height == raw.height
    assert found.facts["key"].null_count() == 0
