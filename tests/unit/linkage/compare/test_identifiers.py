"""Identifier and contact levels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from linkage.compare import attribute_levels, encode
from linkage.model import Model


@pytest.fixture
def level(persons: Callable[..., pl.DataFrame], model: Model) -> Callable[..., str]:
    def found(attribute: str, left: dict[str, Any], right: dict[str, Any]) -> str:
        records = encode(persons({"key": "A/1", **left}, {"key": "B/1", **right}), model)
        zero, one = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
        forth, back = (int(records.compare(*pair)[attribute].levels[0]) for pair in ((zero, one), (one, zero)))
        assert forth == back, "comparing is symmetric"
        return attribute_levels(model)[attribute][forth]

    return found


@pytest.mark.parametrize(
    ("attribute", "left", "right", "expected"),
    [
        ("licence", {"licence": "TX:31882047"}, {"licence": "TX:31882047"}, "exact"),
        ("licence", {"licence": "TX:31882047"}, {"licence": "TX:31882074"}, "near"),
        ("licence", {"licence": "TX:31882047"}, {"licence": "TX:99120001"}, "conflict"),
        ("licence", {"licence": "TX:31882047"}, {"licence": "NM:99120001"}, "missing"),
        ("licence", {"licence": "FED:TAMPS00123456"}, {"licence": "FED:00123456"}, "near"),
        ("licence", {"licence": "FED:CHIH04505853"}, {"licence": "FED:4505853"}, "near"),
        ("curp", {"curp": "EELM950417MCLCNR04"}, {"curp": "EELM950417MCLCNR12"}, "conflict"),
        ("curp", {"curp": "EELM950417MCLCNR04", "suspect": ["curp"]}, {"curp": "EELM950417MCLCNR12"}, "missing"),
        ("fast_id", {"fast_id": "981622040"}, {"fast_id": "981622058"}, "conflict"),
        ("fast_id", {"fast_id": "981622040"}, {"fast_id": "981622041"}, "near"),
        ("passport", {"passport": "US:10251111"}, {"passport": "MX:G10251111"}, "missing"),
        ("ssn4", {"ssn4": "0123"}, {"ssn4": "9876"}, "conflict"),
        ("suffix", {"name_suffix": "JR"}, {"name_suffix": "SR"}, "conflict"),
        ("suffix", {"name_suffix": "JR"}, {}, "missing"),
        ("contact", {"phone": "+15"}, {"phone": "+15"}, "phone"),
        ("contact", {"phone": "+15", "address_key": "a"}, {"phone": "+15", "address_key": "a"}, "both"),
        ("contact", {"phone": "+15", "city_key": "LAREDO"}, {"phone": "+16", "city_key": "LAREDO"}, "city"),
        ("contact", {"phone": "+15"}, {"phone": "+16"}, "conflict"),
        ("contact", {"phone": "+15"}, {"address_key": "a"}, "missing"),
    ],
)
def test_levels_of_identifiers_and_contacts(
    level: Callable[..., str], attribute: str, left: dict[str, Any], right: dict[str, Any], expected: str
) -> None:
    assert level(attribute, left, right) == expected


def test_a_phone_that_too_many_records_share_says_nothing(persons: Callable[..., pl.DataFrame], model: Model) -> None:
    crowd = persons(*({"key": f"A/{i:02d}", "phone": "+15"} for i in range(model.limits.sharing + 1)))
    agreements = encode(crowd, model).compare(np.array([0], dtype=np.int32), np.array([1], dtype=np.int32))
    assert agreements["contact"].levels[0] == 0
