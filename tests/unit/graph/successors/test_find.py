"""Who is likely, possibly or not the other one reopened: the pattern, and what resembles it."""

import datetime as dt
from typing import Any

import orjson
import polars as pl
import pytest

from graph.successors import SUCCESSION, find_reopened
from graph.testing.carriers import CLOSED, KNOWN, OLDER, TRUCKS, YOUNGER, traces
from linkage.model import load_model

MODEL = load_model("carrier_succession")


def after(days: int) -> dt.date:
    return CLOSED + dt.timedelta(days=days)


def one(*carriers: dict[str, Any], **facts: Any) -> dict[str, Any]:
    found = find_reopened(traces(*(carriers or (OLDER, YOUNGER)), **facts))
    SUCCESSION.check(found)
    assert found.height == 1
    return found.row(0, named=True)


def none(*carriers: dict[str, Any], **facts: Any) -> bool:
    return find_reopened(traces(*carriers, **facts)).is_empty()


def bits(row: dict[str, Any]) -> dict[str, float]:
    return {reason["attribute"]: reason["bits"] for reason in orjson.loads(row["reasons"])}


def levels(row: dict[str, Any]) -> dict[str, str]:
    return {reason["attribute"]: reason["level"] for reason in orjson.loads(row["reasons"])}


def test_the_same_firm_under_a_new_number_is_likely_and_says_why() -> None:
    row = one(trucks=TRUCKS)
    assert (row["older"], row["younger"], row["likelihood"]) == ("US/100", "US/200", "likely")
    assert (row["since"], row["known_on"], row["is_ordered"]) == (after(40), KNOWN, True)
    assert row["probability"] > 0.95
    assert row["says"] == (
        "Willow Summit Express Inc started 40 days after the revocation of Okafor Willow Trucking LLC, under a name "
        "with a word of the other's, at the same address, with the same phone, with the same officer, 6 of its 8 trucks"
    )


def test_bits_add_up_to_the_weight_that_the_probability_is_of() -> None:
    for row in (one(trucks=TRUCKS), one(), one(OLDER | {"phone": None}, YOUNGER | {"officers": "B. Summit"})):
        assert sum(bits(row).values()) == row["bits"]
        assert row["probability"] == pytest.approx(1 / (1 + 2 ** -row["bits"]))


def test_nothing_is_said_of_officers_but_that_they_are_the_same() -> None:
    firms = [side | {"name": "Firm", "name_key": "FIRM"} for side in (OLDER, YOUNGER)]
    row = one(*firms, trucks=TRUCKS)
    assert "OKAFOR" not in f"{row['says']} {row['reasons']}".upper()


def test_two_firms_of_one_family_that_run_side_by_side_are_none() -> None:
    open_ = OLDER | {"status": "active", "revoked_on": None}
    assert none(open_, YOUNGER)
    assert none(OLDER, YOUNGER | {"registered_on": dt.date(2016, 1, 1)})
    assert none(open_ | {"status": None}, YOUNGER | {"status": None})


def test_a_buyer_that_had_long_been_there_is_none() -> None:
    stranger = {"name_key": "HALCON", "address_key": "7|MAIN ST|LAREDO TX", "phone": "+17029191301", "officers": "B. X"}
    assert none(OLDER, YOUNGER | stranger | {"registered_on": dt.date(2009, 1, 1)}, trucks=TRUCKS)


def test_the_next_tenant_of_a_yard_is_none_and_so_is_the_buyer_of_one_truck() -> None:
    tenant = YOUNGER | {"name_key": "HALCON", "phone": "+17029191301", "officers": "B. X"}
    assert none(OLDER, tenant)
    assert none(OLDER, tenant | {"address_key": "7|MAIN ST|LAREDO TX"}, trucks=[("US/100", "V0"), ("US/200", "V0")])


def test_a_start_years_later_is_none() -> None:
    assert none(OLDER, YOUNGER | {"registered_on": after(1400), "officers": "B. X"})


@pytest.mark.parametrize("days", [-60, 0, 120])
def test_a_start_around_the_revocation_counts(days: int) -> None:
    assert levels(one(OLDER, YOUNGER | {"registered_on": after(days)}))["sequence"] == "soon"
    assert ("before" if days < 0 else "after") in one(OLDER, YOUNGER | {"registered_on": after(days)})["says"]


def test_one_number_is_one_carrier_and_without_numbers_it_is_possible_at_most() -> None:
    row = one(OLDER, YOUNGER | {"usdot": None}, trucks=TRUCKS)
    assert row["likelihood"] == "possible"
    row = one(OLDER, YOUNGER | {"usdot": "100"}, trucks=TRUCKS)
    assert row["likelihood"] == "possible"
    undated = {"usdot": None, "registered_on": None, "revoked_on": None, "status": None}
    assert none(OLDER | undated, YOUNGER | undated, trucks=TRUCKS)


