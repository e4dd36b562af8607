"""Carriers that may be another one reopened, and a person's word on them, which graph and scores take in at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import apsw
import orjson
import polars as pl

from api import carrier_records, scores, screening, screening_scene
from api.also import Also, nothing
from api.decide import TAKEN_BACK
from api.succession_rulings import SuccessionRuling, SuccessionRulings, as_frame
from eligibility.screening.runs import Cause
from eligibility.trail import Step, Trail
from graph.basis import Basis
from graph.embedded import ChangeLog, EmbeddedStore
from graph.mentions import Mentions
from graph.policy_file import load_policy
from graph.project import desired
from graph.schema import EdgeKind, GraphChange, NodeKind
from graph.scope import Scope, difference
from graph.successors import Likelihood, Ruling
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.schema import FACTS, Kind

COLUMNS = (
    "older",
    "older_name",
    "younger",
    "younger_name",
    "answer",
    "probability",
    "bits",
    "since",
    "known_on",
    "is_ordered",
    "says",
    "ruling",
    "ruled_by",
    "ruled_at",
    "reason",
)
"""Columns of the list as CSV; the document has `reasons` too."""

Facts = Mapping[Kind, pl.DataFrame]

_READ = (Kind.PERSON, Kind.CARRIER, Kind.CARRIER_LINK, Kind.VEHICLE, Kind.EMPLOYMENT, Kind.DRIVING, Kind.EVENT)
_REACH = Scope(frozenset({NodeKind.CARRIER}), frozenset({EdgeKind.SUCCEEDS}))


def list_successions(workspace: Workspace, *, with_settled: bool = False) -> dict[str, Any]:
    """What waits for a person, the likeliest first.

    Args:
        with_settled: what comparing alone settled, and what people ruled on, too.

    Returns:
        rows and as_of.
    """
    with workspace.reading() as connection:
        day = scores.as_of(connection)
        mentions = _mentions(workspace, connection)
        found, names = _found(mentions), _names(mentions)
        rulings = [one for one in SuccessionRulings(connection).all() if one.undone_at is None]
    carriers = dict(mentions.carriers.select("key", "carrier").iter_rows())
    ruled = {_pair(carriers.get(one.older, one.older), carriers.get(one.younger, one.younger)): one for one in rulings}
    rows = [_row(pair, found.get(pair), ruled.get(pair), names) for pair in {**found, **ruled}]
    if not with_settled:
        rows = [row for row in rows if row["answer"] == Likelihood.POSSIBLE.value and row["ruling"] is None]
    rows.sort(key=lambda row: (-(row["bits"] if row["bits"] is not None else -1e9), row["older"], row["younger"]))
    return {"rows": rows, "as_of": day.isoformat() if day else None}


def rule(  # noqa: PLR0913, PLR0917 - a ruling is these things
    workspace: Workspace, a: str, b: str, ruling: Ruling, reason: str, by: str, also: Also = nothing
) -> dict[str, Any]:
    """The word stands, and the graph and every score it moves follow in the same transaction.

    Args:
        a: carrier, or one of its records as source/record_id: the one that ended, where dates do not say which.
        b: the other one.
        by: the person who rules.
        also: what else is written in the ruling's transaction.

    Returns:
        ruling, rescored, reviews_opened, reviews_reopened.

    Raises:
        SettingsError: no reason or person; or comparing does not find the two, and nobody ruled on them before.
    """
    if not reason.strip():
        raise SettingsError("--reason: say why, in words that others can check")
    _require_person(by)
    with workspace.exclusive():
        with workspace.reading() as connection:
            older, younger = _ends(workspace, connection, a, b)
            number, day = SuccessionRulings(connection).next_number(), scores.as_of(connection) or date.today()
        made = SuccessionRuling(number, older, younger, ruling.value, reason.strip(), by, _now(), day.isoformat())

        def write(connection: apsw.Connection) -> None:
            SuccessionRulings(connection).insert(made)
            _tell(connection, made, f"succession {made.ruling}", (by, made.reason, made.at))

        return _publish(workspace, lambda rulings: [*rulings, made], write, (number, by, also))


def undo_ruling(
    workspace: Workspace, n: int, by: str, reason: str = TAKEN_BACK, also: Also = nothing
) -> dict[str, Any]:
    """Ruling `n` no longer stands: the graph and the scores are as if it had never been made.

    Args:
        by: the person who takes it back.
        reason: why, for the trail.
        also: as in `rule`.

    Raises:
        UnknownRecord: there is no such ruling.
        SettingsError: it was taken back before, or nobody is named.
    """
    _require_person(by)
    with workspace.exclusive():
        with workspace.reading() as connection:
            ruling = SuccessionRulings(connection).get(n)
        if ruling.undone_at is not None:
            raise SettingsError(f"ruling {n} was taken back before")
        at = _now()

        def write(connection: apsw.Connection) -> None:
            SuccessionRulings(connection).undo(n, by, at)
            _tell(connection, ruling, "succession ruling taken back", (by, reason, at))

        return _publish(
            workspace,
            lambda rulings: [replace(one, undone_by=by, undone_at=at) if one.n == n else one for one in rulings],
            write,
            (n, by, also),
        )


def _publish(
    workspace: Workspace,
    after: Callable[[list[SuccessionRuling]], list[SuccessionRuling]],
    write: Callable[[apsw.Connection], None],
    what: tuple[int, str, Also],
) -> dict[str, Any]:
    """The table written, the graph brought to it and what that moves scored anew; the caller holds the writer's place.

    Args:
        after: what all rulings ever made will be.
        what: number of the ruling, who, and what else is written.

    Returns:
        ruling, rescored (how many scores changed), reviews_opened, reviews_reopened.
    """
    number, by, also = what
    basis = None
    with workspace.reading() as connection:
        rulings = as_frame(one for one in after(SuccessionRulings(connection).all()) if one.undone_at is None)
        change = difference(EmbeddedStore(connection), desired(*_given(workspace, connection), rulings), _REACH)
    with workspace.transaction() as connection:
        write(connection)
        counted = {"rescored": 0, "reviews_opened": 0, "reviews_reopened": 0}
        if not change.is_empty:
            counted, basis = _apply(workspace, connection, change, by)
        mark = ChangeLog(connection).head()
        document = {"ruling": _ruling(SuccessionRulings(connection).get(number)), **counted}
        also(connection, document)
    if basis is not None:  # once the ledger is there, so that none is kept for a state that never came about
        scores.kept_basis(workspace.path).write(basis, mark)
    return document


def _apply(
    workspace: Workspace, connection: apsw.Connection, change: GraphChange, by: str
) -> tuple[dict[str, int], Basis]:
    """Graph, scores and reviews follow; no identity moves, so it belongs to the run whose identities these are."""
    tables, store = IdentityTables(connection), EmbeddedStore(connection)
    before, run_id = ChangeLog(connection).head(), tables.next_run() - 1
    tables.announce(run_id)
    store.apply(change, tables.outbox_head())
    day, policy = scores.as_of(connection) or date.today(), load_policy().name
    kept = scores.kept_basis(workspace.path).read(before, day, policy)
    if kept is None or scores.policy_of(connection) != policy:
        scored, basis = scores.compute(store, day)
        carrier_records.refresh(connection, store, day)
    else:
        scored, basis = scores.recompute(store, change, scores.scored_ids(connection), kept)
    memberships = tables.memberships()
    facts = screening_scene.Facts(workspace.fact_store, LoadTables(connection).ids())
    scene = screening_scene.Scene(facts, store, memberships, screening_scene.Turned(memberships), scored)
    prepared = screening.prepare(connection, scene, screening.Reason(Cause.RESCORE, None, by, _now(), day))
    moved = scores.write(connection, scored, run_id)
    done = screening.settle(connection, prepared)
    return {"rescored": moved, "reviews_opened": done.opened, "reviews_reopened": done.reopened}, basis


def _given(workspace: Workspace, connection: apsw.Connection) -> tuple[Facts, pl.DataFrame, pl.DataFrame]:
    """All that carriers and successions are found from: facts, memberships, possible links."""
    loads, tables = LoadTables(connection).ids(), IdentityTables(connection)
    facts = {kind: workspace.fact_store.current(kind, loads, FACTS[kind].without("raw")) for kind in _READ}
    return facts, tables.memberships(), tables.possible_links()


def _mentions(workspace: Workspace, connection: apsw.Connection) -> Mentions:
    """What is found, as if nobody had ruled."""
    return Mentions.resolve(*_given(workspace, connection))


def _found(mentions: Mentions) -> dict[tuple[str, str], dict[str, Any]]:
    return {_pair(row["older"], row["younger"]): row for row in mentions.reopened.iter_rows(named=True)}


def _names(mentions: Mentions) -> dict[str, str]:
    """A name for each carrier: that of its first record that gives one."""
    named = mentions.carriers.drop_nulls("name").sort("key")
    return dict(named.unique("carrier", keep="first", maintain_order=True).select("carrier", "name").iter_rows())


def _ends(workspace: Workspace, connection: apsw.Connection, a: str, b: str) -> tuple[str, str]:
    """Records of the older and the younger, in the order that dates say or else as given."""
    mentions = _mentions(workspace, connection)
    carriers = dict(mentions.carriers.select("key", "carrier").iter_rows())
    for text in (a, b):
        if text not in carriers:
            raise SettingsError("no such carrier: give two as crosslane succession list names them")
    pair = _pair(carriers[a], carriers[b])
    if pair[0] == pair[1]:
        raise SettingsError("both name one and the same carrier")
    found = _found(mentions).get(pair)
    if found is None:
        rulings = SuccessionRulings(connection).all()
        known = {_pair(carriers.get(one.older, ""), carriers.get(one.younger, "")) for one in rulings}
        if pair not in known:
            raise SettingsError(
                "these two do not look like a succession; what a source declares goes in as carrier_links"
            )
    is_swapped = found is not None and found["is_ordered"] and found["older"] == carriers[b]
    return (b, a) if is_swapped else (a, b)


def _row(
    pair: tuple[str, str], found: dict[str, Any] | None, ruling: SuccessionRuling | None, names: dict[str, str]
) -> dict[str, Any]:
    older, younger = (found["older"], found["younger"]) if found else (pair[0], pair[1])
    said: dict[str, Any] = found or {}
    since, known_on = said.get("since"), said.get("known_on")
    return {
        "older": older,
        "older_name": names.get(older),
        "younger": younger,
        "younger_name": names.get(younger),
        "answer": said.get("likelihood"),
        "probability": said.get("probability"),
        "bits": said.get("bits"),
        "since": since.isoformat() if since else None,
        "known_on": known_on.isoformat() if known_on else None,
        "is_ordered": said.get("is_ordered"),
        "says": said.get("says"),
        "reasons": orjson.loads(said["reasons"]) if found else [],
        "ruling": ruling.ruling if ruling else None,
        "ruling_n": ruling.n if ruling else None,
        "ruled_by": ruling.by if ruling else None,
        "ruled_at": ruling.at if ruling else None,
        "reason": ruling.reason if ruling else None,
    }


def _ruling(ruling: SuccessionRuling) -> dict[str, Any]:
    names = ("n", "older", "younger", "ruling", "reason", "by", "at", "known_on", "undone_by", "undone_at")
    return {name: getattr(ruling, name) for name in names}


def _pair(a: str, b: str) -> tuple[str, str]:
    return min(a, b), max(a, b)


def _tell(connection: apsw.Connection, ruling: SuccessionRuling, action: str, said: tuple[str, str, str]) -> None:
    by, reason, at = said
    Trail(connection).append(Step(by, action, f"succession:{ruling.n}", reason), at)


def _require_person(by: str) -> None:
    if not by.strip():
        raise SettingsError("a ruling needs a person: set CROSSLANE_ACTOR to a name")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
