"""A person's word on two records, and taking it back; everything that follows is worked out at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import apsw

from api import scores
from api.also import Also, nothing
from api.progress import Silent
from api.publish import Outcome, Publication, publish
from eligibility.trail import Step, Trail
from linkage.errors import SettingsError
from linkage.ledger import Decision, Decisions, IdentityTables, LoadTables, Workspace
from linkage.ledger.workspace import LOCK_WAIT_S

JUDGEMENTS = ("same", "different")
TAKEN_BACK = "taken back"
"""What the trail says where nobody says why a decision is taken back."""


def decide(  # noqa: PLR0913, PLR0917 - a decision is these things
    workspace: Workspace,
    a: str,
    b: str,
    judgement: str,
    reason: str,
    by: str,
    today: date | None = None,
    also: Also = nothing,
    wait_s: float = LOCK_WAIT_S,
) -> dict[str, Any]:
    """The judgement stands and outlives every later run.

    Args:
        a: identity id, former id or source/record_id; `b` likewise.
        judgement: same or different.
        by: the person who judges.
        today: the day the scores are moved to; they keep theirs where it is None.
        also: what else is written in the decision's transaction.
        wait_s: seconds to wait for another writer.

    Returns:
        The `link` document.

    Raises:
        UnknownRecord: a or b names nothing.
        SettingsError: no reason, no person, or a and b are one record or one identity named twice.
        WriterBusy: another writer was at it for longer.
    """
    _check(Judged(a, b, judgement, reason), by)
    with workspace.exclusive(wait_s):
        with workspace.reading() as connection:
            left, right = _records(connection, a, b)
            loads = tuple(LoadTables(connection).ids())
            number = Decisions(connection).next_number()
            day = today or scores.as_of(connection) or date.today()
        at = datetime.now(UTC).isoformat(timespec="seconds")
        decision = Decision(number, min(left, right), max(left, right), judgement, reason, by, at)
        publication = Publication(loads, day, decisions=(decision,))
        outcome = publish(workspace, publication, _Entry("decision", number, by, also), Silent())
    return _document(decision, outcome)


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement of several that are published together; the parts are as in `decide`."""

    a: str
    b: str
    judgement: str
    reason: str


def decide_all(workspace: Workspace, judged: Sequence[Judged], by: str, also: Also = nothing) -> dict[str, Any]:
    """All the judgements stand, by one run.

    Returns:
        As `decide`, with `decisions` in place of `decision`: their rows, in the order given.

    Raises:
        UnknownRecord, SettingsError: as `decide` does; nothing of any of them is done then.
    """
    if not judged:
        raise SettingsError("there is nothing to decide")
    for one in judged:
        _check(one, by)
    with workspace.exclusive():
        with workspace.reading() as connection:
            ends = [_records(connection, one.a, one.b) for one in judged]
            loads = tuple(LoadTables(connection).ids())
            first = Decisions(connection).next_number()
            day = scores.as_of(connection) or date.today()
        at = datetime.now(UTC).isoformat(timespec="seconds")
        decisions = tuple(
            Decision(first + place, min(pair), max(pair), one.judgement, one.reason, by, at)
            for place, (one, pair) in enumerate(zip(judged, ends, strict=True))
        )
        entry = _Entry("decision", first, by, also)
        outcome = publish(workspace, Publication(loads, day, decisions=decisions), entry, Silent())
    told = _document(decisions[0], outcome)
    del told["decision"]
    return {"decisions": [asdict(decision) for decision in decisions], **told}


def _check(judged: Judged, by: str) -> None:
    if judged.judgement not in JUDGEMENTS:
        raise SettingsError(f"a judgement is one of {', '.join(JUDGEMENTS)}")
    if not judged.reason.strip():
        raise SettingsError("a decision needs a reason: say --reason TEXT")
    if not by.strip():
        raise SettingsError("a decision needs a person: set CROSSLANE_ACTOR to a name")


def undo(  # noqa: PLR0913, PLR0917 - and taking one back is these
    workspace: Workspace,
    n: int,
    by: str,
    today: date | None = None,
    reason: str = TAKEN_BACK,
    also: Also = nothing,
    wait_s: float = LOCK_WAIT_S,
) -> dict[str, Any]:
    """Decision `n` no longer stands, and what it joined or parted is as the evidence alone has it.

    Args:
        by: the person who takes it back.
        today: as in `decide`.
        reason: why, for the trail.
        also: as in `decide`; `wait_s` likewise.

    Raises:
        UnknownRecord: there is no such decision.
        SettingsError: it was taken back before, or nobody is named.
        WriterBusy: another writer was at it for longer.
    """
    if not by.strip():
        raise SettingsError("taking a decision back needs a person: set CROSSLANE_ACTOR to a name")
    with workspace.exclusive(wait_s):
        with workspace.reading() as connection:
            decision = Decisions(connection).get(n)
            loads = tuple(LoadTables(connection).ids())
            day = today or scores.as_of(connection) or date.today()
        if decision.undone_at is not None:
            raise SettingsError(f"decision {n} was taken back before")
        at = datetime.now(UTC).isoformat(timespec="seconds")
        entry = _Entry("undo", n, by, also, Undone(n, by, at, reason))
        outcome = publish(workspace, Publication(loads, day, undone=(n,)), entry, Silent())
    with workspace.reading() as connection:
        return _document(Decisions(connection).get(n), outcome)


def people_of(document: Mapping[str, Any]) -> list[str]:
    """Identity ids that a `link` document tells of, each once, for the audit."""
    moved = [move[end] for move in document["moves"] for end in ("from", "to") if move[end]]
    scored = [row["identity_id"] for row in document["relied_on"]["scores"]]
    return list(dict.fromkeys([*moved, *scored]))


@dataclass(frozen=True, slots=True)
class Undone:
    """A decision taken back: which, by whom, when and why."""

    n: int
    by: str
    at: str
    reason: str


@dataclass(frozen=True)
class _Entry:
    """The decision's own row, where it is one that is taken back."""

    cause: str
    ref: int
    actor: str
    also: Also
    undone: Undone | None = None

    def write(self, connection: apsw.Connection) -> None:
        if self.undone:
            Decisions(connection).undo(self.undone.n, self.undone.by, self.undone.at)
            told = Step(self.undone.by, "decision taken back", f"decision:{self.undone.n}", self.undone.reason)
            Trail(connection).append(told, self.undone.at)

    def conclude(self, connection: apsw.Connection, outcome: Outcome) -> None:
        self.also(connection, _document(Decisions(connection).get(self.ref), outcome))


def _records(connection: apsw.Connection, a: str, b: str) -> tuple[str, str]:
    """The two records that a judgement on two references is about: of an identity, its first."""
    tables = IdentityTables(connection)
    found = []
    for text in (a, b):
        records = tables.records_of(tables.require(text))
        found.append(text if text in records else records[0])
    if found[0] == found[1]:
        raise SettingsError("both name one and the same; give two records as source/record_id")
    return found[0], found[1]


def _document(decision: Decision, outcome: Outcome) -> dict[str, Any]:
    moves = [{"kind": move.kind, "from": move.from_id, "to": move.to_id} for move in outcome.moves]
    return {
        "decision": asdict(decision),
        "moves": moves,
        **outcome.reviews(),
        "relied_on": {
            "reviews": list(outcome.concluded.relied_on),
            "reopened": sorted({*outcome.concluded.reopened} & {*outcome.concluded.relied_on}),
            "scores": list(outcome.concluded.scores),
        },
        "rescored": outcome.changed_scores,
    }
