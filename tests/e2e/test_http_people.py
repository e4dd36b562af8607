"""Every route that shows people: all of them are audited before, and none tells others what is for the cleared."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from api.audit import AuditLog
from api.decide import decide
from api.exchange import Act, Ask, request_gaps
from api.http.access_table import ACCESS, PAGES
from api.load import LoadRequest, load
from api.reviews.actions import ReviewActions
from api.roles import Role
from eligibility.clearance import Clearances
from eligibility.reviews.states import Outcome
from eligibility.trace import Finding
from tests.e2e.http_world import TERRORISM, TODAY, Api, assert_problem, serving

READS = {
    "/api/v1/drivers/{identity_id:path}/score": [{}],
    "/api/v1/drivers/{identity_id:path}/linked-risk": [{}, {"as_of": "2026-06-15"}],
    "/api/v1/drivers/{identity_id:path}/graph": [{"hops": 1}, {"hops": 3}, {"hops": 4, "limit": 4}],
    "/api/v1/drivers/{identity_id:path}": [{}],
    "/api/v1/drivers": [{}],
    "/api/v1/paths": [{"from": "US/3", "to": "US/4"}, {"from": "US/1", "to": "US/2"}, {"from": "US/2", "to": "US/3"}],
    "/api/v1/why": [{"a": "US/1", "b": "CA/1"}, {"a": "US/3", "b": "US/4"}, {"a": "US/2", "b": "US/3"}],
    "/api/v1/changes": [{"limit": 500}],
    "/api/v1/reviews": [{}, {"all": True}, {"driver": "US/2", "all": True}],
    "/api/v1/reviews/agreement": [{}],
    "/api/v1/reviews/{review_id}": [{}, {"blind": True}],
    "/api/v1/reviews/{review_id}/replay": [{}],
    "/api/v1/reviews/{review_id}/without": [{"fact": "US/E1"}],
    "/api/v1/reviews/{review_id}/letter": [{"language": "es"}],
    "/api/v1/coverage": [{}, {"driver": "US/2"}],
    "/api/v1/coverage/board": [{}],
    "/api/v1/coverage/oldest": [{}],
    "/api/v1/ports": [{}],
    "/api/v1/ports/actions": [{}],
    "/api/v1/exchange": [{}],
    "/api/v1/successions": [{"all": True}],
    "/api/v1/reconcile/preview/{identity_id:path}": [{}],
}
"""What is asked of each GET that shows people or counts them."""
ELSEWHERE = {
    "/api/v1/measures",  # counts: test_measure_pages.py
    *("/api/v1/audit", "/api/v1/openapi.json", "/healthz", "/readyz", "/metrics"),
    *("/api/v1/session", "/api/v1/session/provider", "/api/v1/session/provider/callback"),
    *("/api/v1/loads", "/api/v1/loads/{job_id}", "/api/v1/loads/{job_id}/rejects", "/api/v1/loads/{job_id}/warnings"),
    *("/api/v1/reconcile", "/api/v1/reconcile/suggest/{what}"),
    "/api/v1/decisions/jobs/{job_id}",
}
"""GETs without people: what they tell is tested with them."""
COUNTS = {
    "/api/v1/reviews/agreement",
    "/api/v1/coverage/board",
    "/api/v1/ports",
    "/api/v1/ports/actions",
    "/api/v1/successions",
}
"""GETs that name nobody."""
PEOPLE = ("US%2F1", "US%2F2", "US%2F3", "US%2F4", "MX%2F..")


@pytest.fixture(scope="module")
def kept(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API over a workspace with a merge, a closed review with its letter, and requests to a partner."""
    with serving(Path(shutil.copytree(world, tmp_path_factory.mktemp("people") / "workspace"))) as api:
        decide(api.workspace, "MX/9", "MX/a/b", "same", "one photograph", "ana")
        actions = ReviewActions(api.workspace, "ana")
        actions.assign(1, "ana", "mine")
        for factor in ("incident:US/I1", "incident:US/I2"):
            actions.resolve(1, factor, Finding.UNFOUNDED, "the court file says so")
        actions.decide(1, Outcome.RETAIN, ["NOTHING_ADVERSE"], "nothing stands")
        request_gaps(api.workspace, Ask("MX"), Act("ana", "renewal"))
        yield api


