"""Every page: who is shown stands in the audit first, identifiers are masked, and nobody else is let in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.audit import AuditLog
from api.graph_store import LEDGER
from api.http.access_table import ACCESS
from api.jobs.runner import Runner
from api.roles import Role
from api.web import reject_pages
from linkage.ledger import LoadTables
from tests.e2e.web_world import CURP, IDENTIFIERS, Browser, Office, a_web_world, an_office

PAGES = [path for (method, path), roles in ACCESS.items() if method == "GET" and roles and not path.startswith("/api/")]
POSTS = [
    path for (method, path), roles in ACCESS.items() if method == "POST" and roles and not path.startswith("/api/")
]
US, MX = "STORY-US/U-1001", "STORY-MX/M-77"
LIST = (
    "name,born,phone\nRamiro Ocampo,1984-03-19,\n"
    "Eleuterio Quintanar,1977-10-30,+52 867 555 0114\nNobody Atall,1950-01-01,\n"
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "made").mkdir()
    with an_office(a_web_world(folder / "made"), folder) as office:
        yield office


@pytest.fixture(scope="module")
def things(office: Office) -> dict[str, Any]:
    """Ids of all that the pages are about; made by using the pages."""
    investigator = office.as_(Role.INVESTIGATOR)
    driver, other = office.api.id_of(US), office.api.id_of("STORY-MX/M-41")
    with office.workspace.reading() as connection:
        number = dict(connection.execute("SELECT kind || ' ' || key, id FROM node WHERE kind <> 'Identity'"))
    found: dict[str, Any] = {"identity_id": driver, "other": other, "number": number}
    page = investigator.get(f"/drivers/{driver}/explore").text
    start = json.loads(_script(page, "explorer-data"))
    state = {
        "focus": start["focus"],
        "things": [node["id"] for node in start["nodes"]],
        "positions": {node["id"]: {"x": 1, "y": 2} for node in start["nodes"]},
        "hidden": [],
        "pinned": [],
        "filters": {"kinds": ["Identity", "Vehicle", "Phone"], "least": 0, "possible": True, "from": "", "to": ""},
    }
    found["state"] = json.dumps(state)
    view = investigator.post("/views", name="trucks near one driver", state=found["state"])
    found["view_id"] = view.headers["location"].removeprefix("/views/")
    case = investigator.post("/cases", title="Trucks", kind="driver", ref=driver, note="why")
    found["case_id"] = case.headers["location"].removeprefix("/cases/")
    incident = re.findall(r"I-\d+", investigator.get(f"/drivers/{driver}/risk").text)
    pins = [
        ("thing", str(number["Vehicle 9ZZTRUCK0TB004711"])),
        ("thing", str(number["Phone +19565550161"])),
        ("connection", f"{driver} {other}"),
        ("view", found["view_id"]),
        *(("reason", f"{driver} {one}") for one in incident[:1]),
    ]
    for kind, ref in pins:
        investigator.post(f"/cases/{found['case_id']}/pins", kind=kind, ref=ref, note="")
    ends = {"a": f"Identity:{driver}", "b": f"Identity:{other}"}
    investigator.post(f"/cases/{found['case_id']}/ties", says="seen together", source="a photograph", **ends)
    investigator.post(f"/cases/{found['case_id']}/notes", text="a note\nof two lines")
    for kind, ref in (("driver", driver), ("thing", str(number["Vehicle 9ZZTRUCK0TB004711"]))):
        investigator.post("/watches", kind=kind, ref=ref, reason="a tip", expires_on="2999-01-01")
    token = investigator.post("/search", text="ocampo ramiro").headers["location"]
    found["token"] = token.removeprefix("/s/")
    files = {"file": ("names.csv", LIST.encode(), "text/csv")}
    answer = investigator.client.post(
        "/match-list", data={"csrf": investigator.csrf}, files=files, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    found["list"] = answer.headers["location"].partition("token=")[2]
    assert office.as_(Role.SUPERVISOR).post("/measures/sample", size="30").headers["location"] == "/measures#links"
    found["sample"] = 1
    near = {"ties": ["truck", "carrier", "phone", "home"], "gap_days": "365", "hub": "60", "limit": "200"}
    question = investigator.post("/patterns/near-offenders", **near).headers["location"]
    found["question"] = question.removeprefix("/patterns/asked/")
    return found


@pytest.fixture(scope="module")
def addresses(office: Office, things: dict[str, Any]) -> dict[str, list[tuple[Role, str]]]:
    """Who opens which addresses of each route."""
    driver, case, number = things["identity_id"], things["case_id"], things["number"]
    numbers = [
        number[key]
        for key in (
            "Vehicle 9ZZTRUCK0TB004711",
            "Phone +19565550161",
            "Phone +19565550199",
            next(key for key in number if key.startswith("Event STORY-MX")),
            next(key for key in number if key.startswith("Address") and "12" in key),
        )
    ]
    review = _first_review(office)
    two = f"{driver}+{things['other']}"
    investigate, read, rule = Role.INVESTIGATOR, Role.VIEWER, Role.REVIEWER
    people = [driver, things["other"], *map(office.api.id_of, ("US/1", "MX/50%2F", "MX/9", "POSS/a", "POSS/b"))]
    return {
        "/": [(role, "/") for role in Role],
        "/explore": [],
        "/search": [(read, "/search")],
        "/s/{token}": [(investigate, f"/s/{things['token']}")],
        "/drivers/{identity_id}": [(role, f"/drivers/{one}") for one in people for role in (read, rule)],
        "/drivers/{identity_id}/risk": [(read, f"/drivers/{one}/risk") for one in people],
        "/drivers/{identity_id}/identity": [(rule, f"/drivers/{one}/identity") for one in people],
        "/why": [
            (read, f"/why?a={US}&b={MX}"),
            (read, "/why?a=US/1&b=CA/1"),
            (read, f"/why?a=US/3&b={MX}"),
            (read, "/why?a=POSS/a&b=POSS/b"),
        ],
        "/drivers/{identity_id}/explore": [(investigate, f"/drivers/{one}/explore") for one in people],
        "/things/{number}": [(read, f"/things/{one}") for one in numbers],
        "/reviews": [(rule, "/reviews"), (rule, "/reviews?mine=1")],
        "/reviews/{number}": [(rule, f"/reviews/{review}"), (Role.SUPERVISOR, f"/reviews/{review}")],
        "/reviews/{number}/letter": [],
        "/reviews/{number}/letter.pdf": [],
        "/reviews/{number}/replay.pdf": [],
        "/reviews/{number}/replay": [(rule, f"/reviews/{review}/replay")],
        "/coverage": [(read, "/coverage")],
        "/coverage/{identity_id}": [(read, f"/coverage/{driver}")],
        "/exchange": [(rule, "/exchange")],
        "/ports": [(read, "/ports"), (read, "/ports?all=1")],
        "/ports/{port}": [(read, "/ports/2304")],
        "/watches": [(investigate, "/watches")],
        "/views": [(investigate, "/views")],
        "/views/{view_id}": [(investigate, f"/views/{things['view_id']}")],
        "/connect": [
            (investigate, "/connect"),
            (investigate, f"/connect?people={'+'.join(people)}"),
            (investigate, f"/connect?people={two}"),
        ],
        "/patterns": [(investigate, "/patterns")],
        "/patterns/{name}": [(investigate, f"/patterns/{name}") for name in ("near-offenders", "paths")],
        "/patterns/asked/{token}": [(investigate, f"/patterns/asked/{things['question']}")],
        "/patterns/asked/{token}/rows.csv": [],
        "/patterns/asked/{token}/explore": [(investigate, f"/patterns/asked/{things['question']}/explore")],
        "/match-list": [(investigate, "/match-list")],
        "/match-list.csv": [],
        "/cases": [(investigate, "/cases")],
        "/cases/{case_id}": [(investigate, f"/cases/{case}"), (Role.SUPERVISOR, f"/cases/{case}")],
        "/cases/{case_id}/report": [(investigate, f"/cases/{case}/report")],
        "/cases/{case_id}/report.pdf": [],
        "/cases/{case_id}/export": [(investigate, f"/cases/{case}/export")],
        "/audit": [],
        "/loads": [(Role.LOADER, "/loads")],
        "/loads/{job_id}": [(Role.LOADER, "/loads/1"), (Role.LOADER, "/loads/3")],
        "/loads/{job_id}/rejects.csv": [],
        "/links": [(rule, "/links"), (rule, f"/links?sample={things['sample']}")],
        "/measures": [(Role.SUPERVISOR, "/measures"), (Role.AUDITOR, "/measures")],
        "/policy": [(role, "/policy?all=1") for role in Role]
        + [(read, f"/policy?policy={kind}") for kind in ("eligibility", "screening", "coverage", "exchange")],
    }


OTHERWISE = {
    "/explore": "it leads to the search",
    "/audit": "it shows the audit itself: a page that added everybody it shows would double at each look",
    "/reviews/{number}/letter": "there is no letter before a decision; a test below decides",
    "/cases/{case_id}/report.pdf": "test_paper.py reads it",
    "/reviews/{number}/letter.pdf": "test_paper.py reads it",
    "/reviews/{number}/replay.pdf": "test_paper.py reads it",
    "/patterns/asked/{token}/rows.csv": "the tests of patterns read it",
    "/match-list.csv": "the list names what its owner sent; a test below reads it",
    "/loads/{job_id}/rejects.csv": "a test below has rejects",
}


def test_no_page_is_left_out(addresses: dict[str, list[tuple[Role, str]]]) -> None:
    assert set(addresses) == set(PAGES)
    assert {path for path, asked in addresses.items() if not asked} == set(OTHERWISE)


def test_whoever_a_page_shows_stands_in_the_audit_first(
    office: Office, addresses: dict[str, list[tuple[Role, str]]]
) -> None:
    log, seen, faults = AuditLog(office.workspace.path), 0, []
    for asked in addresses.values():
        for role, path in asked:
            browser = office.as_(role)
            before = len(log.entries(limit=100_000))
            shown = office.api.people_in(browser.get(path).text)
            entries = log.entries(limit=100_000)
            new = {entry.identity_id for entry in entries[: len(entries) - before] if entry.actor == role.value}
            seen += len(shown)
            if not shown <= new:
                faults.append((path, sorted(shown - new)))
    assert faults == []
    assert seen > 30, "the pages are of people"


@pytest.fixture(scope="module")
def pages(office: Office, addresses: dict[str, list[tuple[Role, str]]]) -> list[tuple[str, Any]]:
    """Every page as each who may open it gets it: its address and the answer."""
    return [(path, office.as_(role).get(path)) for asked in addresses.values() for role, path in asked]


def test_no_page_shows_an_identifier_in_full(pages: list[tuple[str, Any]]) -> None:
    faults = [(path, one) for path, answer in pages for one in IDENTIFIERS if one in answer.text]
    assert faults == []


def test_a_terrorism_event_is_on_no_page(pages: list[tuple[str, Any]]) -> None:
    for path, answer in pages:
        if path.startswith("/reviews"):
            continue  # a cleared reviewer's own review may be about one
        assert not re.search(r"US-FAST-TERR|\bUS/E[89]\b|\bI9\b", answer.text), path


def test_a_page_holds_no_style_or_script_of_its_own(pages: list[tuple[str, Any]]) -> None:
    for path, answer in pages:
        if not answer.headers["content-type"].startswith("text/html"):
            assert path.endswith("/export"), path
            continue
        assert not re.search(r"<[^>]*\sstyle=", answer.text), path
        assert not re.search(r"<script(?![^>]*(?:src=\"/static/|type=\"application/json\"))", answer.text), path
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "<b>Ibáñez" not in answer.text
        title = re.findall(r"<title>(.*?)</title>", answer.text)[0]
        assert not re.search("Ocampo|Ib|Zabulondo|D-[A-Z2-7]{10}", title), "titles name nobody"


def test_nobody_signed_in_is_led_to_sign_in_and_sees_nothing(office: Office) -> None:
    stranger = Browser(office.as_(Role.VIEWER).client.__class__(office.as_(Role.VIEWER).client.app), "nobody")
    stranger.client.base_url = "https://crosslane.example"  # type: ignore[assignment]
    for path in PAGES:
        answer = stranger.get(_example(path), 303)
        assert answer.headers["location"].startswith("/sign-in?next=/")
    for path in POSTS:
        assert stranger.post(_example(path)).headers["location"] == "/sign-in?next=/"


@pytest.mark.parametrize("role", list(Role))
def test_every_role_opens_what_the_table_says_and_nothing_else(office: Office, role: Role) -> None:
    browser = office.as_(role)
    for method, path in [*(("GET", one) for one in PAGES), *(("POST", one) for one in POSTS)]:
        if path == "/sign-out":
            continue
        is_let_in = role in ACCESS[method, path]
        answer = browser.client.request(method, _example(path), follow_redirects=False)
        if method == "POST" and is_let_in:
            # without the token of the session nothing is done, whoever it is
            assert answer.status_code == 403, (path, answer.status_code)
            assert "another session" in answer.text, path
        elif is_let_in:
            assert answer.status_code < 500, (path, answer.status_code)
            assert answer.status_code != 403, path
        else:
            assert answer.status_code == 403, (path, answer.status_code)
            assert "Your role may not open this" in answer.text


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
    reviewer, number = office.as_(Role.REVIEWER), _first_review(office)
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


def test_a_form_that_came_from_elsewhere_changes_nothing(office: Office, things: dict[str, Any]) -> None:
    investigator = office.as_(Role.INVESTIGATOR)
    for csrf in ("", "x", office.as_(Role.REVIEWER).csrf):
        answer = investigator.client.post("/cases", data={"csrf": csrf, "title": "Forged"}, follow_redirects=False)
        assert answer.status_code == 403
    assert "Forged" not in investigator.get("/cases").text
    for where in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
        back = investigator.post("/settings", theme="dark", back=where)
        assert back.headers["location"] == "/"


def actions(office: Office, action: str) -> set[str | None]:
    """Identities that the audit has of an action."""
    entries = AuditLog(office.workspace.path).entries(limit=100_000)
    return {entry.identity_id for entry in entries if entry.action == action}


def _first_review(office: Office) -> int:
    with office.workspace.reading() as connection:
        return int(connection.execute("SELECT min(review_id) FROM review WHERE audience <> 'cleared'").get)


def _example(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "1", path)


def _script(page: str, name: str) -> str:
    found = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    return str(found[0])
