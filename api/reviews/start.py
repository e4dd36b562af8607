"""A review that a person starts: of a driver who is enrolled, with the reason in that person's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from api.also import Also, nothing
from api.reviews.case import day_of
from api.screening_scene import Facts, Question, Scene, Turned, read_state
from api.witness import head_note
from eligibility.coverage_policy import load_coverage_policy
from eligibility.matters import Matter, Trigger
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.states import NotAllowed, State
from eligibility.reviews.tables import ReviewTables
from eligibility.screening.known import Known
from eligibility.screening.policy import load_screening_policy
from eligibility.screening.state import Rules
from eligibility.screening.state import State as Scenery
from graph.embedded import EmbeddedStore
from graph.policy_file import load_policy
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, LoadTables, Workspace

KEY = "requested"
"""Of the matter: a driver has one review that people asked for, which is reopened for the next reason."""
MOST_REASON = 2_000
"""Characters of a reason, as over HTTP."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose case is to be looked at, and why.

    Args:
        driver: identity id, former id or source/record_id.
        reason: in words that others can check.
        by: the person.
    """

    driver: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class _Looked:
    """What is known of the driver.

    Args:
        anchor: record of the earliest enrolment, which the review rests on.
    """

    identity: str
    anchor: str
    as_of: date
    state: Scenery


def start_review(workspace: Workspace, wish: Wish, also: Also = nothing) -> dict[str, Any]:
    """The driver's review is open for that reason: a new one, or the next round of the one that was asked for before.

    Args:
        also: what else is written in the same transaction.

    Returns:
        The changed row, with the head of the trail after it.

    Raises:
        SettingsError: no person or no reason, or one that is too long.
        UnknownRecord: the driver is nobody.
        NotAllowed: the driver is not enrolled, or a review that was asked for is not closed yet.
    """
    reason = wish.reason.strip()
    if not wish.by.strip():
        raise SettingsError("review start: needs a person; set CROSSLANE_ACTOR to a name")
    if not reason or len(reason) > MOST_REASON:
        raise SettingsError(f"review start: say why, in 1 to {MOST_REASON:,} characters")
    rules = Rules(load_screening_policy(), load_eligibility_policy(), load_policy())
    with workspace.considered(lambda: _look(workspace, wish.driver, rules)) as (connection, looked):
        tables = ReviewTables(connection)
        before, going = tables.of_matter(looked.identity, KEY), _going(tables, looked.identity)
        if going:
            raise NotAllowed(f"review start: review {going[0]} of this driver was asked for and is not closed yet")
        matter = Matter(
            identity_id=looked.identity,
            trigger=Trigger.REQUESTED,
            key=KEY,
            anchor=looked.anchor,
            shown=((KEY, 1.0),),
            priority=rules.screening.priorities.requested,
            reason=reason,
        )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        told = (now, looked.as_of, wish.by, Known(connection, looked.state, rules).of(matter))
        if before:
            tables.reopen(before[-1], matter, *told)
        number = before[-1] if before else tables.open(matter, *told)
        document = tables.get(number).document() | {"trail_head": head_note(connection)}
        also(connection, document)
        return document


def review_asked_for(workspace: Workspace, identity: str) -> int | None:
    """The review of the driver that somebody asked for and that is not closed yet, None where there is none."""
    with workspace.reading() as connection:
        going = _going(ReviewTables(connection), identity)
    return going[0] if going else None


def _going(tables: ReviewTables, identity: str) -> list[int]:
    return [number for number in tables.of_matter(identity, KEY) if tables.get(number).state is not State.CLOSED]


def _look(workspace: Workspace, driver: str, rules: Rules) -> _Looked:
    """What a screening of this one driver would read."""
    with workspace.reading() as connection:
        tables, day = IdentityTables(connection), day_of(connection)
        identity, memberships = tables.require(driver), tables.memberships()
        records = frozenset(memberships.filter(memberships["identity_id"] == identity)["record_key"])
        facts = Facts(workspace.fact_store, tuple(LoadTables(connection).ids()))
        scene = Scene(facts, EmbeddedStore(connection), memberships, Turned(memberships), named=records)
        state = read_state(connection, scene, Question(day, rules, load_coverage_policy(), everybody=False))
    enrolled = state.enrolled.filter(state.enrolled["identity_id"] == identity)
    if enrolled.is_empty():
        raise NotAllowed("review start: the driver is not enrolled, and reviews are of enrolled drivers")
    return _Looked(identity, str(enrolled["anchor"][0]), day, state)
