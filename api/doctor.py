"""The `doctor` document: what is installed, reachable and consistent."""

from __future__ import annotations

import contextlib
import platform
import sqlite3
from collections.abc import Callable, Sequence
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
from api.progress import Progress
from api.projection import pending as projection_pending
from api.projection import verify_graph
from api.restriction import restriction_of, undeclared_loads
from api.witness import contradicted
from eligibility.reviews.snapshots import Snapshots
from eligibility.trail import Trail
from eligibility.untold import untold
from graph.embedded import EmbeddedStore
from graph.policy_file import load_policy
from linkage.disk import DAMAGED
from linkage.errors import LinkageError
from linkage.ledger import LEDGER as LEDGER_FILE
from linkage.ledger import IdentityTables, LoadTables, Workspace, damaged, damaged_ends, is_sealed
from linkage.ledger.whole import Damage
from linkage.model import load_model
from linkage.unreadable import UNREADABLE

PYTHON = (3, 11)
SQLITE = (3, 43)  # oldest with all that the ledger and its search use

MOST_TOLD = 5
"""Damaged files that are named one by one."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str

    def document(self) -> dict[str, Any]:
        """The check as JSON values."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


def doctor(folder: Path | None, store: GraphStoreChoice = LEDGER, full: Progress | None = None) -> dict[str, Any]:
    """Every check there is; those of a workspace only where one is named, of a server likewise.

    Args:
        full: told how far it is where all files are read from end to end; None = only what is quick is looked at.
    """
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
        if full is not None:
            looks |= {"files": partial(_files, full), "databases": partial(_databases, full)}
            looks |= {"graph rows": partial(_graph_rows, full)}
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
    except (Exception, *UNREADABLE) as error:  # what is damaged may break whoever reads it, in any way
        return Check(name, ok=False, detail=f"cannot be understood ({type(error).__name__}); restore it from a backup")


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
    """Every load's rows are on disk and can be opened."""
    loads = _loads(workspace)
    folder = workspace.fact_store.path
    missing = [load for load in loads if not (folder / str(load)).is_dir()]
    if missing:
        raise _Failed(f"the rows of load {missing[0]} are gone from {folder}; restore them from a backup")
    _require_none([found for load in loads for found in damaged_ends(folder / str(load))])
    return f"{len(loads)} loads on disk"


def _files(full: Progress, workspace: Workspace) -> str:
    """Every byte of the loads' rows is what was written."""
    loads, store = _loads(workspace), workspace.fact_store
    folders = [folder for load in loads if (folder := store.path / str(load)).is_dir()]
    runs = workspace.merged.runs()
    full.stage("reading rows", len(folders) + len(runs))
    found: list[Damage] = []
    for folder in folders:
        found += damaged(folder)
        full.advance()
    _require_none(found)
    for run in runs:
        if any(damaged(run.folder)):
            raise _Failed(f"{run.folder} is not what was written; delete it: it is made of the loads again")
        full.advance()
    without = sum(not is_sealed(folder) for folder in folders)
    hint = f"; {without} of an earlier version can be read, and have no sums before crosslane serve has begun once"
    return f"every byte of {len(loads) - without} loads is what was written{hint if without else ''}"


def _require_none(found: Sequence[Damage]) -> None:
    if found:
        told = "; ".join(map(str, found[:MOST_TOLD]))
        raise _Failed(f"{told}; and {len(found) - MOST_TOLD} more files" if len(found) > MOST_TOLD else told)


def _databases(full: Progress, workspace: Workspace) -> str:
    """Every page of the databases can be read, and their indexes hold what their tables do."""
    files = [file for name in (LEDGER_FILE, AUDIT) if (file := workspace.path / name).exists()]
    full.stage("reading databases", len(files))
    for file in files:
        with contextlib.closing(apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
            try:
                found = str(connection.execute("PRAGMA integrity_check(1)").get)
            except DAMAGED as error:
                found = type(error).__name__
        if found != "ok":
            raise _Failed(f"{file} is damaged: {found}; restore it from a backup")
        full.advance()
    return f"{' and '.join(file.name for file in files)} whole"


def _graph(workspace: Workspace) -> str:
    applied = _applied(workspace)
    with workspace.reading() as connection:
        counts = EmbeddedStore(connection).counts()
    return f"{applied}: {sum(counts.nodes.values())} nodes, {sum(counts.edges.values())} edges"


def _graph_rows(full: Progress, workspace: Workspace) -> str:
    """The graph is the one that the rows and identities make, to the last property."""
    found = verify_graph(workspace, LEDGER, full)
    if not found["equal"]:
        wrong = " and ".join(f"{found[name]} {name}" for name in ("missing", "extra", "different") if found[name])
        raise _Failed(f"of nodes and edges {wrong}; mend it with: crosslane graph rebuild, or restore from a backup")
    return "nodes and edges are those that the rows make"


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
