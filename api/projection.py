"""The store that follows the ledger: brought up, made anew, compared with the ledger, and how far it lags."""

from __future__ import annotations

import time
from typing import Any

import apsw

from api import carrier_records, scores
from api.graph_store import GraphStoreChoice, address
from api.progress import Progress
from api.succession_rulings import SuccessionRulings
from graph.embedded import ChangeLog, EmbeddedStore
from graph.errors import ForeignGraph, GraphError, StoreUnavailable
from graph.neo4j import Server, connect
from graph.project import desired
from graph.push import Ledger, push
from graph.schema import Projection
from graph.scope import EVERYTHING, difference
from graph.store import ProjectionTarget
from graph.verify import verify
from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.schema import FACTS, Kind

LOCK = "push.lock"


def push_graph(workspace: Workspace, server: Server, progress: Progress) -> dict[str, Any]:
    """The server holds the ledger's graph; a push by another process is waited for.

    Returns:
        The `graph push` document.

    Raises:
        StoreUnavailable: the server did not answer; what was done stays, and the next push goes on from there.
        ForeignGraph: the database holds something else.
    """
    progress.stage("waiting for another push")
    with workspace.exclusive(name=LOCK), connect(server) as target:
        return _push(workspace, server, target, progress)


def follow_up(workspace: Workspace, choice: GraphStoreChoice, progress: Progress) -> dict[str, Any]:
    """What a committed change of the ledger adds to its document: how the store that follows took it.

    A server that is down or refuses takes nothing back: the change stands, and is pending there.
    """
    if choice.server is None:
        return {}
    try:
        pushed = push_graph(workspace, choice.server, progress)
    except GraphError as error:
        return {"projection": {"store": choice.name, "is_pending": True, "reason": str(error)}}
    return {"projection": {**pushed, "is_pending": False}}


def rebuild_graph(
    workspace: Workspace, choice: GraphStoreChoice, progress: Progress, *, replaces: bool = False
) -> dict[str, Any]:
    """The store's graph is made anew from the ledger's facts and identities.

    Args:
        replaces: what the server holds of another workspace, or of other things, may be deleted.

    Raises:
        ForeignGraph: the server holds something else, and it may not be deleted.
        StoreUnavailable: the server did not answer.
    """
    if choice.server is None:
        return _rebuild_own(workspace, progress)
    with workspace.exclusive(name=LOCK), connect(choice.server) as target:
        with workspace.reading() as connection:
            origin = ChangeLog(connection).head().workspace
        if target.mark().workspace != origin and not replaces and (target.counts().nodes or target.counts().edges):
            raise ForeignGraph(target.name)
        progress.stage("emptying the store")
        target.clear()
        return _push(workspace, choice.server, target, progress)


def verify_graph(workspace: Workspace, choice: GraphStoreChoice, progress: Progress) -> dict[str, Any]:
    """The store compared with the graph that the ledger's facts and identities make.

    A server that was found to differ is noted, and the next push mends it.

    Returns:
        The `graph verify` document.
    """
    with workspace.reading() as connection:
        progress.stage("making the graph from the facts")
        wanted = wanted_graph(workspace, connection)
        head = ChangeLog(connection).head()
        progress.stage("comparing")
        if choice.server is None:
            store = EmbeddedStore(connection)
            return _compared(store.applied(), head.sequence, verify(store, wanted).to_document())
        with connect(choice.server) as target:
            found, mark = verify(target, wanted), target.mark()
    if mark == head and not found.is_equal:
        with workspace.transaction() as connection:
            ChangeLog(connection).follow(choice.name, is_drifted=True)
    return _compared(mark.sequence, head.sequence, found.to_document())


def pending(workspace: Workspace, server: Server) -> str:
    """How the server stands to the ledger, where it holds all of it.

    Raises:
        StoreUnavailable: it does not answer, or lags.
    """
    with workspace.reading() as connection:
        log = ChangeLog(connection)
        head, is_drifted = log.head(), log.followers().get(address(server), False)
    try:
        with connect(server) as target:
            mark = target.mark()
    except StoreUnavailable as error:
        raise StoreUnavailable(
            error.store, f"{error.reason}; the ledger is at change {head.sequence}, what is pending waits"
        ) from error
    if mark != head:
        raise StoreUnavailable(
            address(server), f"{_lag(mark.sequence, head.sequence)}; bring it up with: crosslane graph push"
        )
    if is_drifted:
        raise StoreUnavailable(address(server), "it was found to differ; mend it with: crosslane graph push")
    return f"{address(server)} is up to date at change {head.sequence}"


def wanted_graph(workspace: Workspace, connection: apsw.Connection) -> Projection:
    """The graph that facts, identities and decisions make, at the ledger state of the connection's transaction."""
    loads, tables = LoadTables(connection).ids(), IdentityTables(connection)
    facts = {kind: workspace.fact_store.current(kind, loads, FACTS[kind].without("raw")) for kind in Kind}
    rulings = SuccessionRulings(connection).standing()
    return desired(facts, tables.memberships(), tables.possible_links(), rulings)


def _push(workspace: Workspace, server: Server, target: ProjectionTarget, progress: Progress) -> dict[str, Any]:
    started = time.perf_counter()
    with workspace.reading() as connection:
        is_new = address(server) not in ChangeLog(connection).followers()
    if is_new:  # before the state that is pushed, so that no later change is lost
        with workspace.transaction() as connection:
            ChangeLog(connection).follow(address(server))
    with workspace.reading() as connection:
        log = ChangeLog(connection)
        is_drifted = log.followers()[address(server)]
        progress.stage("pushing the graph")
        pushed = push(Ledger(EmbeddedStore(connection), log), target, progress.advance, is_drifted=is_drifted)
    if is_drifted:
        with workspace.transaction() as connection:
            ChangeLog(connection).follow(address(server))
    return {
        "store": address(server),
        "how": pushed.how,
        "from": pushed.before.sequence,
        "applied": pushed.after.sequence,
        "head": pushed.after.sequence,
        "rows": pushed.rows,
        "seconds": round(time.perf_counter() - started, 3),
    }


def _rebuild_own(workspace: Workspace, progress: Progress) -> dict[str, Any]:
    """Only what differs is written, as one more change, so that a store that follows gets it too."""
    started = time.perf_counter()
    with workspace.exclusive(), workspace.transaction() as connection:
        progress.stage("making the graph from the facts")
        wanted = wanted_graph(workspace, connection)
        store, tables = EmbeddedStore(connection), IdentityTables(connection)
        progress.stage("comparing")
        change = difference(store, wanted, EVERYTHING)
        before = store.applied()
        if not change.is_empty or before != tables.outbox_head():
            run_id = tables.next_run() - 1
            tables.announce(run_id)
            store.apply(change, tables.outbox_head())
            _rescore(connection, store, run_id)
        after = store.applied()
    return {
        "store": store.name,
        "how": "nothing" if before == after else "mended",
        "from": before,
        "applied": after,
        "head": after,
        "rows": change.rows,
        "seconds": round(time.perf_counter() - started, 3),
    }


def _rescore(connection: apsw.Connection, store: EmbeddedStore, run_id: int) -> None:
    """The table of scores and the records of large carriers follow what was mended, whatever they rested on."""
    day = scores.as_of(connection)
    if day is not None:
        scores.rescore(connection, store, day, run_id)
        carrier_records.refresh(connection, store, day)


def _compared(applied: int, head: int, document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "equal": document["equal"] and applied == head, "applied": applied, "head": head}


def _lag(applied: int, head: int) -> str:
    return f"at change {applied} of {head}" if applied < head else f"at change {applied}, which this ledger has not"
