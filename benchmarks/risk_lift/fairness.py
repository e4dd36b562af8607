"""The same facts told of people of other countries and names: what a score must not notice."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from linkage.schema import FACT, Kind

NEXT_COUNTRY = {"MX": "CA", "CA": "US", "US": "MX"}
_SHARED = ("record_id", "phone", "address", "city", "region", "postal_code", "address_key", "address_near", "city_key")
"""What says where a person can be found; the rest of a person record says who they are."""


def told_of_others(facts: Mapping[Kind, pl.DataFrame]) -> dict[Kind, pl.DataFrame]:
    """The facts with names, birth dates, sexes and papers handed on to the next record, and every country changed.

    Where people live and can be called, what they drove, whom they worked for and what they did stays as it was.
    """
    persons = facts[Kind.PERSON]
    kept = {*FACT, *_SHARED, "country"}
    moved = [pl.col(name).shift(1, fill_value=pl.col(name).last()) for name in persons.columns if name not in kept]
    country = pl.col("country").replace(NEXT_COUNTRY)
    told = {**facts, Kind.PERSON: persons.with_columns(*moved, country)}
    if Kind.ENROLMENT in facts:
        abroad = {"MEX": "CAN", "CAN": "USA", "USA": "MEX"}
        named = [pl.col(name).replace({**NEXT_COUNTRY, **abroad}) for name in ("citizenship", "residence")]
        told[Kind.ENROLMENT] = facts[Kind.ENROLMENT].with_columns(named)
    return told
