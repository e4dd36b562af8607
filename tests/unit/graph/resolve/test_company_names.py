from __future__ import annotations

import polars as pl
import pytest

from graph.resolve.company_names import CROSSED, MOST, compare_names, rarity, spellings, stands_for


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("TRANSP", "TRANSPORTES"),
        ("TRNSPRT", "TRANSPORT"),
        ("FRT", "FREIGHT"),
        ("GR", "GREAT"),
        ("LINES", "LNES"),
        ("EXPRESS", "XPRESS"),
    ],
)
def test_a_word_stands_for_another(a: str, b: str) -> None:
    assert stands_for(a, b)
    assert stands_for(b, a)


@pytest.mark.parametrize(
    ("a", "b"), [("HAULING", "HAULAGE"), ("NORTE", "SUR"), ("TRANSPORT", "FREIGHT"), ("RIO", "RED")]
)
def test_other_words_do_not(a: str, b: str) -> None:
    assert not stands_for(a, b)


def test_likeness_of_names() -> None:
    turned = compare_names("RIO BRAVO FLETES", "FLETES RIO BRAVO")
    assert turned.is_exact
    assert compare_names("RED CEDAR FREIGHT", "REDCEDAR FRT").lost == 0
    assert compare_names("DEL NORTE", "DEL NORTE EXPRESS").lost == 1
    assert compare_names("RIO BRAVO TRANSPORT", "RIO BRAVO LOGISTICS").is_crossed


def test_bits_grow_with_rarity_and_never_beyond_what_a_name_can_say() -> None:
    rare = {"RIO": 2.0, "BRAVO": 3.0, "XOLOTL": 8.0}
    bits = {
        name: compare_names(name, name).bits(rare) for name in ("RIO BRAVO", "RIO XOLOTL", "RIO BRAVO XOLOTL XOLOTL")
    }
    assert bits["RIO BRAVO"] < bits["RIO XOLOTL"] < bits["RIO BRAVO XOLOTL XOLOTL"] == MOST
    assert compare_names("RIO BRAVO", "RIO XOLOTL").bits(rare) == CROSSED
    assert compare_names("RIO BRAVO", "RIO BRAVA").bits(rare) < bits["RIO BRAVO"]


def test_common_words_say_little() -> None:
    names = pl.Series([f"TRANSPORTES {n}" for n in range(2000)] + [None])
    found = rarity(names)
    assert found["TRANSPORTES"] == 1.0
    assert found["7"] == 8.0


def test_trade_names_are_read_out_of_the_name_received() -> None:
    received = pl.Series(["Huron Freight LLC DBA Blue Heron Hauling", "Huron Freight LLC", None])
    assert spellings(received, pl.Series(["HURON FREIGHT", "HURON FREIGHT", None])).to_list() == [
        ["BLUE HERON HAULING"],
        None,
        None,
    ]
