"""The `doctor` document: what is installed, reachable and consistent."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import apsw

from api.audit import AUDIT, AuditLog
from api.bootstrap import open_workspace
from api.expunge.expungings import Expungings
from api.graph_store import LEDGER, GraphStoreChoice
from api.jobs.tables import JobTables
from api.projection import pending as projection_pending
from api.restriction import restriction_of, undeclared_loads
from api.witness import contradicted
from eligibility.reviews.snapshots import Snapshots
from eligibility.trail import Trail
from eligibility.untold import untold
from graph.embedded import EmbeddedStore
from graph.policy_file import load_policy
from linkage.disk import DAMAGED
from linkage.errors import LinkageError
from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.model import load_model

PYTHON = (3, 11)
SQLITE = (3, 43)  # oldest with all that the ledger and its search use


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str

    def document(self) -> dict[str, Any]:
        """The check as JSON values."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


def doctor(folder: Path | None, store: GraphStoreChoice = LEDGER) -> dict[str, Any]:
    """Every check there is; those of a workspace only where one is named, of a server likewise."""
    checks = [_python(), _sqlite(), _attempt("model", _model), _attempt("policy", _policy)]
    if folder is None:
        checks.append(Check("workspace", ok=True, detail="none named; give -w FOLDER to have one looked at"))
        return {"checks": [check.document() for check in checks]}
    opened: list[Workspace] = []

    def reach() -> str:
        opened.append(open_workspace(folder))
        return f"{folder} opens"

    checks.append(_attempt("workspace", reach))
    if opened:
        looks = {"ledger": _ledger, "records": _records, "graph": _graph, "search": _search, "audit": _audit}
        looks |= {"trail": _trail, "sources": _sources, "expunging": _expunging}
        checks += [_attempt(name, partial(look, opened[0])) for name, look in looks.items()]
        checks += _projection(opened[0], store)
    return {"checks": [check.document() for check in checks]}


def readiness(workspace: Workspace, store: GraphStoreChoice = LEDGER) -> list[dict[str, Any]]:
    """The quick checks that say whether the workspace can answer now."""
    checks = (
        _attempt("ledger", lambda: f"{len(_loads(workspace))} loads"),
        _attempt("graph", lambda: _applied(workspace)),
        *_projection(workspace, store),
        _attempt("audit", lambda: _audit(workspace)),
        _attempt("jobs", lambda: _jobs(workspace)),
    )
    return [check.document() for check in checks]


class _Failed(Exception):
    """A check found what should not be."""


def _attempt(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, detail=look())
    except (_Failed, LinkageError) as error:
        return Check(name, ok=False, detail=str(error))
    except DAMAGED:
        return Check(name, ok=False, detail="the database is damaged; restore it from a backup")
    except (apsw.Error, sqlite3.Error, OSError) as error:
        return Check(name, ok=False, detail=f"cannot be read: {type(error).__name__}")


def _python() -> Check:
    is_new_enough = tuple(int(part) for part in platform.python_version_tuple()[:2]) >= PYTHON
    return Check("python", ok=is_new_enough, detail=f"{platform.python_version()} on {platform.system()}")


def _sqlite() -> Check:
    version = apsw.sqlite_lib_version()
    is_new_enough = tuple(int(part) for part in version.split(".")[:2]) >= SQLITE
    return Check("sqlite", ok=is_new_enough, detail=f"{version} by apsw {apsw.apsw_version()}")


def _model() -> str:
    return f"{load_model().version} is valid"


def _policy() -> str:
    return f"{load_policy().version} is valid"


def _loads(workspace: Workspace) -> list[int]:
    with workspace.reading() as connection:
        return LoadTables(connection).ids()


def _ledger(workspace: Workspace) -> str:
    with workspace.reading() as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        broken = connection.execute("SELECT count(*) FROM pragma_foreign_key_check").get
    if found != ["ok"]:
        raise _Failed(f"the database is damaged: {found[0]}; restore it from a backup")
    if broken:
        raise _Failed(f"{broken} rows point at rows that are not there; restore from a backup")
    return "whole"


