"""What is done on pages: each act is audited, tells what would follow, repeats no value, and takes nothing amiss."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from api.audit import AuditLog
from api.graph_store import LEDGER
from api.jobs.runner import Runner
from api.roles import Role
from api.web import reject_pages
from linkage.ledger import LoadTables
from tests.e2e.page_addresses import MX, US, actions, first_review, things_of
from tests.e2e.web_world import CURP, IDENTIFIERS, Office


@pytest.fixture(scope="module")
def things(office: Office) -> dict[str, Any]:
    return things_of(office)


def test_every_event_has_a_page_whatever_it_lacks(office: Office) -> None:
    """US/E1 has a code and no type, US/E3 a type and no code."""
    with office.workspace.reading() as connection:
        rows = connection.execute("SELECT id, key FROM node WHERE kind = 'Event'").fetchall()
    of_the_cleared = {"US/E8", "US/E9"}
    for number, key in rows:
        office.as_(Role.INVESTIGATOR).get(f"/things/{number}", 404 if key in of_the_cleared else 200)
    assert {key for _, key in rows} > {"US/E1", "US/E3"}


def test_an_identifier_is_shown_for_a_reason_alone_and_the_audit_keeps_it(
    office: Office, things: dict[str, Any]
) -> None:
    investigator, path = office.as_(Role.INVESTIGATOR), f"/drivers/{things['identity_id']}/unmask"
    refused = investigator.post(path, 200, reason=" ").text
    assert "Give a reason first" in refused
    assert CURP not in refused
    shown = investigator.post(path, 200, reason="the officer at the lane asks").text
    assert CURP in shown
    (entry, *_) = [one for one in AuditLog(office.workspace.path).entries(limit=20) if one.action == "unmask"]
    assert entry.identity_id == things["identity_id"]
    assert "the officer at the lane asks" in (entry.detail or "")
    assert CURP not in investigator.get(f"/drivers/{things['identity_id']}").text


def test_a_matched_list_as_a_file_names_whom_the_audit_names_and_runs_nothing(
    office: Office, things: dict[str, Any]
) -> None:
    investigator, log = office.as_(Role.INVESTIGATOR), AuditLog(office.workspace.path)
    before = len(log.entries(limit=100_000))
    for path in (f"/match-list.csv?token={things['list']}", f"/match-list?token={things['list']}"):
        text = investigator.get(path).text
        shown = office.api.people_in(text)
        entries = log.entries(limit=100_000)
        assert things["identity_id"] in shown
        assert shown <= {entry.identity_id for entry in entries[: len(entries) - before]}
        assert not re.search(r"(?m)(^|,)[=+@-]", text) or path.startswith("/match-list?")
    for token in (things["token"], "nonsense", "' OR 1=1"):
        investigator.get("/match-list.csv", 404, token=token)
    office.as_(Role.SUPERVISOR).get("/match-list", 404, token=things["list"])
    investigator.get(f"/s/{things['list']}", 404)


def test_a_case_as_a_file_is_audited_holds_no_identifier_and_opens_again(
    office: Office, things: dict[str, Any]
) -> None:
    investigator, log = office.as_(Role.INVESTIGATOR), AuditLog(office.workspace.path)
    before = len(log.entries(limit=100_000))
    file = investigator.get(f"/cases/{things['case_id']}/export")
    assert file.headers["content-disposition"] == f'attachment; filename="crosslane-case-{things["case_id"]}.csv"'
    entries = log.entries(limit=100_000)
    named = {entry.identity_id for entry in entries[: len(entries) - before]}
    assert office.api.people_in(file.text) <= named
    assert things["identity_id"] in named
    assert not [one for one in IDENTIFIERS if one in file.text]
    sent = {"csrf": investigator.csrf}
    opened = investigator.client.post(
        "/cases/open-file", data=sent, files={"file": ("c.csv", file.content, "text/csv")}
    )
    assert opened.status_code == 200, opened.text[-1500:]
    shown = office.api.people_in(opened.text)
    assert shown <= actions(office, "case file opened")
    assert not [one for one in IDENTIFIERS if one in opened.text]
    huge = file.content + b"x" * 1_100_000
    for bad, status in ((b"", 400), (b"a,b\n1,2\n", 400), (b"\xff\xfe", 400), (huge, 413)):
        files = {"file": ("c.csv", bad, "text/csv")}
        assert investigator.client.post("/cases/open-file", data=sent, files=files).status_code == status


def test_a_drawn_tie_is_audited_when_its_drivers_are_pinned_no_more(office: Office, things: dict[str, Any]) -> None:
    investigator = office.as_(Role.INVESTIGATOR)
    ends = [office.api.id_of("US/3"), office.api.id_of("US/4")]
    case = investigator.post("/cases", title="Two", kind="driver", ref=ends[0]).headers["location"]
    tie = {"a": f"Identity:{ends[0]}", "b": f"Identity:{ends[1]}", "says": "cousins", "source": "a letter"}
    investigator.post(f"{case}/ties", **tie)
    number = re.findall(rf"{case}/pins/(\d+)/take-out", investigator.get(case).text)[0]
    investigator.post(f"{case}/pins/{number}/take-out")
    shown = office.api.people_in(investigator.get(case).text)
    assert shown == set(ends)
    entries = AuditLog(office.workspace.path).entries(limit=3)
    assert {entry.identity_id for entry in entries if entry.action == "case page"} == shown
    investigator.post(f"{case}/ties", 400, **tie | {"a": "Phone:+19565550161"})
    investigator.post(f"{case}/pins/{number}/take-out", 404)


def test_a_step_of_the_explorer_speaks_of_phones_by_their_veils(office: Office, things: dict[str, Any]) -> None:
    investigator = office.as_(Role.INVESTIGATOR)
    state = json.loads(things["state"])
    phone = next(one for one in state["things"] if one.startswith("Phone:"))
    step = investigator.send("/explore/expand", kind="Phone", key=phone.partition(":")[2], shown=state["things"])
    assert not set(IDENTIFIERS) & set(re.findall(r"[+\w]+", json.dumps(step)))
    assert step["brought"] == len(step["nodes"])
    for form in ("csv", "graphml", "gexf", "i2"):
        text = investigator.post("/explore/export", 200, state=things["state"], format=form).text
        assert not any(one in text for one in IDENTIFIERS)
        assert "0161" in text
    assert "0161" in investigator.post("/explore/analytics", 200, state=things["state"]).text
    for bad in ("", "{}", "x" * 700_000):
        investigator.post("/views", 400, name="x", state=bad)
        investigator.post("/explore/export", 400, state=bad, format="csv")
    investigator.post("/explore/export", 400, state=things["state"], format="exe")


def test_link_review_tells_the_models_opinion_of_what_one_has_judged_alone(office: Office) -> None:
    reviewer = office.as_(Role.REVIEWER)
    page = reviewer.get("/links").text
    pair = dict(re.findall(r'name="([ab])" value="([^"]+)"', page))
    assert pair.keys() == {"a", "b"}
    assert not re.search(r"The model said|0\.89|bits", page, re.IGNORECASE)
    for told in ("1", "999"):
        reviewer.get("/links", 404, told=told)
    there = reviewer.post("/links/answer", **pair, answer="different").headers["location"]
    assert re.fullmatch(r"/links\?told=\d+", there)
    assert "The model said: possible." in reviewer.get(there).text.replace("<bdi>", "").replace("</bdi>", "")
    office.as_(Role.SUPERVISOR).get(there, 404)
    reviewer.post("/links/answer", 400, a="POSS/a", b="POSS/a", answer="same")
    reviewer.post("/links/answer", 400, **pair, answer="perhaps")
    applied = reviewer.post("/links/apply", 200).text
    assert "is a decision now" in applied
    assert {office.api.id_of(key) for key in pair.values()} <= actions(office, "link review applied")
    reviewer.post("/links/apply", 400)
    assert office.api.id_of(pair["a"]) != office.api.id_of(pair["b"])


def test_what_would_follow_is_shown_before_a_split_is_made(office: Office, things: dict[str, Any]) -> None:
    reviewer, driver = office.as_(Role.REVIEWER), things["identity_id"]
    asked = {"a": US, "b": MX, "reason": "another man"}
    page = reviewer.post(f"/drivers/{driver}/split", 200, **asked).text
    assert "What would follow" in page
    assert office.api.id_of(US) == office.api.id_of(MX), "nothing is done yet"
    reviewer.post(f"/drivers/{driver}/split", 400, **asked | {"reason": " "})
    reviewer.post("/drivers/nobody/split", confirmed="1", **asked)
    assert office.api.id_of(US) != office.api.id_of(MX)
    both = {office.api.id_of(US), office.api.id_of(MX)}
    assert both <= actions(office, "unlink"), "the audit names the two, whatever the address said"
    identity = reviewer.get(f"/drivers/{driver}/identity").text
    number = re.findall(r"/decisions/(\d+)/undo", identity)[0]
    reviewer.post(f"/decisions/{number}/undo", reason="it was him", back="https://elsewhere.example/")
    assert office.api.id_of(US) in actions(office, "undo")
    assert office.api.id_of(US) == office.api.id_of(MX)


def test_a_load_is_followed_to_its_rejects_which_repeat_no_value(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reject_pages, "AT_ONCE", 1)
    loader = office.as_(Role.LOADER)
    head = "source,record_id,country,given_name,surname,birth_date\n"
    data = (
        f"{head}LD,1,US,Ana,Ormaechea,1990-01-01\n,2,US,Secretname,Yturralde,1990-01-01\n"
        "LD,3,US,Ana,Ormaechea,1990-02-31\n,4,US,Secretname,Yturralde,1990-01-01\n"
    )
    files = {"file": ("drivers.csv", data.encode(), "text/csv")}
    given = {"csrf": loader.csrf, "source": "drivers", "today": "2026-06-30"}
    checked = loader.client.post("/loads/check", data=given, files=files)
    assert checked.status_code == 200, checked.text[-2000:]
    assert "Would load 2, reject 2 of 4 rows." in checked.text
    assert "Secretname" not in checked.text
    answer = loader.client.post("/loads", data=given, files=files, follow_redirects=False)
    assert answer.status_code == 303
    page = loader.get(answer.headers["location"]).text
    assert "drivers" in page
    while Runner(office.workspace, LEDGER, "test").run_one():
        pass
    page = loader.get(answer.headers["location"]).text
    assert "Rejected rows (2)" in page
    assert "Values that were not used (1)" in page
    with office.workspace.reading() as connection:
        number = LoadTables(connection).ids()[-1]
    assert "Values that were not used (1)" in loader.get(f"/loads/{number}").text
    for address in (answer.headers["location"], f"/loads/{number}"):
        rejects = loader.get(f"{address}/rejects.csv").text
        assert [line.split(",")[0] for line in rejects.splitlines()] == ["line", "3", "5"]
        assert "Secretname" not in rejects
        warned = loader.get(f"{address}/rejects.csv?kind=warned").text
        assert warned.splitlines()[1].startswith("4,birth_date,impossible-date,")
        assert "1990" not in warned
    loader.get(f"{answer.headers['location']}/rejects.csv?kind=all", 422)
    for bad in ({}, {"file": ("", b"", "text/csv")}):
        assert loader.client.post("/loads", data=given, files=bad).status_code == 400
    loader.get("/loads/none", 404)
    for none in ("999", "²", "9" * 30):
        loader.get(f"/loads/{none}", 404)


def test_a_letter_is_shown_once_there_is_a_decision(office: Office) -> None:
    reviewer, number = office.as_(Role.REVIEWER), first_review(office)
    reviewer.get(f"/reviews/{number}/letter", 409)
    preview = reviewer.post(f"/reviews/{number}/preview", 200, outcome="retain").text
    assert "Nothing was recorded" in preview
    for bad in ({"outcome": "retain", "code": "NONE"}, {"outcome": "perhaps"}):
        reviewer.post(f"/reviews/{number}/preview", 400, **bad)
    for limit in ("many", "-1", "9" * 30):
        reviewer.post("/exchange/request", 400, partner="x", limit=limit, reason="why")
    reviewer.get("/reviews/999999", 404)


def test_a_reviewer_starts_a_review_from_the_page_of_a_driver_who_is_enrolled(office: Office) -> None:
    reviewer, driver = office.as_(Role.REVIEWER), office.api.id_of("US/2")
    at = f"/drivers/{driver}"
    assert f'action="{at}/review"' in reviewer.get(at).text
    assert "/review" not in re.sub("/reviews", "", office.as_(Role.INVESTIGATOR).get(at).text)
    outside = f"/drivers/{office.api.id_of('US/4')}"
    assert f"{outside}/review" not in reviewer.get(outside).text
    for typed, words in ((" ", "Say why first"), ("x" * 2001, "2,000 characters")):
        refused = reviewer.post(f"{at}/review", 200, reason=typed).text
        assert words in refused
        assert 'aria-invalid="true"' in refused
    reviewer.post(f"{outside}/review", 409, reason="a tip")
    there = reviewer.post(f"{at}/review", reason="the lane officer asks").headers["location"]
    assert re.fullmatch(r"/reviews/\d+", there)
    assert driver in actions(office, "review start")
    page = reviewer.get(there).text
    assert "Asked for by a person" in page
    assert "the lane officer asks" in page
    now = reviewer.get(at).text
    assert f'href="{there}"' in now
    assert f'action="{at}/review"' not in now
    reviewer.post(f"{at}/review", 409, reason="again")


def test_the_page_of_risk_names_what_too_many_share(office: Office) -> None:
    page = office.as_(Role.VIEWER).get(f"/drivers/{office.api.id_of('STORY-YARD/Y-001')}/risk").text
    assert "96 people share it" in page
