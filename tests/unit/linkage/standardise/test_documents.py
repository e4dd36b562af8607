import pytest

from linkage.schema import Quality
from linkage.standardise.documents import DocumentReader, display_name, is_barred, mask, read_email
from linkage.standardise.identifiers import load_rules
from linkage.standardise.licences import LicenceReader
from linkage.standardise.placeholders import Fillers
from linkage.standardise.places import Places

FILLERS = Fillers.load()
PLACES = Places.load()
RULES = load_rules()
DOCUMENTS = DocumentReader(RULES, PLACES, FILLERS)
LICENCES = LicenceReader(RULES, PLACES, FILLERS)


@pytest.mark.parametrize(
    ("text", "value", "quality"),
    [
        ("981300417", "981300417", Quality.VALID),
        ("98-130-0417", "981300417", Quality.VALID),
        ("9812345", "009812345", Quality.SUSPECT),
        ("98123456", "098123456", Quality.SUSPECT),
        ("981234", None, Quality.MALFORMED),
        ("9800012345", None, Quality.MALFORMED),
        ("000000000", None, Quality.PLACEHOLDER),
        ("0000000", None, Quality.PLACEHOLDER),
    ],
)
def test_fast_ids(text, value, quality):
    found = DOCUMENTS.fast_id(text)
    assert (found.value, found.quality) == (value, quality)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("3241", "3241", None),
        ("294-66-9999", "9999", "full-ssn"),
        ("521212123", "2123", "full-ssn"),
        ("0000", None, "placeholder"),
        ("294-66-0000", None, "identifier-shape"),
        ("12345678", None, "identifier-shape"),
        ("n/a", None, "placeholder"),
    ],
)
def test_only_four_digits_of_a_social_security_number_are_left(text, value, rule):
    found = DOCUMENTS.ssn4(text)
    assert (found.value, found.rule) == (value, rule)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("294-66-9999", "*****9999"), ("521212123", "*****2123"), ("12345678", "*****5678"), ("3241", "3241")],
)
def test_a_mask_shows_four_digits(text, shown):
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("number", "country", "is_person", "barred"),
    [
        ("294-66-9999", None, True, True),
        ("294669999", "US", True, True),
        ("294669999", "CN", True, False),
        ("84-1234567", "US", False, False),
        ("841234567", "US", False, False),
        ("046 454 286", "CA", True, True),
        ("100000008", "CA", True, False),
        ("DE123456789", "DE", False, False),
    ],
)
def test_numbers_that_may_not_enter(number, country, is_person, barred):
    assert is_barred(number, country, is_person=is_person) is barred


def test_issuers_of_passports_and_national_numbers_are_one_spelling():
    assert DOCUMENTS.passport("483290175", "USA").value == "US:483290175"
    assert DOCUMENTS.passport("483 290-175", "United States").value == "US:483290175"
    assert DOCUMENTS.passport("234456456", "Germany").value == DOCUMENTS.passport("234456456", "DE").value
    assert DOCUMENTS.passport("G12345678", None).value == ":G12345678"
    assert DOCUMENTS.national_id("832721", "Hong Kong").value == "HK:832721"
    assert DOCUMENTS.national_id("832721", None).value == ":832721"
    assert DOCUMENTS.national_id("UNKNOWN", "CN").quality is Quality.PLACEHOLDER


def test_a_passport_of_an_odd_form_is_kept_with_a_warning():
    odd = DOCUMENTS.passport("10251111", "US")
    assert (odd.value, odd.quality, odd.rule) == ("US:10251111", Quality.VALID, "passport-format")
    assert DOCUMENTS.passport("PASSPORT", "US").value is None


@pytest.mark.parametrize(
    ("number", "jurisdiction", "country", "printed", "key"),
    [
        ("00451207", "AR", "US", "00451207", "AR:451207"),
        ("s5311-211068-04", "Québec", "CA", "S531121106804", "QC:S531121106804"),
        ("NL0012345678 AB", "", "MX", "NL0012345678AB", "FED:NL0012345678"),
        ("NL0012345678", "MX", "US", "NL0012345678", "FED:NL0012345678"),
        ("TMP0449120", "Tamps.", "MX", "TMP0449120", "TAM:TMP0449120"),
        ("NL5520318", "NL", "MX", "NL5520318", "NLE:NL5520318"),
        ("31882047", "Texas", "US", "31882047", "TX:31882047"),
        ("0451207", None, "US", "0451207", ":451207"),
    ],
)
def test_licences(number, jurisdiction, country, printed, key):
    licence = LICENCES.read(number, LICENCES.issuer(jurisdiction, country), country)
    assert (licence.number.value, licence.key) == (printed, key)


def test_a_licence_of_an_unknown_form_is_kept_with_a_warning():
    licence = LICENCES.read("8923322X9", "OR", "US")
    assert licence.number.rule is None  # nothing is known of Oregon's
    licence = LICENCES.read("93939211", "CA", "US")
    assert (licence.number.quality, licence.number.rule) == (Quality.VALID, "licence-format")
    assert licence.key == "CA:93939211"


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("Kusha123@Hmail.com", "kusha123@hmail.com", None),
        ('"Jay Jones" <jjones@fmail.com>', "jjones@fmail.com", "Jay Jones"),
        ("Nastassia<patak@universal.com>", "patak@universal.com", "Nastassia"),
        ("none@none.com", None, None),
        ("no e-mail", None, None),
        ("n/a", None, None),
    ],
)
def test_emails(text, address, name):
    assert read_email(text, FILLERS).value == address
    assert display_name(text) == name
