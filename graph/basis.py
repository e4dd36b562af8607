"""What a table of scores is reckoned from, as integers that keep their meaning from one load to the next.

Places of people, records and things are handed out once and only added to, so that a change of the graph touches the
rows of those it concerns and nothing else. Points do not depend on which place somebody has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from graph.association import cases_of
from graph.evidence import Evidence
from graph.holds import of_successions
from graph.incidents import Judged

SUCCESSOR = "successor"
EVENT_COLUMNS = ("person", "incident", "event", "confidence", "weight")
CASE_COLUMNS = ("incident", "person", "event", "day", "record", "confidence", "weight")
HOLD_COLUMNS = ("person", "thing", "side", "first", "last", "record", "confidence")
HOLD_ORDER = ("thing", "person", "record", "first", "last")


@dataclass(frozen=True, slots=True)
class Basis:
    """People, what they held and their events, known on one day.

    Args:
        as_of: the day.
        policy: name of the policy that weighed the events.
        people: identity ids; a person is a place among them. Some may be gone: they have no rows.
        records: person record keys.
        things: frame tie, key; a thing is a place among them. Successions are not among them.
        holds: frame HOLD_COLUMNS, ordered by HOLD_ORDER, of those things.
        events: frame EVENT_COLUMNS: every known event, those of weight 0 too, for they keep an incident from coming
            back.
        cases: frame CASE_COLUMNS: the days at which ties to a counting event are measured.
        possible: frame a, b, probability: people who may be one.
        successions: frame key, other, factor: carriers that follow one another.
    """

    as_of: dt.date
    policy: str
    people: pl.Series
    records: pl.Series
    things: pl.DataFrame
    holds: pl.DataFrame
    events: pl.DataFrame
    cases: pl.DataFrame
    possible: pl.DataFrame
    successions: pl.DataFrame

    @classmethod
    def of(cls, evidence: Evidence, judged: Judged, policy: str) -> Basis:
        """The basis of some evidence, with its events weighed."""
        lasting = evidence.things.filter(pl.col("tie") != SUCCESSOR)
        places = lasting.select("thing").with_row_index("place")
        holds = evidence.holds.join(places, on="thing", maintain_order="left").with_columns(thing="place")
        followed = evidence.things.filter(pl.col("tie") == SUCCESSOR)
        return cls(
            as_of=evidence.as_of,
            policy=policy,
            people=pl.Series("people", evidence.people, pl.String),
            records=evidence.records.rename("records"),
            things=lasting.select("tie", "key"),
            holds=holds.select(HOLD_COLUMNS),
            events=judged.events.select(EVENT_COLUMNS),
            cases=cases_of(judged).select(CASE_COLUMNS),
            possible=evidence.possible,
            successions=followed.select("key", "other", "factor"),
        )

    def everything_held(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Things (frame tie, factor) and holds with the successions: their people are on one thing more each."""
        carriers = self.things.select("key", is_carrier=pl.col("tie") == "carrier").with_row_index("thing")
        carriers = carriers.filter("is_carrier").select("thing", "key")
        held = of_successions(carriers, self.holds, self.successions)
        first = self.things.height
        more = held.spans.with_columns((pl.col("thing") + first).cast(pl.UInt32)).sort(HOLD_ORDER)
        things = pl.concat(
            [
                self.things.select("tie", factor=pl.lit(1.0)),
                held.things.select(tie=pl.lit(SUCCESSOR), factor="factor"),
            ]
        )
        return things, pl.concat([self.holds, more.select(HOLD_COLUMNS)])


def places_of(ids: pl.Series, wanted: pl.Series | Sequence[str]) -> pl.DataFrame:
    """Frame id, place: where each of the wanted stands among the ids; those that do not are left out."""
    named = pl.DataFrame({"id": pl.Series(wanted, dtype=pl.String).unique()})
    return pl.DataFrame({"id": ids}).with_row_index("place").join(named, on="id", how="semi")
