import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.resolve import judge_vins, resolve_vehicles, vehicle_key
from graph.resolve.vehicles import MENTION
from linkage.schema import EVENT, VEHICLE

TRUCK = "3AKJHHDR9NSZZ0007"
SISTER = "3AKJHHDR0NSZZ0008"
SLIP = "3AKJHHDR9N5ZZ0007"  # S read as 5


def test_vehicles_meet_by_valid_vin_only():
    rows = [
        {"source": "US", "vin": "V1", "vin_quality": "valid"},
        {"source": "MX", "vin": "V2", "vin_quality": "suspect"},
        {"source": "US", "vin": "V3", "vin_quality": "placeholder", "plate": "P", "plate_jurisdiction": "TX"},
        {"source": "US", "vin": None, "vin_quality": None, "plate": "P", "plate_jurisdiction": "TX"},
        {"source": "US", "vin": None, "vin_quality": None, "plate": "P", "plate_jurisdiction": None},
    ]
    frame = VEHICLE.conform(pl.DataFrame(rows))
    keys = frame.select(vehicle_key(frame).alias("k"))["k"].to_list()
    assert keys == ["V1", "MX/V2", "plate:TX/P", "plate:TX/P", None]


def test_a_vin_of_an_event_is_as_good_as_the_fleet_says():
    events = EVENT.conform(pl.DataFrame({"vin": ["V1", "V2", None]}))
    fleet = pl.DataFrame({"vin": ["V1", "V2"], "vin_quality": ["valid", "suspect"]})
    assert judge_vins(events, [fleet])["vin_quality"].to_list() == ["valid", "suspect", "suspect"]


def mentions(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(MENTION) | {"source": "US"} | row for row in rows], schema=MENTION)


def resolved(*rows: dict) -> dict[str, str]:
    return dict(resolve_vehicles(mentions(*rows)).iter_rows())


def valid(vin: str, **more: str) -> dict:
    return {"vin": vin, "vin_quality": "valid", **more}


def suspect(vin: str, **more: str) -> dict:
    return {"vin": vin, "vin_quality": "suspect", **more}


def plated(plate: str, **more: str) -> dict:
    return {"plate": plate, "plate_jurisdiction": "TX", **more}


def test_a_slip_joins_the_vin_that_wears_its_plate_or_has_its_carrier_and_no_other():
    by_plate = resolved(valid(TRUCK, **plated("A1")), suspect(SLIP, source="MX", **plated("A1")))
    assert by_plate == {TRUCK: TRUCK, f"MX/{SLIP}": TRUCK}
    by_carrier = resolved(valid(TRUCK, carrier="c"), suspect(SLIP, carrier="c"))
    assert by_carrier[f"US/{SLIP}"] == TRUCK
    alone = resolved(valid(TRUCK, **plated("A1")), suspect(SLIP, **plated("B2")))
    assert alone[f"US/{SLIP}"] == f"US/{SLIP}"


def test_a_swapped_pair_is_a_slip_and_two_slips_are_not():
    swapped, two = "3AKJHHDR9NSZ0Z007", "3AKJHHDR9N5ZZ0O07".replace("O", "1")
    found = resolved(valid(TRUCK, **plated("A1")), suspect(swapped, **plated("A1")), suspect(two, **plated("A1")))
    assert found[f"US/{swapped}"] == TRUCK
    assert found[f"US/{two}"] == f"US/{two}"


def test_of_two_sisters_a_slip_is_the_one_that_wears_its_plate():
    between = "3AKJHHDR9NSZZ0008"  # a slip from the truck's number and, in its check digit, from its sister's
    rows = [valid(TRUCK, carrier="c", **plated("A1")), valid(SISTER, carrier="c", **plated("B2"))]
    assert resolved(*rows, suspect(between, carrier="c"))[f"US/{between}"] == f"US/{between}"
    assert resolved(*rows, suspect(between, carrier="c", **plated("B2")))[f"US/{between}"] == SISTER


def test_a_plate_is_the_one_vehicle_that_wears_it_else_the_carrier_decides():
    key = "plate:TX/A1"
    assert resolved(plated("A1"))[key] == key
    assert resolved(valid(TRUCK, **plated("A1")), plated("A1"))[key] == TRUCK
    handed_on = [valid(TRUCK, carrier="c", **plated("A1")), valid(SISTER, carrier="d", **plated("A1"))]
    assert resolved(*handed_on, plated("A1"))[key] == key
    assert resolved(*handed_on, plated("A1", carrier="d"))[key] == SISTER
    assert resolved(valid(TRUCK, **plated("A1") | {"plate_jurisdiction": "ON"}), plated("A1"))[key] == key


def test_two_valid_vins_are_two_vehicles_whatever_they_share():
    found = resolved(valid(TRUCK, carrier="c", **plated("A1")), valid(SISTER, carrier="c", **plated("A1")))
    assert found == {TRUCK: TRUCK, SISTER: SISTER}


rows_strategy = st.lists(
    st.builds(
        lambda vin, plate, carrier: vin | (plated(plate) if plate else {}) | {"carrier": carrier},
        st.sampled_from([{}, valid(TRUCK), valid(SISTER), suspect(SLIP), suspect("3AKJHHDR9NSZZ0008")]),
        st.sampled_from([None, "A1", "B2"]),
        st.sampled_from([None, "c", "d"]),
    ),
    max_size=8,
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(rows_strategy, st.randoms())
def test_order_does_not_matter_and_nothing_is_resolved_twice(rows, shuffler):
    before = resolved(*rows)
    shuffler.shuffle(rows)
    assert resolved(*rows) == before
    assert all(before[vehicle] == vehicle for vehicle in before.values() if vehicle in before)
