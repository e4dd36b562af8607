"""Which countries' records matter for a driver, and why: this decides who is asked, and nothing else."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import polars as pl

from eligibility.coverage_facts import CoverageFacts, enrolled, known_by
from eligibility.coverage_policy import CoveragePolicy
from linkage.schema import CARRIER, EMPLOYMENT, PERSON
from linkage.standardise.places import Places


class Because(StrEnum):
    """Why a country matters for a driver."""

    PROGRAMME = "programme"  # for every member
    LICENCE = "licence"  # holds a licence of it
    RESIDENCE = "residence"  # as recorded at enrolment
    EMPLOYMENT = "employment"  # drives for a carrier of it, or did within the look-back
    CITIZENSHIP = "citizenship"  # as recorded at enrolment
    UNRECORDED = "unrecorded"  # nothing says which countries matter, so all of them do


def countries_that_matter(
    facts: CoverageFacts, people: pl.DataFrame, as_of: dt.date, policy: CoveragePolicy
) -> pl.DataFrame:
    """Countries of the policy that matter for each person, with every reason.

    Args:
        people: identity_id of those asked about.
        as_of: the day; what became known later does not count.

    Frame out:
        identity_id, country and because (list, in the order of `Because`), one row a person and country.
    """
    licences, jobs, papers = _licences(facts, as_of), _jobs(facts, as_of, policy), _at_enrolment(facts, as_of, policy)
    recorded = pl.concat([licences, jobs, papers]).join(people, on="identity_id", how="semi")
    recorded = recorded.filter(pl.col("country").is_in(policy.countries))
    unrecorded = people.join(recorded, on="identity_id", how="anti")
    given = (
        _each(people, policy.always, Because.PROGRAMME),
        recorded,
        _each(unrecorded, policy.countries, Because.UNRECORDED),
    )
    order = {str(reason): place for place, reason in enumerate(Because)}
    rank = pl.col("because").replace_strict(order, return_dtype=pl.Int8)
    return (
        pl.concat(given)
        .unique()
        .sort("identity_id", "country", rank)
        .group_by("identity_id", "country", maintain_order=True)
        .agg("because")
    )


def licence_countries(persons: pl.DataFrame) -> pl.DataFrame:
    """record_key and country of each licence that person records (PERSON) name.

    The issuer says it. Where none is known, the licence says nothing: the country of a file is not the issuer's, since
    a roadside inspection in one country writes down licences of all three.
    """
    places = Places.load()
    held = PERSON.conform(persons).select(pl.col("key").alias("record_key"), "licence_jurisdiction")
    owners = {
        code: owner for code in held["licence_jurisdiction"].unique().drop_nulls() if (owner := places.owner(code))
    }
    country = pl.col("licence_jurisdiction").replace_strict(owners, default=None, return_dtype=pl.String)
    return held.select("record_key", country.alias("country")).drop_nulls("country")


def _licences(facts: CoverageFacts, as_of: dt.date) -> pl.DataFrame:
    known = known_by(PERSON.conform(facts.persons), as_of)
    return _of_people(licence_countries(known), facts, Because.LICENCE)


def _jobs(facts: CoverageFacts, as_of: dt.date, policy: CoveragePolicy) -> pl.DataFrame:
    since = as_of - dt.timedelta(days=policy.employment_look_back_days)
    recent = known_by(EMPLOYMENT.conform(facts.employment), as_of).filter(
        pl.col("end_date").is_null() | (pl.col("end_date") >= since)
    )
    carriers = CARRIER.conform(facts.carriers).select(pl.col("key").alias("carrier_key"), "country")
    found = recent.select("record_key", "carrier_key").join(carriers, on="carrier_key").drop_nulls("country")
    return _of_people(found.select("record_key", "country"), facts, Because.EMPLOYMENT)


def _at_enrolment(facts: CoverageFacts, as_of: dt.date, policy: CoveragePolicy) -> pl.DataFrame:
    members = enrolled(facts, as_of, policy)
    found = [
        members.select("identity_id", pl.col(column).cast(pl.List(pl.String)).alias("country"))
        .explode("country")
        .drop_nulls()
        .with_columns(because=pl.lit(str(reason)))
        for column, reason in (("residence", Because.RESIDENCE), ("citizenship", Because.CITIZENSHIP))
    ]
    return pl.concat(found)


def _of_people(found: pl.DataFrame, facts: CoverageFacts, reason: Because) -> pl.DataFrame:
    joined = found.join(facts.members, on="record_key").select("identity_id", "country").unique()
    return joined.with_columns(because=pl.lit(str(reason)))


def _each(people: pl.DataFrame, countries: tuple[str, ...], reason: Because) -> pl.DataFrame:
    crossed = people.select("identity_id").join(
        pl.DataFrame({"country": pl.Series(countries, dtype=pl.String)}), how="cross"
    )
    return crossed.with_columns(because=pl.lit(str(reason)))
