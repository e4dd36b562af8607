"""Screening inside whatever changes a workspace: reviews open in the transaction of the load that caused them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import apsw
import polars as pl

from api.coverage_facts import evidence
from eligibility.coverage import COVERAGE, coverage_of
from eligibility.coverage_facts import CoverageFacts
from eligibility.coverage_policy import CoveragePolicy, load_coverage_policy
from eligibility.matters import Audience
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.tables import ReviewTables
from eligibility.reviews.undone import look_again_at, parted_by, relied_on, scores_relied_on
from eligibility.screening.due import Due, due
from eligibility.screening.enrolled import enrolled_drivers
from eligibility.screening.identities import TURN, licences_gone, turns
from eligibility.screening.known import known_of
from eligibility.screening.lag import EVENTS, renewal_after
from eligibility.screening.linked import LINKED
from eligibility.screening.offences import among
from eligibility.screening.policy import load_screening_policy
from eligibility.screening.runs import Cause, Occasion, Screening, ScreeningTables
from eligibility.screening.state import Rules, State, matters_of, read_doubles, read_events, read_linked
from graph.embedded import EmbeddedStore
from graph.policy import BANDS
from graph.policy_file import load_policy
from graph.store import EdgeReader
from linkage.identities import Move
from linkage.ledger import FactStore, IdentityTables
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
class Prepared:
    """A screening worked out outside the transaction."""

    occasion: Occasion
    state: State
    rules: Rules
    items: pl.DataFrame  # ITEM


@dataclass(frozen=True, slots=True)
class Concluded:
    """What came of a change of identities.

    Args:
        relied_on: reviews that relied on a merge that does not hold any more, but for those of cleared reviewers.
        reopened: all of them that were closed.
        scores: what the scores were that relied on it, and what they are; only where a person took it apart.
    """

    screening: Screening
    relied_on: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()
    scores: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a screening happens: see `Occasion`; `everybody` looks at all who are enrolled in any case."""

    cause: Cause
    ref: int | None
    actor: str
    at: str
    as_of: dt.date
    everybody: bool = False


def prepare(connection: apsw.Connection, scene: Scene, why: Reason) -> Prepared:
    """Everything that a reviewer of the drivers concerned would see, new or not.

    Everybody is looked at where the day or a policy moved on since the last time everybody was; else whom the change
    can concern: whose score it can move, whose records it names, and who may be one of them.

    Args:
        connection: reads the ledger as it was before.
    """
    rules = Rules(load_screening_policy(), load_eligibility_policy(), load_policy())
    coverage_policy = load_coverage_policy()
    names = (rules.screening.name, rules.grounds.name, rules.risk.name, coverage_policy.version)
    enrolments = scene.facts.current(Kind.ENROLMENT)
    enrolled = enrolled_drivers(enrolments, scene.memberships, why.as_of, coverage_policy.ended_statuses)
    is_all = why.everybody or ScreeningTables(connection).last() != (why.as_of, " ".join(names))
    occasion = Occasion(why.cause, why.ref, why.actor, why.at, why.as_of, " ".join(names), is_all)
    everybody = frozenset(enrolled["identity_id"])
    concerned = everybody if is_all else everybody & _reached(scene)
    doubles = read_doubles(scene.reader, concerned, why.as_of)
    figures = _figures(connection, scene.scored, concerned)
    state = State(
        as_of=why.as_of,
        enrolled=enrolled,
        concerned=concerned,
        events=read_events(scene.reader, {*concerned, *doubles["other"]}, rules.risk, why.as_of),
        doubles=doubles,
        linked=_linked(scene.reader, figures, rules, why.as_of),
        figures=figures,
        turned=_turned(scene, enrolled),
        coverage=_coverage(
            connection,
            scene,
            concerned if is_all else concerned & _answered(scene),
            (why.as_of, coverage_policy),
        ),
    )
    return Prepared(occasion, state, rules, matters_of(state, rules))


def conclude(connection: apsw.Connection, prepared: Prepared, run_id: int) -> Concluded:
    """What relied on merges that the run took apart is looked at again; then the screening is settled.

    Args:
        connection: in the transaction of the run, its identities and scores written.
    """
    why = prepared.occasion
    is_person = why.cause is not Cause.LOAD
    parted = parted_by(connection, run_id, why.ref if is_person else None)
    reviews = (ReviewTables(connection).get(review) for one in parted for review in relied_on(connection, one))
    relied = {review.review_id for review in reviews if review.audience is Audience.GENERAL}
    reopened = look_again_at(connection, parted, (why.at, why.as_of), why.actor)
    moved = scores_relied_on(connection, run_id) if parted and is_person else []
    return Concluded(settle(connection, prepared), tuple(sorted(relied)), tuple(reopened), tuple(moved))


def settle(connection: apsw.Connection, prepared: Prepared) -> Screening:
    """Reviews are opened and reopened for what is new, and the screening is recorded, whatever it found.

    Args:
        connection: in the transaction of the change, its identities and scores written.
    """
    occasion, state, tables = prepared.occasion, prepared.state, ScreeningTables(connection)
    number = tables.begin(occasion, state.concerned)
    if prepared.items.is_empty():
        return tables.end(number, Screening(len(state.concerned)))
    reviews, ids = ReviewTables(connection), prepared.items["identity_id"].unique().to_list()
    enrolled_on = dict(state.enrolled.select("identity_id", "enrolled_on").iter_rows())
    counts = Counter[str]()
    for found in due(prepared.items, reviews.shown(ids), reviews.standing(ids)):
        matter, told = found.matter, (occasion.at, occasion.as_of, occasion.actor)
        known = known_of(connection, prepared.state, prepared.rules, matter)
        if found.review_id is None:
            review_id, what = reviews.open(matter, *told, known), "opened"
        else:
            review_id = found.review_id
            what = "reopened" if reviews.reopen(review_id, matter, *told, known) else "extended"
        counts[what] += 1
        days = (occasion.as_of, _renewal(found, enrolled_on))
        tables.found(number, (review_id, reviews.get(review_id).round), matter, days)
    return tables.end(number, Screening(len(state.concerned), **counts))


def screen_now(connection: apsw.Connection, facts: Facts, why: Reason) -> Screening:
    """The workspace as it stands is screened.

    Args:
        connection: in a transaction; its scores are as of the day.
    """
    memberships = IdentityTables(connection).memberships()
    scene = Scene(facts, EmbeddedStore(connection), memberships, Turned(memberships))
    return settle(connection, prepare(connection, scene, why))


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
    found = evidence(scene.facts.current, connection, members, as_of)
    if found.is_empty():
        return COVERAGE.empty()
    theirs = scene.memberships.filter(among("identity_id", concerned))
    people = theirs.select("identity_id").unique().sort("identity_id")
    return coverage_of(CoverageFacts(theirs, evidence=found), people, as_of, policy)


def _renewal(found: Due, enrolled_on: dict[str, dt.date | None]) -> dt.date | None:
    """When a renewal would have found an event of the driver's own."""
    matter = found.matter
    if matter.trigger.value not in EVENTS:
        return None
    return renewal_after(enrolled_on.get(matter.identity_id), matter.received_on or matter.happened_on)
