"""Screening inside whatever changes a workspace: reviews open in the transaction of the load that caused them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import apsw
import polars as pl

from api.exchange_told import Answers, answers_brought, tell_answers
from api.policies.kept import keep_policies
from api.screening_scene import Facts, Question, Scene, Turned, read_state
from eligibility.coverage_policy import load_coverage_policy
from eligibility.matters import Audience
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.tables import ReviewTables
from eligibility.reviews.undone import look_again_at, parted_by, relied_on, scores_relied_on
from eligibility.screening.due import Due, due
from eligibility.screening.known import Known
from eligibility.screening.lag import EVENTS, renewal_after
from eligibility.screening.policy import load_screening_policy
from eligibility.screening.runs import Cause, Occasion, Screening, ScreeningTables
from eligibility.screening.state import Rules, State, matters_of
from graph.embedded import EmbeddedStore
from graph.policy_file import load_policy
from linkage.ledger import IdentityTables


@dataclass(frozen=True, slots=True)
class Prepared:
    """A screening worked out outside the transaction.

    Args:
        answers: that the change brought to requests.
        said: why it was made, where the person said so.
    """

    occasion: Occasion
    state: State
    rules: Rules
    items: pl.DataFrame  # ITEM
    answers: Answers = field(default_factory=dict)
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Concluded:
    """What came of a change of identities.

    Args:
        screening: counts of it; nothing here tells of reviews for cleared reviewers, not as a count either.
        relied_on: reviews that relied on a merge that does not hold any more.
        reopened: those of them that were closed.
        scores: what the scores were that relied on it, and what they are; only where a person took it apart.
    """

    screening: Screening
    relied_on: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()
    scores: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a screening happens: see `Occasion`.

    Args:
        everybody: all who are enrolled are looked at in any case.
        said: why the change was made, where the person said so.
    """

    cause: Cause
    ref: int | None
    actor: str
    at: str
    as_of: dt.date
    everybody: bool = False
    said: str | None = None


def prepare(connection: apsw.Connection, scene: Scene, why: Reason) -> Prepared:
    """Everything that a reviewer of the drivers concerned would see, new or not.

    Everybody is looked at where the day or a policy moved on since the last time everybody was; else whom the change
    can concern: whose score it can move, whose records it names, and who may be one of them.

    Args:
        connection: reads the ledger as it was before.
    """
    rules = Rules(load_screening_policy(), load_eligibility_policy(), load_policy())
    coverage = load_coverage_policy()
    names = " ".join((rules.screening.name, rules.grounds.name, rules.risk.name, coverage.version))
    is_all = why.everybody or ScreeningTables(connection).last() != (why.as_of, names)
    occasion = Occasion(why.cause, why.ref, why.actor, why.at, why.as_of, names, is_all)
    state = read_state(connection, scene, Question(why.as_of, rules, coverage, is_all))
    answers = answers_brought(connection, scene, why.ref) if why.cause is Cause.LOAD and why.ref is not None else {}
    return Prepared(occasion, state, rules, matters_of(state, rules), answers, why.said)


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
    told = tuple(review_id for review_id in reopened if review_id in relied)
    return Concluded(settle(connection, prepared), tuple(sorted(relied)), told, tuple(moved))


def settle(connection: apsw.Connection, prepared: Prepared) -> Screening:
    """Reviews are opened and reopened for what is new, and the screening is recorded, whatever it found.

    Reviews for cleared reviewers are opened and not counted: to others they do not exist.

    Args:
        connection: in the transaction of the change, its identities and scores written.
    """
    occasion, state, tables = prepared.occasion, prepared.state, ScreeningTables(connection)
    reason = prepared.said or f"brought by load {occasion.ref}"
    keep_policies(connection, occasion.at)
    tell_answers(connection, prepared.answers, (occasion.actor, reason, occasion.at))
    number = tables.begin(occasion, state.concerned)
    matters = _due(connection, prepared)
    if not matters:
        return tables.end(number, Screening(len(state.concerned)))
    reviews, known, counts = ReviewTables(connection), Known(connection, state, prepared.rules), Counter[str]()
    enrolled_on = dict(state.enrolled.select("identity_id", "enrolled_on").iter_rows())
    for found in matters:
        matter, told = found.matter, (occasion.at, occasion.as_of, occasion.actor)
        if found.review_id is None:
            review_id, what = reviews.open(matter, *told, known.of(matter)), "opened"
        else:
            review_id = found.review_id
            what = "reopened" if reviews.reopen(review_id, matter, *told, known.of(matter)) else "extended"
        counts[what] += matter.audience is Audience.GENERAL
        days = (occasion.as_of, _renewal(found, enrolled_on))
        tables.found(number, (review_id, reviews.get(review_id).round), matter, days)
    return tables.end(number, Screening(len(state.concerned), **counts))


def _due(connection: apsw.Connection, prepared: Prepared) -> list[Due]:
    """What is new against everything that was shown, of the drivers looked at."""
    if prepared.items.is_empty():
        return []
    reviews, ids = ReviewTables(connection), prepared.items["identity_id"].unique().to_list()
    return due(prepared.items, reviews.shown(ids), reviews.standing(ids))


def screen_now(connection: apsw.Connection, facts: Facts, why: Reason) -> Screening:
    """The workspace as it stands is screened.

    Args:
        connection: in a transaction; its scores are as of the day.
    """
    memberships = IdentityTables(connection).memberships()
    scene = Scene(facts, EmbeddedStore(connection), memberships, Turned(memberships))
    return settle(connection, prepare(connection, scene, why))


def _renewal(found: Due, enrolled_on: dict[str, dt.date | None]) -> dt.date | None:
    """When a renewal would have found an event of the driver's own."""
    matter = found.matter
    if matter.trigger.value not in EVENTS:
        return None
    return renewal_after(enrolled_on.get(matter.identity_id), matter.received_on or matter.happened_on)
