"""A small world told in facts, as files tell it: for what must hold from the facts on, identities included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from graph.project import desired
from graph.testing.memory import MemoryStore
from graph.testing.worlds import KNOWN, World
from linkage.schema import FACTS, MEMBERSHIP, SCORED_PAIR, Kind


@dataclass(frozen=True, slots=True)
class Told:
    """Facts, and who is who.

    Args:
        facts: by kind.
        memberships: frame MEMBERSHIP.
        possible: frame SCORED_PAIR.
    """

    facts: Mapping[Kind, pl.DataFrame]
    memberships: pl.DataFrame
    possible: pl.DataFrame

    def to_store(self) -> MemoryStore:
        """The graph that these facts make, in a store."""
        return MemoryStore(desired(self.facts, self.memberships, self.possible))

    def saying(self, kind: Kind, **said: pl.Expr) -> Told:
        """The same with other columns in the facts of one kind."""
        return replace(self, facts={**self.facts, kind: FACTS[kind].conform(self.facts[kind].with_columns(**said))})

    def adding(self, kind: Kind, rows: Iterable[dict[str, Any]]) -> Told:
        """The same with more facts of one kind."""
        new = _facts(kind, rows)
        return replace(self, facts={**self.facts, kind: pl.concat([self.facts.get(kind, new.clear()), new])})

    def known_as(self, identity: Callable[[str], str]) -> Told:
        """The same records, each of the identity that `identity` makes of its key."""
        keys = pl.col("record_key").map_elements(identity, pl.String)
        return replace(self, memberships=self.memberships.with_columns(identity_id=keys))


def tell(world: World) -> Told:
    """The world in facts; successions are declared, hence certain, and nobody is possibly somebody else."""
    persons = list(_persons(world))
    members = [(key, person, confidence) for key, person, confidence, _ in persons]
    return Told(
        {
            Kind.PERSON: _facts(Kind.PERSON, (row for *_, row in persons)),
            Kind.DRIVING: _facts(Kind.DRIVING, _driving(world)),
            Kind.EMPLOYMENT: _facts(Kind.EMPLOYMENT, _employment(world)),
            Kind.EVENT: _facts(Kind.EVENT, _events(world)),
            Kind.CARRIER_LINK: _facts(Kind.CARRIER_LINK, _links(world)),
        },
        pl.DataFrame(members, schema=MEMBERSHIP.columns, orient="row"),
        SCORED_PAIR.empty(),
    )


def _persons(world: World) -> Iterable[tuple[str, str, float, dict[str, Any]]]:
    """A record for each that the world names, and one more for each phone and home that it gives."""
    named = {(hold.person, hold.record) for hold in world.holds}
    named |= {(event.person, event.record) for event in world.events}
    for person, number in sorted(named):
        key, confidence = f"{person}/{number}", world.confidences.get((person, number), 1.0)
        yield key, person, confidence, {"key": key, "source": person, "known_on": KNOWN}
        given = {(h.tie, h.thing): h for h in world.holds if (h.person, h.record) == (person, number)}
        for (tie, thing), hold in sorted(given.items()):
            column = {"phone": "phone", "home": "address_key"}.get(tie)
            if column:
                row = {"key": f"{key}-{thing}", "source": person, "known_on": hold.known_on, column: thing}
                yield f"{key}-{thing}", person, confidence, row


def _driving(world: World) -> Iterable[dict[str, Any]]:
    for n, hold in enumerate(world.holds):
        if hold.tie == "truck":
            said = {"record_key": f"{hold.person}/{hold.record}", "vin": hold.thing, "vin_quality": "valid"}
            for day in {hold.first, hold.last}:
                yield said | {"key": f"drive{n}/{day}", "date": day, "known_on": hold.known_on, "source": hold.person}


def _employment(world: World) -> Iterable[dict[str, Any]]:
    for n, hold in enumerate(world.holds):
        if hold.tie == "carrier":
            said = {"record_key": f"{hold.person}/{hold.record}", "carrier_key": hold.thing, "source": hold.person}
            span = {"start_date": hold.first, "end_date": hold.last, "known_on": hold.known_on}
            yield said | span | {"key": f"job{n}"}


def _events(world: World) -> Iterable[dict[str, Any]]:
    """Facts name one record each, so that an event of two people is two of one incident."""
    for n, event in enumerate(world.events):
        said = {"record_key": f"{event.person}/{event.record}", "incident_id": event.incident or event.event}
        what = {"event_type": event.event_type, "code": event.code, "severity": event.severity, "status": event.status}
        when = {"event_date": event.day, "known_on": event.known_on}
        yield said | what | when | {"key": f"{event.event}/{n}", "source": event.person}


def _links(world: World) -> Iterable[dict[str, Any]]:
    for n, (young, old, _) in enumerate(world.successions):
        yield {"key": f"link{n}", "carrier_key": old, "successor_key": young, "known_on": KNOWN}


def _facts(kind: Kind, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    schema = FACTS[kind]
    held = list(rows)
    names = {name for row in held for name in row}
    dtypes = {name: dtype for name, dtype in schema.columns.items() if name in names}
    return schema.conform(pl.DataFrame(held, schema=dtypes)) if held else schema.empty()
