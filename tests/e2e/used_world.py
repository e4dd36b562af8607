"""A person whom people have worked on with everything there is, and what a workspace says of everybody."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api import match_build
from api.accounts.users import Users
from api.bootstrap import open_workspace
from api.casework.cases import Cases, Pin, PinKind
from api.casework.pinning import says_of
from api.casework.watches import Watches, WatchKind
from api.cli import main
from api.doctor import doctor
from api.expunge.expungings import Order
from api.graph_store import LEDGER
from api.kept_answers import Asked, KeptAnswers
from api.link_review import Answer, LinkReview
from api.progress import Silent
from api.roles import Role
from api.search import Query
from api.web.searches import Searches
from linkage.ledger import Workspace
from linkage.model import load_model
from tests.e2e.http_world import CHECKS, CROSSINGS, DRIVERS, EMPLOYMENT, ENROLMENTS, EVENTS, bring
from tests.e2e.web_world import PASSWORD

PERSON = ("US/1", "CA/1", "MX/R7")
MEXICAN = f"{DRIVERS.splitlines()[0]}\nMX,R7,MX,Ramiro,Zabulondo,1984-03-19,984400117,LFTM0044717,FED,,,\n"
TEXTS = ("Zabulondo", "RAMIRO ZABULONDO", "984400117", "31552208", *PERSON, "US/I1", "US/E2", "US/1/984400117")
"""By which Ramiro Zabulondo is known, and nobody else: name, programme number, licence, record keys, events."""
ORDER = Order("registrar", "court order 26-118")
FILES = {
    **{"drivers": DRIVERS, "employment": EMPLOYMENT, "enrolments": ENROLMENTS},
    **{"checks": CHECKS, "crossings": CROSSINGS, "events": EVENTS},
}


def a_used_world(world: Path, folder: Path) -> None:
    """A workspace in which people have worked on Ramiro Zabulondo with everything there is."""
    path = Path(shutil.copytree(world, folder / "workspace"))
    workspace = open_workspace(path)
    bring(workspace, folder, "drivers", MEXICAN)
    here, other = (workspace.resolve_id(record) for record in ("US/1", "US/2"))
    pinned = ((PinKind.DRIVER, here), (PinKind.DRIVER, other), (PinKind.CONNECTION, f"{here} {other}"))
    says = [(kind, ref, says_of(workspace, kind, ref, LEDGER)) for kind, ref in pinned]
    with workspace.transaction() as connection:
        for role in Role:
            Users(connection).add(role.value, role, "tester", PASSWORD)
        cases = Cases(connection, "ana")
        case = cases.open("Zabulondo and his trucks")
        for kind, ref, shown in says:
            cases.pin(case, Pin(kind, ref, shown, "as RAMIRO ZABULONDO told"), "2026-06-30")
        cases.note(case, "Ramiro Zabulondo was seen with licence 31552208; Quirina was not.")
        cases.draw(case, (f"Identity:{here}", f"Identity:{other}"), "brothers", "a call")
        KeptAnswers(connection).keep(Asked.of("ana", "k", [b"x"]), 200, {"records": ["US/1"], "name": "Zabulondo"})
    Watches(workspace, "ana").add(WatchKind.DRIVER, here, "as Ramiro Zabulondo asked", date.today() + timedelta(90))
    LinkReview(workspace, "ana").answer("CA/1", "US/2", Answer.CANNOT_TELL, "Zabulondo is no Befanoska")
    Searches(path).keep("ana", Query(text="zabulondo"))
    match_build.build(workspace, load_model())
    run = ran(path)
    run("unlink", "US/1", "US/2", "--reason", "looked at 31552208 on paper")
    run("exchange", "request", "--partner", "mx", "--record-type", "criminal", "--reason", "yearly round")
    run("evaluate", "--sample", "40")
    (number,) = (r["review_id"] for r in run("review", "list", "--all")["rows"] if r["key"] == "incident:US/I1")
    run("review", "assign", number, "ana")
    run("review", "note", number, "Ramiro Zabulondo called")
    for factor in run("review", "show", number)["trace"]["unresolved"]:
        run("review", "resolve", number, factor, "mitigated", "--reason", "Zabulondo showed the papers")
    run("review", "decide", number, "retain", "--code", "MITIGATED", "--reason", "weighed what Zabulondo showed")


def ran(path: Path) -> Any:
    """Runs commands on a workspace."""

    def run(*words: object) -> dict[str, Any]:
        with pytest.MonkeyPatch.context() as patched, contextlib.redirect_stdout(io.StringIO()) as out:
            patched.setenv("CROSSLANE_ACTOR", "ana")
            assert main([*map(str, words), "-w", str(path), "--json"]) == 0
        document: dict[str, Any] = json.loads(out.getvalue())
        return document

    return run


def people(workspace: Workspace) -> set[frozenset[str]]:
    """The partition, without ids."""
    rows = workspace.memberships().group_by("identity_id").agg("record_key")["record_key"]
    return {frozenset(keys) for keys in rows}


def scores(workspace: Workspace) -> dict[frozenset[str], tuple[Any, ...]]:
    """The figures of everybody by their records."""
    of = dict(workspace.memberships().group_by("identity_id").agg("record_key").iter_rows())
    with workspace.reading() as connection:
        rows = connection.execute("SELECT * FROM score").fetchall()
    return {frozenset(of[row[0]]): row[1:] for row in rows}


def assert_sound(workspace: Workspace) -> None:
    wrong = [check for check in doctor(workspace.path, full=Silent())["checks"] if not check["ok"]]
    assert wrong == []
