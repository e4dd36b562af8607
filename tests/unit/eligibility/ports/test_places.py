"""The list of places is what the data of the Bureau of Transportation Statistics says of where its ports are."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from eligibility.ports.places import load_places

BTS = Path(__file__).resolve().parents[4] / "fixtures" / "bts" / "bts_truck_entries.parquet"


def test_every_port_of_the_data_is_listed_where_the_data_has_it() -> None:
    data = pl.read_parquet(BTS)
    latest = data.sort("month").group_by("port_code").last()
    held = load_places()
    assert {row["port_code"] for row in latest.iter_rows(named=True)} == set(held)
    for row in latest.iter_rows(named=True):
        place = held[row["port_code"]]
        assert (place.name, place.state) == (row["port_name"], row["state"])
        assert abs(place.latitude - row["latitude"]) < 0.002
        assert abs(place.longitude - row["longitude"]) < 0.002
