import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.resolve import judge_vins, refer_carriers, resolve_carriers, vehicle_key
from linkage.schema import CARRIER, EVENT, VEHICLE


def carriers(*rows: dict) -> pl.DataFrame:
    filled = [{"key": f"{r['source']}/{r['carrier_id']}"} | r for r in rows]
    return CARRIER.conform(pl.DataFrame(filled, schema_overrides={c: pl.String for c in CARRIER.columns if c in "rfc"}))


def carrier(source: str, number: str, **more) -> dict:
    blank = dict.fromkeys(("usdot", "docket", "rfc", "name_key", "address_key", "phone"))
    return {"source": source, "carrier_id": number} | blank | more


def groups(frame: pl.DataFrame) -> dict[str, str]:
    return dict(resolve_carriers(frame).iter_rows())


def test_legal_numbers_join_across_sources_and_the_smallest_key_names_the_carrier():
    found = groups(
        carriers(
            carrier("US", "9", usdot="771200", docket="MC1"),
            carrier("MX", "k", rfc="AAA010101AAA", docket="MC1"),
            carrier("CA", "z", rfc="AAA010101AAA"),
            carrier("CA", "y", usdot="771201"),
        )
    )
    assert found == {"US/9": "CA/z", "MX/k": "CA/z", "CA/z": "CA/z", "CA/y": "CA/y"}


def test_name_with_address_or_phone_joins_and_a_name_alone_does_not():
    found = groups(
        carriers(
            carrier("A", "1", name_key="NORTE", address_key="x"),
            carrier("A", "2", name_key="NORTE", address_key="x", phone="+1"),
            carrier("A", "3", name_key="NORTE", phone="+1"),
            carrier("A", "4", name_key="NORTE"),
            carrier("A", "5", address_key="x"),
        )
    )
    assert found == {"A/1": "A/1", "A/2": "A/1", "A/3": "A/1", "A/4": "A/4", "A/5": "A/5"}


def test_a_carrier_reopened_next_door_under_a_new_number_stays_another():
    same = {"name_key": "NORTE", "address_key": "x"}
    found = groups(
        carriers(carrier("A", "1", usdot="1", **same), carrier("A", "2", usdot="2", **same), carrier("A", "3", **same))
    )
    assert len(set(found.values())) == 3


def test_blank_numbers_join_nobody():
    assert len(set(groups(carriers(carrier("A", "1"), carrier("A", "2"))).values())) == 2
    assert resolve_carriers(CARRIER.empty()).height == 0


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([None, "a", "b"])] * 5), min_size=1, max_size=8), st.randoms())
def test_order_of_arrival_does_not_matter(rows, shuffler):
    names = ("usdot", "docket", "rfc", "name_key", "address_key")
    made = [carrier("S", str(n), **dict(zip(names, row, strict=True))) for n, row in enumerate(rows)]
    before = groups(carriers(*made))
    shuffler.shuffle(made)
    assert groups(carriers(*made)) == before


def references(frame: pl.DataFrame, *wanted: str | None) -> dict[str, tuple[str, bool]]:
    found = refer_carriers([pl.Series(wanted, dtype=pl.String)], frame, resolve_carriers(frame))
    return {reference: (key, waits) for reference, key, waits in found.iter_rows()}


def test_a_reference_means_its_own_record_else_the_only_one_of_that_id_else_waits():
    frame = carriers(carrier("US", "k1"), carrier("US", "k2"), carrier("MX", "k2"), carrier("US", "a/b"))
    assert references(frame, "MX/k1", "MX/k2", "CA/k2", "CA/k9", "CA/a/b", None) == {
        "MX/k1": ("US/k1", False),
        "MX/k2": ("MX/k2", False),
        "CA/k2": ("CA/k2", True),
        "CA/k9": ("CA/k9", True),
        "CA/a/b": ("US/a/b", False),
    }


def test_one_carrier_under_one_id_in_two_sources_is_the_only_one():
    frame = carriers(carrier("US", "k", usdot="1"), carrier("MX", "k", usdot="1"))
    assert references(frame, "CA/k") == {"CA/k": ("MX/k", False)}


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
