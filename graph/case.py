"""One person's assessment opened up: the rows and labels that tell why the score is what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from graph.association import tie_rows
from graph.evidence import Evidence
from graph.labels import TIE_NODE, Labels
from graph.policy import RiskPolicy
from graph.risk import Assessment
from graph.schema import EDGE, EdgeKind, NodeKind
from graph.sentences import say_link
from graph.store import GraphReader
from graph.succession import describe_link

MayTell: TypeAlias = Callable[[str | None, str | None], bool]


def everything(_: str | None, __: str | None) -> bool:
    """Every event may be told of."""
    return True


@dataclass(frozen=True, slots=True)
class Case:
    """One person's assessment with the rows and labels an explanation needs.

    Args:
        policy: the policy.
        assessment: what the score rests on.
        person: place of the person in the evidence.
        own: own incidents that count.
        own_events: all own events.
        linked: cases of others that reach the person, strongest first in each incident.
        ties: strongest of each independent group, by row of the case.
        things: the person's things.
        holders: person, first and last day of each hold on a thing with a tie.
        with_event: people with any event that may be told of.
        labels: of the things and events.
        successions: frame EDGE: SUCCEEDS edges of the person's carriers.
    """

    policy: RiskPolicy
    assessment: Assessment
    person: int
    own: pl.DataFrame
    own_events: pl.DataFrame
    linked: pl.DataFrame
    ties: dict[int, list[dict[str, Any]]]
    things: pl.DataFrame
    holders: dict[int, tuple[np.ndarray, ...]]
    with_event: set[int]
    labels: Labels
    successions: pl.DataFrame

    @classmethod
    def open(
        cls,
        reader: GraphReader,
        policy: RiskPolicy,
        assessment: Assessment,
        person: int,
        may_tell: MayTell = everything,
    ) -> Case:
        """The case of a person who was assessed.

        Args:
            may_tell: says of an event's code and type whether others may be told that somebody has such an event.
        """
        evidence, tables = assessment.evidence, assessment.tables
        cases = tables.cases.select("row", "event", "day", "weight", record_e="record", confidence_e="confidence")
        linked = assessment.linked.join(cases, on="row", maintain_order="left")
        order = ["row", "tie", "thing", "hold_p", "hold_x"]
        told = linked.unique("incident", keep="first", maintain_order=True)["row"]  # the others add nothing
        counting = replace(tables, cases=tables.cases.filter(pl.col("row").is_in(told.implode())))
        ties = pl.concat(list(tie_rows(counting))).sort(order, descending=[False, True, False, False, False])
        ties = ties.unique(["row", "group"], keep="first", maintain_order=True)
        mine = evidence.holds.filter(pl.col("person") == person)["thing"].unique()
        things = evidence.things.filter(pl.col("thing").is_in(mine.implode()))
        own_events = assessment.judged.events.filter(pl.col("person") == person)
        wanted: dict[NodeKind, set[str]] = {kind: set() for kind in TIE_NODE.values()}
        for tie, key, other in things.select("tie", "key", "other").iter_rows():
            wanted[TIE_NODE[tie]] |= {key, other} - {None}
        events = {*own_events["event"].to_list(), *linked["event"].to_list()}
        labels = Labels.read(reader, {**wanted, NodeKind.EVENT: events})
        own = assessment.own.filter(pl.col("person") == person)
        joined = things.filter(pl.col("tie") == "successor")
        ends = sorted({*joined["key"].to_list(), *joined["other"].to_list()})
        follow = frozenset({EdgeKind.SUCCEEDS})
        links = reader.edges_of(NodeKind.CARRIER, ends, follow, evidence.as_of) if ends else EDGE.empty()
        rows = {row: list(group) for row, group in groupby(ties.iter_rows(named=True), key=itemgetter("row"))}
        return cls(
            policy=policy,
            assessment=assessment,
            person=person,
            own=own,
            own_events=own_events,
            linked=linked,
            ties=rows,
            things=things,
            holders=_holders(evidence, ties["thing"].unique()),
            with_event=_with_event(evidence.events, may_tell),
            labels=labels,
            successions=links,
        )

    def identity(self, place: int) -> str:
        """Identity id of a person."""
        return self.assessment.evidence.people[place]

    def label(self, thing: dict[str, Any]) -> str:
        """A thing, or the two carriers of a succession, as a sentence calls it."""
        name = self.labels.thing(thing["tie"], thing["key"])
        return f"{name} and {self.labels.thing(thing['tie'], thing['other'])}" if thing["other"] else name

    def link(self, carrier: str, other: str) -> dict[str, Any] | None:
        """The succession of two carriers and its sentence; None where further ones lie between."""
        ends = pl.concat_list("src", "dst").list.sort() == sorted((carrier, other))
        direct = self.successions.filter(ends).sort("confidence", "first_seen", descending=[True, False])
        if not direct.height:
            return None
        edge = direct.row(0, named=True)
        link = describe_link(edge)
        young, old = (self.labels.thing("carrier", edge[end]) for end in ("src", "dst"))
        return link | {"sentence": say_link(young, old, link)}

    def crowd(self, thing: int, day: int) -> set[int]:
        """People on the thing within the window around the day."""
        window = self.policy.limits.window_days
        person, first, last = self.holders[thing]
        return set(person[(first - window <= day) & (last + window >= day)].tolist())


def _with_event(events: pl.DataFrame, may_tell: MayTell) -> set[int]:
    kinds = events.select("code", "event_type").unique()
    told = [kind for kind in kinds.iter_rows() if may_tell(*kind)]
    shown = pl.DataFrame(told, schema=kinds.schema, orient="row")
    return set(events.join(shown, on=["code", "event_type"], how="semi", nulls_equal=True)["person"].to_list())


def _holders(evidence: Evidence, things: pl.Series) -> dict[int, tuple[np.ndarray, ...]]:
    held = evidence.holds.filter(pl.col("thing").is_in(things.implode()))  # ordered by thing
    thing, *columns = (held[name].to_numpy() for name in ("thing", "person", "first", "last"))
    starts: np.ndarray = np.flatnonzero(np.append(True, thing[1:] != thing[:-1]))
    if not len(thing):
        return {}
    parts = zip(*(np.split(column, starts[1:]) for column in columns), strict=True)
    return dict(zip(thing[starts].tolist(), parts, strict=True))
