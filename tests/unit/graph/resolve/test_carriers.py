import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.resolve import refer_carriers, resolve_carriers
from linkage.schema import CARRIER


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


def named(key: str, name: str, **more) -> dict:
    source, number = key.split("/")
    return carrier(source, number, name=name, name_key=more.pop("folded", name.upper()), **more)


def test_a_slip_in_a_long_number_under_one_name_is_one_carrier_and_in_a_short_one_is_two():
    same = {"folded": "RIO BRAVO FLETES", "address_key": "1|A ST|LAREDO TX"}
    long = groups(carriers(named("A/1", "x", usdot="2093344", **same), named("A/2", "x", usdot="2093844", **same)))
    short = groups(carriers(named("A/1", "x", usdot="20", **same), named("A/2", "x", usdot="28", **same)))
    assert len(set(long.values())) == 1
    assert len(set(short.values())) == 2


def test_abbreviations_and_slips_join_at_one_door_and_another_line_of_business_does_not():
    door = {"address_key": "7|PORT RD|LAREDO TX", "phone": "+19565540001", "officers": "A. Bravo"}
    found = groups(
        carriers(
            named("A/1", "x", folded="GREAT LAKES FREIGHT LINES", usdot="1111111", **door),
            named("B/2", "x", folded="GR LAKES FRT LNS", **door),
            named("B/3", "x", folded="GREAT LAKES FREIGTH LINES", **door),
            named("B/4", "x", folded="GREAT LAKES LOGISTICS", **door),
        )
    )
    assert found["B/2"] == found["B/3"] == found["A/1"]
    assert found["B/4"] == "B/4"


def test_legal_forms_and_countries_hold_namesakes_apart():
    town = {"address_key": None, "postal_code": "78040", "folded": "SIERRA AZUL"}
    one, two = named("A/1", "Sierra Azul LLC", **town), named("A/2", "Sierra Azul Inc.", **town)
    assert len(set(groups(carriers(one, two)).values())) == 2
    assert len(set(groups(carriers(one, named("A/2", "Sierra Azul L.L.C.", **town))).values())) == 1
    abroad = [named("A/1", "Sierra Azul", country="MX", **town), named("A/2", "Sierra Azul", country="US", **town)]
    assert len(set(groups(carriers(*abroad)).values())) == 2


def test_a_trade_name_joins_through_the_record_that_gives_both():
    found = groups(
        carriers(
            named("A/1", "Huron Freight LLC", folded="HURON FREIGHT", phone="+1"),
            named("A/2", "Huron Freight LLC DBA Blue Heron Hauling", folded="HURON FREIGHT", phone="+1"),
            named("A/3", "Blue Heron Hauling", folded="BLUE HERON HAULING", phone="+1"),
        )
    )
    assert len(set(found.values())) == 1


def test_a_broker_s_phone_that_many_share_joins_nobody():
    shared = [named(f"A/{n}", "x", folded=f"FIRM {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[n]}X", phone="+1") for n in range(26)]
    twins = [named("B/1", "x", folded="RIO BRAVO", phone="+1"), named("B/2", "x", folded="RIO BRAVO", phone="+1")]
    assert len(set(groups(carriers(*twins)).values())) == 1
    assert len(set(groups(carriers(*shared, *twins)).values())) == 28
