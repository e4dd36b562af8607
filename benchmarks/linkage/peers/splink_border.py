"""Splink on standardised driver records: as its documentation says, and with conflicts fixed by hand.

Splink learns how much a disagreement speaks against a match. Between relatives it learns too little, since they share
surname, address and phone. The fixed variants set the conflict levels by `configure(m_probability=...,
fix_m_probability=True)`, the way that Splink's tips for one's own model name.
"""

from __future__ import annotations

from typing import Any

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on
from splink_spec import Spec

CONFLICT_BITS = -12.0

Comparisons = tuple[Any, ...]


def _comparison(column: str, missing: str, *levels: Any) -> cl.CustomComparison:
    null = cll.CustomLevel(missing).configure(is_null_level=True)
    return cl.CustomComparison(output_column_name=column, comparison_levels=[null, *levels])


def _either_null(*columns: str) -> str:
    return " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)


def _conflict(level: Any, *, is_fixed: bool, share: float = 1.0) -> Any:
    """A level of disagreement; fixed, it takes CONFLICT_BITS where `share` of random pairs are in it."""
    return level.configure(m_probability=share * 2**CONFLICT_BITS, fix_m_probability=True) if is_fixed else level


def comparisons(*, names_and_dates: bool = False, more: bool = False) -> Comparisons:
    """All comparisons; the switches fix conflicts of given name and date, and of identifiers, maternal name, suffix."""
    return (
        _comparison(
            "given",
            _either_null("name_given"),
            cll.ExactMatchLevel("name_given").configure(tf_adjustment_column="name_given"),
            cll.ExactMatchLevel("given1").configure(tf_adjustment_column="given1"),
            cll.CustomLevel("given1_l = given2_r OR given2_l = given1_r OR given2_l = given2_r", "another given name"),
            cll.JaroWinklerLevel("name_given", 0.92),
            cll.JaroWinklerLevel("given1", 0.88),
            cll.CustomLevel("length(given1_l) = 1 OR length(given1_r) = 1", "initial"),
            _conflict(cll.ElseLevel(), is_fixed=names_and_dates),
        ),
        _comparison(
            "surname",
            _either_null("surname1"),
            cll.ExactMatchLevel("surname1").configure(tf_adjustment_column="surname1"),
            cll.JaroWinklerLevel("name_surname", 0.92),
            cll.CustomLevel("surname1_l = surname2_r OR surname2_l = surname1_r", "surname in another place"),
            cll.JaroWinklerLevel("surname1", 0.88),
            cll.ElseLevel(),
        ),
        _comparison(
            "maternal",
            _either_null("surname2"),
            cll.ExactMatchLevel("surname2").configure(tf_adjustment_column="surname2"),
            cll.JaroWinklerLevel("surname2", 0.88),
            cll.CustomLevel("surname1_l = surname2_r OR surname2_l = surname1_r", "surname in another place"),
            _conflict(cll.ElseLevel(), is_fixed=more),
        ),
        _comparison(
            "born",
            _either_null("born"),
            cll.ExactMatchLevel("born").configure(tf_adjustment_column="born"),
            cll.CustomLevel(
                "substr(born_l,1,4) = substr(born_r,1,4) AND substr(born_l,6,2) = substr(born_r,9,2)"
                " AND substr(born_l,9,2) = substr(born_r,6,2)",
                "day and month swapped",
            ),
            cll.DamerauLevenshteinLevel("born", 1),
            cll.CustomLevel(
                "substr(born_l,1,4) = substr(born_r,1,4) AND (born_l LIKE '%-01' OR born_r LIKE '%-01')", "clipped date"
            ),
            _conflict(cll.ElseLevel(), is_fixed=names_and_dates),
        ),
        cl.ExactMatch("sex"),
        _comparison(
            "suffix",
            _either_null("name_suffix"),
            cll.ExactMatchLevel("name_suffix"),
            _conflict(cll.ElseLevel(), is_fixed=more, share=0.5),
        ),
        _comparison(
            "curp",
            _either_null("curp"),
            cll.ExactMatchLevel("curp"),
            cll.DamerauLevenshteinLevel("curp", 2),
            cll.CustomLevel("curp_valid_l IS NULL OR curp_valid_r IS NULL", "other CURP, one of them not valid"),
            _conflict(cll.ElseLevel(), is_fixed=more),
        ),
        _comparison(
            "fast_id",
            _either_null("fast_id"),
            cll.ExactMatchLevel("fast_id"),
            cll.DamerauLevenshteinLevel("fast_id", 1),
            _conflict(cll.ElseLevel(), is_fixed=more),
        ),
        _comparison(
            "licence",
            _either_null("licence_number"),
            cll.ExactMatchLevel("licence"),
            cll.ExactMatchLevel("licence_number"),
            cll.DamerauLevenshteinLevel("licence_number", 1),
            cll.CustomLevel(
                "licence_jurisdiction_l IS DISTINCT FROM licence_jurisdiction_r", "licence of another place"
            ),
            _conflict(cll.ElseLevel(), is_fixed=more, share=0.1),
        ),
        cl.ExactMatch("own_phone").configure(term_frequency_adjustments=True),
        _comparison(
            "address",
            _either_null("own_address"),
            cll.ExactMatchLevel("own_address").configure(tf_adjustment_column="own_address"),
            cll.JaroWinklerLevel("address_near", 0.92),
            cll.ExactMatchLevel("city_key").configure(tf_adjustment_column="city_key"),
            cll.ElseLevel(),
        ),
    )


def _spec(compared: Comparisons) -> Spec:
    return Spec(
        blocking=(
            block_on("curp"),
            block_on("fast_id"),
            block_on("licence_number"),
            block_on("rfc"),
            block_on("clave_elector"),
            block_on("own_phone"),
            block_on("own_address"),
            block_on("surname1", "born"),
            block_on("given1", "born"),
            block_on("surname2", "born"),
            block_on("given1", "surname1"),
            block_on("given1", "surname2"),
            block_on("surname1", "surname2", "substr(born,1,4)"),
            block_on("surname1", "substr(born,1,4)", "substr(given1,1,1)"),
            "l.surname1 = r.surname2 AND l.born = r.born",
            "l.surname1 = r.given1 AND l.given1 = r.surname1",
        ),
        comparisons=compared,
        deterministic=(block_on("name_given", "name_surname", "born"), block_on("curp"), block_on("fast_id")),
        recall=0.6,
        training=(block_on("given1", "surname1"), block_on("born"), block_on("licence")),
        select="* EXCLUDE (name_alt, suspect)",
    )


AS_DOCUMENTED = _spec(comparisons())
CONFLICTS_FIXED = _spec(comparisons(names_and_dates=True))
MORE_FIXED = _spec(comparisons(names_and_dates=True, more=True))