def asked_of(template: str) -> list[tuple[str, dict[str, Any]]]:
    paths = [template]
    if "{identity_id:path}" in template:
        paths = [template.replace("{identity_id:path}", person) for person in PEOPLE]
    if "{review_id}" in template:
        paths = [template.replace("{review_id}", "1")]
    return [(path, asked) for path in paths for asked in READS[template]]


def test_every_get_is_asked_here_or_shows_nobody() -> None:
    served = {path for method, path in ACCESS.keys() - PAGES.keys() if method == "GET"}
    assert {*READS} | ELSEWHERE >= served
    assert {*READS} <= served


@pytest.mark.parametrize("template", sorted(READS))
def test_everybody_shown_is_in_the_audit(kept: Api, template: str) -> None:
    for number, (path, asked) in enumerate(asked_of(template)):
        name = f"{template}#{number}"
        client = kept.as_(Role.SUPERVISOR, name)
        answer = client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        named = [asked[name] for name in ("a", "b", "from", "to", "driver") if name in asked]
        named += [unquote(person) for person in PEOPLE if person in path]
        shown = kept.people_in(answer.text) | {kept.id_of(reference) for reference in named}
        assert shown or template in COUNTS
        audited = kept.people_in(" ".join(kept.audited(f"key:{name}")))
        assert shown <= audited, f"{path} {asked}"
        entries = AuditLog(kept.workspace.path).entries(limit=100_000)
        assert [entry for entry in entries if entry.actor == f"key:{name}"], "even a list of nobody is on record"


@pytest.mark.parametrize("template", sorted(READS))
def test_nothing_is_shown_where_the_audit_cannot_be_written(
    kept: Api, tmp_path_factory: pytest.TempPathFactory, template: str
) -> None:
    folder = tmp_path_factory.mktemp("mute") / "workspace"
    shutil.copytree(kept.workspace.path, folder)
    with serving(folder) as api:
        client = api.as_(Role.SUPERVISOR, "mute")
        for file in folder.glob("audit*"):
            file.unlink()
        (folder / "audit.db").mkdir()
        for path, asked in asked_of(template)[:1]:
            assert_problem(client.get(path, params=asked), 503)


