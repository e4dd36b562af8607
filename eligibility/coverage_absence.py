"""What it proves that somebody is not in a source: nothing, unless the source says that it knows them in full."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from eligibility.coverage_countries import licence_countries
from eligibility.coverage_facts import EVIDENCE, known_by
from linkage.schema import EVENT, PERSON, SCORED_PAIR
from linkage.sources.declared import Completeness, Population

CLEARED = ("acquittal", "dismissed", "lifted")
"""Outcomes after which a case no longer speaks against a person; a pardon and an expungement still do for CBP."""


@dataclass(frozen=True, slots=True)
class FullDump:
    """A load that held all of a source on its day, as its manifest declares.

    Args:
        load_id: number of the load.
        manifest: name of the manifest.
        day: the load day.
        country: whose records they are.
        sources: values of `source` in its rows.
        complete_for: what absence from it proves, and about whom.
        legal_basis: under which the source may be asked.
        is_whole: no row of it was rejected; who is not in it may else have been in such a row.
    """

    load_id: int
    manifest: str
    day: dt.date
    country: str
    sources: tuple[str, ...]
    complete_for: tuple[Completeness, ...]
    legal_basis: str | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Presence:
    """What could speak against people, and who is whom.

    Args:
        members: record_key and identity_id.
        persons: PERSON: key, source, licence_jurisdiction, is_derogatory, known_on.
        events: EVENT: key, source, record_key, incident_id, code, event_type, event_date, status, known_on.
        possible: SCORED_PAIR: pairs of records that may be one person.
        cleared_codes: of events that only cleared reviewers may see: these make nobody derogatory, and nobody clear.
    """

    members: pl.DataFrame
    persons: pl.DataFrame
    events: pl.DataFrame = field(default_factory=EVENT.empty)
    possible: pl.DataFrame = field(default_factory=SCORED_PAIR.empty)
    cleared_codes: frozenset[str] = frozenset()


def evidence_of_absence(dumps: Sequence[FullDump], presence: Presence, as_of: dt.date) -> pl.DataFrame:
    """EVIDENCE that the newest full dump of each source gives by the day.

    Who is in it with something against them is derogatory. Who is not in it is clear where the source is complete for
    them, unless one of their records may be the same person as a record that is: then it tells nothing. Nor does it of
    who is in it with what only cleared reviewers may see. A dump with rejected rows clears nobody.
    """
    newest = {dump.manifest: dump for dump in sorted(dumps, key=lambda one: one.load_id) if dump.day <= as_of}
    found = [EVIDENCE.empty(), *(frame for dump in newest.values() for frame in _of_dump(dump, presence, as_of))]
    return pl.concat(found).sort("key", "record_key", "record_type")


def _of_dump(dump: FullDump, presence: Presence, as_of: dt.date) -> Iterator[pl.DataFrame]:
    against, silent = _against(dump, presence, as_of)
    present = presence.members.join(against, on="record_key", how="semi").select("identity_id").unique()
    doubtful = _near(pl.concat([against, silent]), presence)
    anchors = presence.members.group_by("identity_id").agg(pl.col("record_key").min())
    for claim in dump.complete_for:
        known = _population(dump, claim, presence, as_of) if dump.is_whole else present.clear()
        clear = known.join(doubtful, on="identity_id", how="anti")
        for people, result in ((present, "derogatory"), (clear, "clear")):
            yield EVIDENCE.conform(
                people.join(anchors, on="identity_id").select(
                    pl.lit(f"load:{dump.load_id}").alias("key"),
                    "record_key",
                    pl.lit(dump.country).alias("country"),
                    pl.lit(claim.record_type).alias("record_type"),
                    pl.lit(dump.day).alias("checked_on"),
                    pl.lit(dump.day).alias("known_on"),
                    pl.lit(result).alias("result"),
                    pl.lit(dump.legal_basis, dtype=pl.String).alias("legal_basis"),
                )
            )


def _against(dump: FullDump, presence: Presence, as_of: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """record_key of everybody the source holds something against, and of those of whom only the cleared may know."""
    is_of_source = pl.col("source").is_in(dump.sources)
    persons = known_by(PERSON.conform(presence.persons), as_of).filter(is_of_source & pl.col("is_derogatory"))
    events = known_by(EVENT.conform(presence.events), as_of).filter(is_of_source).drop_nulls("record_key")
    is_silent = pl.col("code").is_in(sorted(presence.cleared_codes)).fill_null(value=False)
    silent = events.filter(is_silent).select("record_key").unique()
    standing = _standing(events.filter(~is_silent), presence.members, as_of)
    listed = persons.select(pl.col("key").alias("record_key")).join(silent, on="record_key", how="anti")
    return pl.concat([listed, standing]).unique(), silent


def _standing(events: pl.DataFrame, members: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """record_key of events that no later outcome of the same person's case took back.

    An outcome ends what came before it on the same ground; where it names another ground than all of that, the case.
    """
    case = ["person", "case"]
    rows = events.join(members, on="record_key", how="left").select(
        "key",
        "record_key",
        person=pl.coalesce("identity_id", "record_key"),
        case=pl.coalesce("incident_id", "key"),
        ground=pl.coalesce("code", "event_type").fill_null(""),
        day=pl.coalesce("event_date", "known_on").fill_null(as_of),
        is_end=pl.col("status").is_in(CLEARED).fill_null(value=False),
    )
    said, ends = rows.filter(~pl.col("is_end")), rows.filter("is_end")
    pairs = said.join(ends, on=case, suffix="_end").filter(pl.col("day_end") >= pl.col("day"))
    named = pairs.filter(pl.col("ground") == pl.col("ground_end"))
    over = pl.concat([named, pairs.join(named, on="key_end", how="anti")])
    return said.join(over, on="key", how="anti").select("record_key")


def _near(records: pl.DataFrame, presence: Presence) -> pl.DataFrame:
    """Identities with one of the records, or with a record that may be the same person as one of them."""
    pairs = SCORED_PAIR.conform(presence.possible)
    ends = pl.concat(
        [
            pairs.select(pl.col("record_l").alias("record_key"), pl.col("record_r").alias("other")),
            pairs.select(pl.col("record_r").alias("record_key"), pl.col("record_l").alias("other")),
        ]
    )
    near = ends.join(records.rename({"record_key": "other"}), on="other", how="semi").select("record_key")
    held = pl.concat([records.select("record_key"), near])
    return presence.members.join(held, on="record_key", how="semi").select("identity_id").unique()


def _population(dump: FullDump, claim: Completeness, presence: Presence, as_of: dt.date) -> pl.DataFrame:
    """identity_id of those whom the source knows in full."""
    if claim.people is Population.EVERYBODY:
        return presence.members.select("identity_id").unique()
    persons = known_by(PERSON.conform(presence.persons), as_of)
    if claim.people is Population.HELD:
        keys = persons.filter(pl.col("source").is_in(dump.sources)).select(pl.col("key").alias("record_key"))
    else:
        if claim.jurisdictions:
            persons = persons.filter(pl.col("licence_jurisdiction").is_in(claim.jurisdictions))
        keys = licence_countries(persons).filter(pl.col("country") == dump.country).select("record_key")
    return presence.members.join(keys, on="record_key", how="semi").select("identity_id").unique()
