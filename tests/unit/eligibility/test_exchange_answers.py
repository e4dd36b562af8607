from __future__ import annotations

from typing import Any

import pytest

from eligibility.exchange import request_id
from eligibility.exchange_answers import Asked, Verdict, judge

DRIVER = {
    "name_given": "JUAN CARLOS",
    "name_surname": "GARCIA LOPEZ",
    "name_alt": ["JUAN CARLOS|LOPEZ"],
    "birth_date": "1980-05-31",
    "birth_date_alt": "1980-05-30",
    "curp": "GALJ800531HNLRPN08",
    "fast_id": None,
    "licence": "FED:NL12345678",
    "suspect": [],
}
OLD_RECORD = DRIVER | {
    "birth_date": "1980-05",
    "curp": None,
    "name_given": "JUAN",
    "licence": "TX:12345678",
    "name_alt": [],
}
BLANK = dict.fromkeys(
    ("record_key", "country", "record_type", "name_given", "name_surname", "birth_date", "curp", "fast_id", "licence")
)
NAMED = {"name_given": "JUAN CARLOS", "name_surname": "GARCIA LOPEZ"}
BORN = {"birth_date": "1980-05-31"}


ASKED = Asked(("MX",), "MX", "criminal", [DRIVER, OLD_RECORD], "D1")


def verdict(asked: Asked | None = ASKED, **says: Any) -> Verdict:
    answer = {"source": "MX", "suspect": [], "name_alt": []} | BLANK | says
    return judge(answer, asked, {"MX/1": "D1", "MX/2": "D2"}).verdict


@pytest.mark.parametrize(
    "says",
    [
        NAMED | BORN,
        {"curp": "GALJ800531HNLRPN08"},
        {"licence": "FED:NL12345678"},
        {"licence": "TX:12345678"} | NAMED,
        {"record_key": "MX/1"},
        {"record_key": "MX/unheard-of"} | NAMED | BORN,
        {"name_given": "JUAN", "name_surname": "GARCIA"} | BORN,  # fewer of the same names
        {"name_given": "J", "name_surname": "GARCIA LOPEZ"} | BORN,
        {"name_given": "JUAN CARLOS", "name_surname": "GARCIA LOPES"} | BORN,  # a slip in a surname
        {"name_given": "JUAN CARLOS", "name_surname": "LOPEZ"} | BORN,  # another reading of the driver's name
        NAMED | {"birth_date": "1980-05-30"},  # the driver's own other date
        {"licence": "CA:A1234567"} | NAMED | BORN,  # of an issuer we know no licence of: says nothing
        {"country": "MX", "record_type": "criminal"} | NAMED | BORN,
    ],
)
def test_an_answer_that_repeats_the_driver_is_about_the_driver(says: dict[str, Any]) -> None:
    assert verdict(**says) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "says",
    [
        NAMED | {"birth_date": "1980-06-01"},
        NAMED | {"birth_date": "1979"},
        {"curp": "GALJ800531HNLRPN16"},
        {"curp": "GALJ800531HNLRPN16"} | NAMED | BORN,  # a number outweighs all that agrees
        {"licence": "FED:NL99999999"} | NAMED | BORN,
        {"record_key": "MX/2"} | NAMED | BORN,  # the record they name is somebody else's here
        {"name_given": "JUAN JOSE", "name_surname": "GARCIA LOPEZ"} | BORN,  # a twin
        {"name_given": "JUAN CARLOS", "name_surname": "GARCIA PEREZ"} | BORN,
        {"name_given": "MARIA", "name_surname": "GARCIA LOPEZ"} | {"curp": "GALJ800531HNLRPN08"},
    ],
)
def test_whatever_is_not_the_drivers_makes_it_somebody_else(says: dict[str, Any]) -> None:
    assert verdict(**says) is Verdict.WRONG_PERSON


def test_an_initial_on_one_record_stands_for_the_name_on_another_and_for_no_twins() -> None:
    jose = DRIVER | {"name_given": "JOSE", "name_alt": [], "curp": None, "licence": None}
    asked = Asked(("MX",), "MX", "criminal", [jose, jose | {"name_given": "J"}], "D1")
    twin = {"name_given": "JUAN JULIO", "name_surname": "GARCIA LOPEZ"}
    assert verdict(asked, **twin, **BORN) is Verdict.WRONG_PERSON
    assert verdict(asked, **(twin | {"name_given": "JOSE"}), **BORN) is Verdict.ACCEPTED
    only = Asked(("MX",), "MX", "criminal", [jose | {"name_given": "J"}], "D1")
    assert verdict(only, **(twin | {"name_given": "JUAN"}), **BORN) is Verdict.ACCEPTED  # an initial tells no more


@pytest.mark.parametrize(
    "says",
    [
        {},
        NAMED,
        BORN,
        NAMED | {"birth_date": "1980"},
        {"name_surname": "GARCIA LOPEZ"} | BORN,
        {"curp": "GALJ800531HNLRPN08", "suspect": ["curp"]},  # a wrong check digit is no evidence
        {"record_key": "MX/unheard-of"},
    ],
)
def test_too_little_is_not_taken_for_the_driver(says: dict[str, Any]) -> None:
    assert verdict(**says) is Verdict.UNVERIFIED


def test_request_partner_and_question_must_agree_before_the_person_is_looked_at() -> None:
    right = NAMED | BORN
    assert verdict(None, **right) is Verdict.UNKNOWN_REQUEST
    assert verdict(**(right | {"source": "CA"})) is Verdict.WRONG_PARTNER
    assert verdict(**(right | {"record_type": "licence"})) is Verdict.WRONG_QUESTION
    assert verdict(**(right | {"country": "US"})) is Verdict.WRONG_QUESTION


def test_a_driver_without_records_is_nobody_to_agree_with() -> None:
    assert verdict(Asked(("MX",), "MX", "criminal", [], "D1"), **NAMED, **BORN) is Verdict.UNVERIFIED


def test_a_reason_holds_no_personal_data() -> None:
    answer = {"source": "MX", "suspect": [], "name_alt": []} | BLANK | NAMED | {"birth_date": "1961-01-01"}
    told = judge(answer, Asked(("MX",), "MX", "criminal", [DRIVER], "D1"), {}).reason
    assert told == "not the driver's: birth date"


def test_a_slip_in_a_request_id_names_no_other_request() -> None:
    ids = {request_id(n) for n in range(1, 3000)}
    assert len(ids) == 2999
    for number in (1, 42, 2718):
        made = request_id(number)
        for place in (1, 2, 3, 4, 5, 6, 8, 9):
            for digit in "0123456789":
                slipped = made[:place] + digit + made[place + 1 :]
                assert slipped == made or slipped not in ids
        digits = made[1:7]
        for place in range(5):
            if digits[place] != digits[place + 1]:
                turned = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
                assert f"R{turned}{made[7:]}" not in ids
