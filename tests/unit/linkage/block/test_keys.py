"""Blocking keys: the true pairs of the naming patterns meet, and each key of a record is there once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from linkage.block import block_keys
from linkage.model import load_model

RULES = load_model().blocking


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            {"name_surname": "BALDEZ", "birth_date": "1980-03-14"},
            {"name_surname": "VALDES", "birth_date": "1980-03-14"},
        ),
        (
            {"name_given": "ULISES", "name_surname": "QUINTANAR IBARRA", "birth_date": "1984-03-09"},
            {"name_given": "U", "name_surname": "IBARRA", "birth_date": "1984-09-03"},
        ),
        ({"licence": "AR:00451207"}, {"licence": "AR:451207"}),
        ({"fast_id": "009812345"}, {"fast_id": "9812345"}),
        ({"curp": "QUXU840309HTSNXL06"}, {"curp": "QUXU840309HTSNXL06"}),
        ({"phone": "+528675550142"}, {"phone": "+528675550142"}),
        (
            {"name_given": "ULISES QUINTANAR", "name_surname": "IBARRA", "name_alt": ["ULISES|QUINTANAR IBARRA"]},
            {"name_given": "ULISES", "name_surname": "QUINTANAR"},
        ),
    ],
)
def test_two_records_of_one_person_share_a_key(
    persons: Callable[..., pl.DataFrame], left: dict[str, Any], right: dict[str, Any]
) -> None:
    keys = block_keys(persons({"key": "A/1", **left}, {"key": "B/1", **right}), RULES)
    assert keys.filter(pl.col("key").is_duplicated()).height >= 2


def test_records_with_nothing_in_common_share_none(persons: Callable[..., pl.DataFrame]) -> None:
    rows = (
        {"key": "A/1", "name_given": "JOSE", "name_surname": "GARCIA", "birth_date": "1980-03-14", "phone": "+15"},
        {"key": "B/1", "name_given": "HARJIT", "name_surname": "SANDHU", "birth_date": "1961-07-02", "phone": "+16"},
        {"key": "C/1"},
        {"key": "D/1"},
    )
    assert not block_keys(persons(*rows), RULES)["key"].is_duplicated().any()


def test_each_key_of_a_record_comes_once(persons: Callable[..., pl.DataFrame]) -> None:
    row = {
        "name_given": "JOSE JUAN",
        "name_surname": "LOPEZ LOPES",
        "name_alt": ["JUAN|LOPEZ"],
        "birth_date": "1980-04-04",
    }
    keys = block_keys(persons({"key": "A/1", **row}), RULES)
    assert keys.height > 10
    assert not keys.is_duplicated().any()
