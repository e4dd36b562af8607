"""What screening reads of a workspace as it is about to be, and the state that it makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import apsw
import polars as pl

from api.coverage_facts import evidence
from eligibility.coverage import COVERAGE, coverage_of
from eligibility.coverage_facts import CoverageFacts
from eligibility.coverage_policy import CoveragePolicy
from eligibility.screening.enrolled import enrolled_drivers
from eligibility.screening.identities import TURN, licences_gone, turns
from eligibility.screening.linked import LINKED
from eligibility.screening.offences import among
from eligibility.screening.state import Rules, State, read_doubles, read_events, read_linked
from graph.policy import BANDS
from graph.store import EdgeReader
from linkage.identities import Move
from linkage.ledger import FactStore
from linkage.schema import FACTS, Kind

_LICENCES = {"licence": pl.String, "identity_id": pl.String}
_WITHDRAWN = {"key": pl.String, **_LICENCES}
_FIGURES = {"identity_id": pl.String, "linked": pl.Float64}


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the facts are that screening reads beside the graph.

    Args:
        loads: whose facts hold.
    """

    store: FactStore
    loads: Sequence[int]

    def current(self, kind: Kind, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Current facts of a kind with these columns, or all but the text as received."""
        return self.store.current(kind, self.loads, columns or FACTS[kind].without("raw"))


@dataclass(frozen=True, slots=True)
class Turned:
    """What a run did to identities.

    Args:
        before: frame MEMBERSHIP before it.
        moves: of the run; empty where a person decided them: who judged two records to be one has looked at them.
        identities: ids whose records, or their confidence, changed.
        withdrawn: frame key, licence, identity_id (before) of person records that are gone.
        licences: frame licence, identity_id of the person records of the same identities.
    """

    before: pl.DataFrame
    moves: Sequence[Move] = ()
    identities: frozenset[str] = frozenset()
    withdrawn: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_WITHDRAWN))
    licences: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_LICENCES))


@dataclass(frozen=True, slots=True)
class Scene:
    """The workspace as it is about to be, as far as screening reads it.

    Args:
        reader: the graph.
        memberships: frame MEMBERSHIP.
        scored: the scores that a change moved, as the table of scores holds them; None where it moved none.
        named: person records that new enrolments, checks or answers name.
    """

    facts: Facts
    reader: EdgeReader
    memberships: pl.DataFrame
    turned: Turned
    scored: pl.DataFrame | None = None
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a scene.

    Args:
        everybody: all who are enrolled are looked at, not only whom the change can concern.
    """

    as_of: dt.date
    rules: Rules
    coverage: CoveragePolicy
    everybody: bool


def read_state(connection: apsw.Connection, scene: Scene, asked: Question) -> State:
    """What is known of the drivers to look at: those whose score the change can move, whose records it is about.

    Args:
        connection: reads the ledger as it was before.
    """
    day, rules = asked.as_of, asked.rules
    enrolments = scene.facts.current(Kind.ENROLMENT)
    enrolled = enrolled_drivers(enrolments, scene.memberships, day, asked.coverage.ended_statuses)
    members = frozenset(enrolled["identity_id"])
    concerned = members if asked.everybody else members & _reached(scene)
    answered = concerned if asked.everybody else concerned & _answered(scene)
    doubles = read_doubles(scene.reader, concerned, day)
    figures = _figures(connection, scene.scored, concerned)
    return State(
        as_of=day,
        enrolled=enrolled,
        concerned=concerned,
        events=read_events(scene.reader, {*concerned, *doubles["other"]}, rules.risk, day),
        doubles=doubles,
        linked=_linked(scene.reader, figures, rules, day),
        figures=figures,
        turned=_turned(scene, enrolled),
        coverage=_coverage(connection, scene, answered, (day, asked.coverage)),
    )


def _reached(scene: Scene) -> frozenset[str]:
    scored = scene.scored["identity_id"] if scene.scored is not None else ()
    return _answered(scene) | frozenset(scored)


def _answered(scene: Scene) -> frozenset[str]:
    """Drivers whose answers can be others than before, the day apart."""
    named = scene.memberships.filter(among("record_key", scene.named))["identity_id"]
    return frozenset(named) | scene.turned.identities


def _figures(connection: apsw.Connection, scored: pl.DataFrame | None, concerned: frozenset[str]) -> pl.DataFrame:
    """Frame identity_id, linked of the drivers in the higher linked band."""
    rows = connection.execute("SELECT identity_id, linked FROM score WHERE linked_band <> ?", (BANDS[0],)).fetchall()
    held = pl.DataFrame(rows, schema=_FIGURES, orient="row")
    if scored is not None:
        moved = scored.filter(pl.col("linked_band") != BANDS[0]).select("identity_id", "linked")
        held = pl.concat([held.join(scored, on="identity_id", how="anti"), moved])
    return held.filter(among("identity_id", concerned)).sort("identity_id")


def _linked(reader: EdgeReader, figures: pl.DataFrame, rules: Rules, as_of: dt.date) -> pl.DataFrame:
    people = figures["identity_id"].to_list()
    return read_linked(reader, people, rules.risk, as_of) if people else pl.DataFrame(schema=LINKED)


def _turned(scene: Scene, enrolled: pl.DataFrame) -> pl.DataFrame:
    turned = scene.turned
    moved = (
        turns(turned.moves, turned.before, scene.memberships, enrolled) if turned.moves else pl.DataFrame(schema=TURN)
    )
    return pl.concat([moved, licences_gone(turned.withdrawn, turned.licences, enrolled)])


def _coverage(
    connection: apsw.Connection, scene: Scene, concerned: frozenset[str], when: tuple[dt.date, CoveragePolicy]
) -> pl.DataFrame:
    """Frame COVERAGE of the drivers, as far as anybody ever answered: what was never asked cannot expire."""
    as_of, policy = when
    if not concerned:
        return COVERAGE.empty()
    members = scene.memberships.select("record_key", "identity_id")
    theirs = scene.memberships.filter(among("identity_id", concerned))
    found = evidence(scene.facts.current, connection, members, as_of, theirs["record_key"])
    if found.is_empty():
        return COVERAGE.empty()
    people = theirs.select("identity_id").unique().sort("identity_id")
    return coverage_of(CoverageFacts(theirs, evidence=found), people, as_of, policy)