@pytest.fixture(scope="module")
def without(kept: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The same workspace without the events for the cleared."""
    folder = tmp_path_factory.mktemp("without")
    shutil.copytree(kept.workspace.path, folder / "workspace")
    gone = folder / "gone.csv"
    gone.write_text(TERRORISM)
    with serving(folder / "workspace") as api:
        load(api.workspace, LoadRequest((gone,), "events", TODAY, mode="delete"))
        yield api


@pytest.mark.parametrize("template", sorted({*READS} - {"/api/v1/changes"}))
def test_others_are_shown_what_there_is_without_it(kept: Api, without: Api, template: str) -> None:
    """In names, counts, graphs, paths and lists; what has a time of its own is left out of the comparison."""
    for path, asked in asked_of(template):
        with_it, without_it = (api.as_(Role.SUPERVISOR, "otto").get(path, params=asked).text for api in (kept, without))
        assert with_it == without_it, f"{path} {asked}"


def test_the_cleared_see_it_in_the_review_it_belongs_to(kept: Api) -> None:
    with kept.workspace.transaction() as connection:
        rows = connection.execute("SELECT review_id FROM review WHERE audience = 'cleared'").fetchall()
    (number,) = [row[0] for row in rows]
    others = kept.person(Role.SUPERVISOR, "olga")
    cleo = kept.as_(Role.REVIEWER, "cleo")
    for client in (others, cleo):
        assert_problem(client.get(f"/api/v1/reviews/{number}"), 404)
        for what, body in STEPS.items():
            if client is others:
                assert_problem(client.post(f"/api/v1/reviews/{number}/{what}", json=body), 404)
    with kept.workspace.transaction() as connection:
        Clearances(connection).grant("key:cleo", "post", "eva", "2026-06-30")
    shown = cleo.get(f"/api/v1/reviews/{number}")
    assert shown.status_code == 200
    assert "US-FAST-TERR" in shown.text
    assert number in [row["review_id"] for row in cleo.get("/api/v1/reviews").json()["rows"]]
    assert_problem(others.get(f"/api/v1/reviews/{number}"), 404)
    for path in (f"/api/v1/drivers/{one}{what}" for one in PEOPLE for what in ("", "/graph", "/linked-risk")):
        assert "US-FAST-TERR" not in cleo.get(path).text, "nowhere but in the review"
    nobody = others.get("/api/v1/reviews/424242")
    refused = others.get(f"/api/v1/reviews/{number}")
    assert nobody.text.replace("424242", str(number)) == refused.text, "one that is hidden is told as one that is not"


STEPS: dict[str, dict[str, Any]] = {
    "assign": {"to": "ana", "reason": "r"},
    "note": {"text": "t"},
    "ask": {"text": "t", "due_on": "2026-07-01"},
    "answer": {"text": "t"},
    "resolve": {"factor": "f", "finding": "unfounded", "reason": "r"},
    "decide": {"outcome": "retain", "codes": [], "reason": "r"},
    "sign": {"reason": "r"},
    "send-back": {"outcome": "retain", "reason": "r"},
    "appeal": {"grounds": "g", "filed_on": "2026-07-01"},
    "decide-appeal": {"granted": True, "reason": "r"},
    "opinion": {"outcome": "retain", "reason": "r"},
    "letter": {"language": "en"},
}


def test_the_audit_is_for_auditors_and_pages_through_ties(kept: Api) -> None:
    auditor = kept.as_(Role.AUDITOR)
    person = kept.id_of("US/1")
    kept.as_(Role.VIEWER).get("/api/v1/drivers/US%2F1")
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = auditor.get(
            "/api/v1/audit", params={"limit": 7, "identity_id": person} | ({"cursor": cursor} if cursor else {})
        ).json()
        seen += page["rows"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert {row["identity_id"] for row in seen} == {person}
    assert [row["n"] for row in seen] == sorted({row["n"] for row in seen}, reverse=True)
    entries = AuditLog(kept.workspace.path).entries(person, limit=100_000)
    assert len(seen) == len(entries)
    mine = auditor.get("/api/v1/audit", params={"actor": "key:viewer"}).json()["rows"]
    assert {row["actor"] for row in mine} == {"key:viewer"}
    first = auditor.get("/api/v1/audit").json()["rows"][0]
    assert (first["action"], first["actor"]) == ("audit read", "key:auditor"), "reading the audit is on record too"
    assert_problem(kept.as_(Role.SUPERVISOR).get("/api/v1/audit"), 403)


def test_the_audit_of_a_driver_has_the_ids_they_had_before(kept: Api) -> None:
    with kept.workspace.reading() as connection:
        former, current = connection.execute("SELECT former, current FROM redirect").fetchone()
    kept.as_(Role.VIEWER).get(f"/api/v1/drivers/{former}")
    rows = kept.as_(Role.AUDITOR).get("/api/v1/audit", params={"identity_id": former}).json()["rows"]
    assert current in {row["identity_id"] for row in rows}


def test_no_document_names_a_person_in_the_audit(kept: Api) -> None:
    rows = kept.as_(Role.AUDITOR).get("/api/v1/audit", params={"limit": 500}).json()["rows"]
    text = json.dumps(rows, ensure_ascii=False)
    assert not [name for name in ("Zabulondo", "Befanoska", "Szymanski", "31552208") if name in text]