def test_without_dates_nobody_is_the_younger_and_it_is_possible_at_most() -> None:
    undated = {"registered_on": None, "revoked_on": None, "status": None}
    row = one(OLDER | undated, YOUNGER | undated, trucks=TRUCKS)
    assert (row["likelihood"], row["is_ordered"], row["since"]) == ("possible", False, None)
    assert "no dates known" in row["says"]


@pytest.mark.parametrize(
    ("field", "attribute"), [("phone", "phone"), ("officers", "officers"), ("name_key", "name"), ("status", "standing")]
)
def test_what_one_side_does_not_state_is_neither_for_nor_against(field: str, attribute: str) -> None:
    full, blank = one(trucks=TRUCKS), one(OLDER, YOUNGER | {field: None}, trucks=TRUCKS)
    assert attribute not in bits(blank)
    same = set(bits(blank)) - {"one_owner"}
    assert {name: bits(full)[name] for name in same} == {name: bits(blank)[name] for name in same}


def test_what_too_many_share_makes_no_pair_and_says_nothing() -> None:
    apart = {"officers": None, "address_key": None, "phone": "+17029190000"}
    crowd = [
        YOUNGER | apart | {"key": f"US/9{n:02d}", "carrier": f"US/9{n:02d}", "usdot": f"9{n:02d}", "name_key": f"W{n}"}
        for n in range(MODEL.limits.sharing)
    ]
    assert none(OLDER | apart, *crowd)
    agent = [firm | {"phone": OLDER["phone"]} for firm in crowd]
    row = one(OLDER, YOUNGER, *agent, trucks=TRUCKS)
    assert "phone" not in bits(row)
    assert row["likelihood"] == "likely"


def test_the_first_sign_of_a_carrier_stands_for_a_start_that_no_register_gives() -> None:
    job = {"carrier": "US/200", "start_date": after(70), "known_on": KNOWN}
    row = one(OLDER, YOUNGER | {"registered_on": None}, jobs=[job], trucks=TRUCKS)
    assert "was first seen 70 days after" in row["says"]
    assert none(OLDER, YOUNGER | {"registered_on": None}, jobs=[job | {"start_date": after(-2000)}])


def test_an_event_ends_a_carrier_and_a_lifted_one_does_not() -> None:
    revoked = {
        "carrier": "US/100",
        "code": "LINK-REVOKE",
        "event_date": CLOSED,
        "status": "in_force",
        "known_on": KNOWN,
    }
    older = OLDER | {"revoked_on": None, "status": None}
    assert levels(one(older, YOUNGER, events=[revoked]))["sequence"] == "soon"
    lifted = revoked | {"status": "lifted", "event_date": after(9)}
    assert none(older, YOUNGER, events=[revoked, lifted])


def test_an_event_tells_whose_truck_it_was() -> None:
    seen = [
        {"carrier": "US/100", "vehicle": f"V{n}", "event_date": after(-300), "known_on": KNOWN, "code": "X"}
        for n in range(6)
    ]
    row = one(events=seen, trucks=TRUCKS[8:])
    assert levels(row)["vehicles"] == "most"


def jobs(count: int, gap: int = 20) -> list[dict[str, Any]]:
    end = {"end_date": CLOSED, "start_date": after(-900), "carrier": "US/100"}
    start = {"start_date": after(gap), "carrier": "US/200"}
    return [{"identity_id": f"P{n}", "known_on": KNOWN} | stint for n in range(count) for stint in (end, start)]


def test_drivers_who_moved_along_lift_to_possible_and_are_never_in_an_edge() -> None:
    thin = YOUNGER | {"name_key": "HALCON", "phone": "+17029191301", "registered_on": after(200)}
    assert none(OLDER, thin)
    row = one(OLDER, thin, jobs=jobs(4))
    assert (row["likelihood"], levels(row)["drivers"]) == ("possible", "many")
    likely, with_drivers = one(trucks=TRUCKS), one(trucks=TRUCKS, jobs=jobs(40))
    assert "drivers" not in bits(with_drivers)
    assert with_drivers["bits"] == likely["bits"]
    assert none(OLDER, thin, jobs=jobs(4, gap=200))


def test_a_succession_is_known_once_all_that_speaks_for_it_is() -> None:
    later = KNOWN + dt.timedelta(days=9)
    assert one(OLDER, YOUNGER | {"known_on": later}, trucks=TRUCKS)["known_on"] == later
    again = OLDER | {"key": "US/100D", "known_on": later}
    assert one(OLDER, again, YOUNGER, trucks=TRUCKS)["known_on"] == KNOWN


def test_nothing_makes_nothing() -> None:
    assert none()
    assert none(OLDER)
    assert isinstance(find_reopened(traces()), pl.DataFrame)
