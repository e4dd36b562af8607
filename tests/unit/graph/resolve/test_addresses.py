from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.resolve import resolve_addresses
from graph.resolve.addresses import MENTION


def doors(*rows: tuple[str | None, str | None] | str) -> dict[str, str]:
    filled = [row if isinstance(row, tuple) else (row, None) for row in rows]
    return dict(resolve_addresses(pl.DataFrame(filled, schema=MENTION, orient="row")).iter_rows())


def one(*rows: tuple[str, str | None] | str) -> bool:
    return len(set(doors(*rows).values())) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            "422D|BENITO JUAREZ BLVD|88169|NUEVO LAREDO TAM",
            ("422D|BENITO JUAREZ BLVD|SATELITE|NUEVO LAREDO TAM", "88169"),
        ),
        ("5006|RIO CONCHOS ST||GUADALUPE NLE", "5006|RIO CONCHOS ST|JOYA|GUADALUPE NLE"),
        ("640|LEONA VICARIO BLVD|PALMAS|MTY NLE", "640|LEONA VICARIO BLVD|PALMAS|MONTERREY NLE"),
        ("3289|SIERRA MADRE PRIV|JOYA|S L P SLP", "3289|SIERRA MADRE PRIV|JOYA|SAN LUIS POTOSI SLP"),
        ("8752|CHILE ST|SOL|TIJUANA B C BCN", "8752|CHILE ST|SOL|TIJUANA BCN"),
        ("13243|LINCOLN DR|MC ALLEN TX", "13243|LINCOLN DR|MCALLEN TX"),
        (("3158|SAN BERNARRDO LN|SUNLAND PARK NM", "88063"), ("3158|SAN BERNARDO LN|SUNLAND PARK NM", "88063")),
        (("962|CHESTNUT R|MCALLEN TX", "78501"), ("962|CHESTNUT RD|MCALLEN TX", "78501-1234")),
        ("805|AND VIOLETA ST|PINOS|VICTORIA TAM", "805|VIOLETA ANDADOR|PINOS|VICTORIA TAM"),
        ("538|NINOS HEROES ST|MIEADOR|MEXICALI BCN", "538|NINOS HEROES ST|MIRADOR|MEXICALI BCN"),
    ],
)
def test_one_door_however_it_is_written(
    left: tuple[str, str | None] | str, right: tuple[str, str | None] | str
) -> None:
    assert one(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("12|OAK ST|LAREDO TX", "14|OAK ST|LAREDO TX"),
        ("12#4|OAK ST|LAREDO TX", "12#5|OAK ST|LAREDO TX"),
        ("12#4|OAK ST|LAREDO TX", "12|OAK ST|LAREDO TX"),
        ("12|OAK ST|LAREDO TX", "12|OAK AVE|LAREDO TX"),
        ("12|OAK ST|LAREDO TX", "12|OAK ST|EL PASO TX"),
        ("12|OAK ST|NOGALES AZ", "12|OAK ST|NOGALES SON"),
        ("12|MAIN ST|LAREDO TX", "12|MAINE ST|LAREDO TX"),
        (("12|1042 ST|LAREDO TX", "78040"), ("12|1043 ST|LAREDO TX", "78040")),
        ("12|HIDALGO ST|CENTRO|MONTERREY NLE", "12|HIDALGO ST|MODERNA|MONTERREY NLE"),
        (("12|HIDALGO ST||MONTERREY NLE", "64000"), ("12|HIDALGO ST|CENTRO|MONTERREY NLE", "64700")),
        ("yard", "home"),
    ],
)
def test_two_doors_stay_two(left: tuple[str, str | None] | str, right: tuple[str, str | None] | str) -> None:
    assert not one(left, right)


def test_a_door_that_fits_two_colonias_is_in_neither() -> None:
    open_, first, second = (
        "12|HIDALGO ST||APODACA NLE",
        "12|HIDALGO ST|CENTRO|APODACA NLE",
        "12|HIDALGO ST|MODERNA|APODACA NLE",
    )
    assert one(open_, first)
    assert len(set(doors(open_, first, second).values())) == 3


def test_rows_without_a_door_are_passed_over_and_codes_that_contradict_are_not_trusted() -> None:
    assert doors((None, "78040")) == {}
    key = "12|OAKWOOD ST|LAREDO TX"
    assert one((key, "78040"), ("12|OAKWOD ST|LAREDO TX", "78040"))
    assert not one((key, "78040"), (key, "78041"), ("12|OAKWOD ST|LAREDO TX", "78040"))


keys = st.builds(
    lambda number, street, near, city: f"{number}|{street}|{near}|{city}",
    st.sampled_from(["12", "12#4"]),
    st.sampled_from(["HIDALGO ST", "HIDALG ST", "AND HIDALGO ST", "HIDALGO AVE"]),
    st.sampled_from(["", "CENTRO", "CENTR0", "MODERNA", "64000"]),
    st.sampled_from(["MTY NLE", "MONTERREY NLE"]),
)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(st.lists(st.tuples(keys, st.sampled_from([None, "64000", "64700"])), max_size=8), st.randoms())
def test_order_does_not_matter(rows: list[tuple[str, str | None]], shuffler: object) -> None:
    before = doors(*rows)
    shuffler.shuffle(rows)  # type: ignore[attr-defined]
    assert doors(*rows) == before
    assert all(before[door] == door for door in before.values())
