"""Taking people out of a workspace for good, as a court may order: once begun it is ended, by whoever goes on with it.

1. The order and the tombstones are in the ledger: from now on no load brings the records back.
2. A load withdraws all that is about the people; identities, graph, search and scores follow as from any load.
3. The files of every load are rewritten without them, and copies that can be made again are dropped.
4. One transaction takes them out of every other table and tells of it in the trail, by ids.
5. The ledger is compacted, so that no free page holds what was deleted.

Killed anywhere, it goes on from there; each step finds done what is done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from api.audit import AuditLog
from api.expunge.expungings import Expunging, Expungings, Order
from api.expunge.files import compact, forget_copies
from api.expunge.redaction import Redaction
from api.expunge.tables import clean
from api.expunge.whom import records_kept_out, records_of_person
from api.expunge.withdraw import count_rows, take_out, withdraw
from api.expunge.work import Work, work_of
from api.graph_store import LEDGER, GraphStoreChoice
from api.progress import Progress, Silent
from api.projection import follow_up
from eligibility.exchange_tables import ExchangeTables
from eligibility.trail import EXPUNGED, Step, Trail
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.ledger.tombstones import KeptOut, Tombstones


def expunge(
    workspace: Workspace,
    person: str,
    order: Order,
    store: GraphStoreChoice = LEDGER,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """A person is taken out: every record, all that is about them, and what was written or shown of them.

    Args:
        person: identity id, former id or source/record_id.
        store: a server that follows the ledger is brought up before its changes are forgotten.

    Returns:
        The `expunge` document.

    Raises:
        UnknownRecord: nobody is named.
        SettingsError: no person or reason is given, the reason names the person, or another expunging is not done.
        LedgerError: a reader held the ledger as it was; the expunging is to be resumed.
    """
    return expunge_records(workspace, lambda: records_of_person(workspace, person), order, store, progress)


def expunge_records(
    workspace: Workspace,
    whom: Callable[[], Collection[str]],
    order: Order,
    store: GraphStoreChoice = LEDGER,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The same for the people of some person records, and for these records alone.

    Args:
        whom: finds their keys, once nobody can change any more whose a record is.
    """
    if not order.actor.strip():
        raise SettingsError("expunging needs a person: set CROSSLANE_ACTOR to a name")
    if not order.reason.strip():
        raise SettingsError("expunging needs a reason: say --reason TEXT")
    with workspace.exclusive():
        records = whom()
        with workspace.reading() as connection:
            _require_none(Expungings(connection).under_way())
            loads = LoadTables(connection).ids()
            work = work_of(workspace, connection, loads, records)
        if Redaction(0, work).is_about(order.reason):
            raise SettingsError("the reason names the person, and it stays: name the order, such as its file number")
        held = {f"records/{kind}": count for kind, count in count_rows(workspace.fact_store, loads, work).items()}
        with workspace.transaction() as connection:
            n = Expungings(connection).begin(work, order, _now(), held)
        return _carried_out(workspace, n, store, progress or Silent())


def resume(workspace: Workspace, store: GraphStoreChoice = LEDGER, progress: Progress | None = None) -> dict[str, Any]:
    """An expunging that was killed, or that a reader held up, is ended.

    Raises:
        SettingsError: there is none.
        LedgerError: a reader held the ledger as it was.
    """
    with workspace.exclusive():
        with workspace.reading() as connection:
            found = Expungings(connection).under_way()
        if found is None:
            raise SettingsError("expunge --resume: no expunging is under way")
        return _carried_out(workspace, found.n, store, progress or Silent())


def keep_out(workspace: Workspace, kept: KeptOut, actor: str, progress: Progress | None = None) -> dict[str, Any]:
    """Whoever was expunged after a backup was made is taken out of what was restored from it.

    Returns:
        The `expunge` document; of nobody where the backup holds none of them.

    Raises:
        LedgerError: the tombstones are of another workspace.
    """
    with workspace.reading() as connection:
        is_unfinished = Expungings(connection).under_way() is not None
    if is_unfinished:
        resume(workspace, LEDGER, progress)  # the backup was made before somebody ended it
    order = Order(actor, f"{len(kept.marks)} tombstones kept beside the backup", kept)
    return expunge_records(workspace, lambda: records_kept_out(workspace, kept), order, LEDGER, progress)


def _require_none(other: Expunging | None) -> None:
    if other is not None:
        raise SettingsError(f"expunging {other.n} is not done; end it with: crosslane expunge --resume")


def _carried_out(workspace: Workspace, n: int, store: GraphStoreChoice, progress: Progress) -> dict[str, Any]:
    with workspace.reading() as connection:
        order = Expungings(connection).get(n)
    followed: dict[str, Any] = {}
    if order.work is not None:
        work = _with_requests(workspace, n, order.work)
        withdraw(workspace, work, order.actor, progress)
        followed = follow_up(workspace, store, progress)
        _clean(workspace, order, work, progress)
    progress.stage("compacting the ledger")
    workspace.list_keys()
    compact(workspace)
    with workspace.transaction() as connection:
        Expungings(connection).finish(n, _now())
        told = Expungings(connection).get(n)
        tombstone = Tombstones(connection).of(n)
    return {
        "identity_id": told.identities[0] if told.identities else None,
        "identities": list(told.identities),
        "records": told.records,
        "places": told.places,
        "tombstone": tombstone,
        "expunging": n,
        **followed,
    }


def _with_requests(workspace: Workspace, n: int, work: Work) -> Work:
    """The task with the requests to partners that were made about the people between a kill and its resumption."""
    with workspace.transaction() as connection:
        made = ExchangeTables(connection).requests_about(work.records)["request_id"].to_list()
        Tombstones(connection).add(n, made)
    return replace(work, requests=tuple(sorted({*work.requests, *made})))


def _clean(workspace: Workspace, order: Expunging, work: Work, progress: Progress) -> None:
    """Files first: what they were rewritten from is named by the task, which goes with the tables."""
    take_out(workspace, work, progress)
    redaction = Redaction(order.n, work)
    copies = forget_copies(workspace, redaction)
    copies["audit"] = AuditLog(workspace.path).empty_reasons(work.identities, redaction.is_about)
    progress.stage("emptying tables")
    with workspace.transaction() as connection:
        expungings, tables = Expungings(connection), IdentityTables(connection)
        # A load between a kill and its resumption may have brought others into an identity, whose it is from then on.
        alone = tuple(identity for identity in work.identities if not tables.records_of(identity))
        rows, told = clean(connection, order.n, replace(work, identities=alone))
        in_ledger = {f"ledger/{table}": count for table, count in rows.items()}
        places = expungings.add_places(order.n, {place: n for place, n in copies.items() if n} | in_ledger)
        detail = {"identities": list(order.identities), "records": order.records, "places": places, **told}
        Trail(connection).append(Step(order.actor, EXPUNGED, f"expunging:{order.n}", order.reason, detail), _now())
        expungings.tables_done(order.n)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