def _records(workspace: Workspace) -> str:
    """Every load's rows are on disk and can be opened, and no identity holds a record that no load brought."""
    import polars as pl  # noqa: PLC0415 - heavy, and only some checks need it

    loads = _loads(workspace)
    folder = workspace.fact_store.path
    missing = [load for load in loads if not (folder / str(load)).is_dir()]
    if missing:
        raise _Failed(f"the rows of load {missing[0]} are gone from {folder}; restore them from a backup")
    for load in loads:
        for file in sorted((folder / str(load)).glob("*.parquet")):
            try:
                pl.read_parquet_schema(file)
            except (pl.exceptions.PolarsError, OSError):
                raise _Failed(f"{file} cannot be read; restore it from a backup") from None
    return f"{len(loads)} loads on disk"


def _graph(workspace: Workspace) -> str:
    applied = _applied(workspace)
    with workspace.reading() as connection:
        counts = EmbeddedStore(connection).counts()
    return f"{applied}: {sum(counts.nodes.values())} nodes, {sum(counts.edges.values())} edges"


def _applied(workspace: Workspace) -> str:
    """How far the graph is; nothing is counted, so that it may be asked every second."""
    with workspace.reading() as connection:
        head, applied = IdentityTables(connection).outbox_head(), EmbeddedStore(connection).applied()
    if applied != head:
        raise _Failed(f"the graph is at change {applied} of {head}; mend it with: crosslane graph rebuild")
    return f"up to date at change {head}"


def _projection(workspace: Workspace, store: GraphStoreChoice) -> list[Check]:
    server = store.server
    return [_attempt("projection", lambda: projection_pending(workspace, server))] if server else []


def _sources(workspace: Workspace) -> str:
    """What the workspace may hold is all that it holds."""
    with workspace.reading() as connection:
        restriction, wrong = restriction_of(connection), undeclared_loads(connection)
    if wrong:
        raise _Failed(f"load {wrong[0]} is of a source that this workspace may not hold; restore from a backup")
    return restriction.told()


def _search(workspace: Workspace) -> str:
    with workspace.reading() as connection:
        lost = connection.execute(
            "SELECT count(*) FROM membership m LEFT JOIN search_record r USING (record_key) WHERE r.doc IS NULL"
        ).get
        indexed = connection.execute("SELECT count(*) FROM search_record").get
    if lost:
        raise _Failed(f"{lost} records cannot be found by a search")
    return f"{indexed} records can be found"


def _trail(workspace: Workspace) -> str:
    """The trail is whole, what was kept with each review is what was kept, and nothing stands that it does not tell."""
    with workspace.reading() as connection:
        trail = Trail(connection)
        wrong = [*trail.verify(), *Snapshots(connection).broken()]
        wrong += contradicted(connection, AuditLog(workspace.path))
        strange = untold(connection)
        n, head = trail.head()
    if strange and not wrong:
        raise _Failed(f"the ledger holds what its trail does not tell: {strange[0]} ({len(strange)} findings)")
    if wrong:
        raise _Failed(f"the trail was changed: {wrong[0]} ({len(wrong)} findings); restore from a backup")
    return f"whole at row {n}, head {head[:16]}"


def _expunging(workspace: Workspace) -> str:
    """Nobody is half gone."""
    with workspace.reading() as connection:
        half_done = Expungings(connection).under_way()
        done = connection.execute("SELECT count(*) FROM expunging WHERE finished_at IS NOT NULL").get
    if half_done is not None:
        raise _Failed(f"expunging {half_done.n} is not done; end it with: crosslane expunge --resume")
    return f"{done} done, none under way"


def _jobs(workspace: Workspace) -> str:
    """What was sent to be loaded and is not yet: what is there can be read meanwhile."""
    with workspace.reading() as connection:
        pending = len(JobTables(connection).unfinished())
    return f"{pending} pending" if pending else "none pending"


def _audit(workspace: Workspace) -> str:
    AuditLog(workspace.path).check()
    return f"{AUDIT} can be written"
