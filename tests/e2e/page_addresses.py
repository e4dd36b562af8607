"""Where every page is: its addresses for each who may open it, and the things that they are about."""

from __future__ import annotations

import json
import re
from typing import Any

from api.audit import AuditLog
from api.http.access_table import ACCESS
from api.roles import Role
from benchmarks.soak.traffic import picture_of
from tests.e2e.web_world import Office

PAGES = [path for (method, path), roles in ACCESS.items() if method == "GET" and roles and not path.startswith("/api/")]
POSTS = [
    path for (method, path), roles in ACCESS.items() if method == "POST" and roles and not path.startswith("/api/")
]
US, MX = "STORY-US/U-1001", "STORY-MX/M-77"
LIST = (
    "name,born,phone\nRamiro Ocampo,1984-03-19,\n"
    "Eleuterio Quintanar,1977-10-30,+52 867 555 0114\nNobody Atall,1950-01-01,\n"
)


def things_of(office: Office) -> dict[str, Any]:
    """Ids of all that the pages are about; made by using the pages."""
    investigator = office.as_(Role.INVESTIGATOR)
    driver, other = office.api.id_of(US), office.api.id_of("STORY-MX/M-41")
    with office.workspace.reading() as connection:
        number = dict(connection.execute("SELECT kind || ' ' || key, id FROM node WHERE kind <> 'Identity'"))
    found: dict[str, Any] = {"identity_id": driver, "other": other, "number": number}
    page = investigator.get(f"/drivers/{driver}/explore").text
    start = json.loads(_script(page, "explorer-data"))
    found["state"] = json.dumps(picture_of(start))
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


def addresses_of(office: Office, things: dict[str, Any]) -> dict[str, list[tuple[Role, str]]]:
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
    review = first_review(office)
    two = f"{driver}+{things['other']}"
    investigate, read, rule = Role.INVESTIGATOR, Role.VIEWER, Role.REVIEWER
    named = ("US/1", "MX/50%2F", "MX/9", "POSS/a", "POSS/b", "STORY-YARD/Y-001")
    people = [driver, things["other"], *map(office.api.id_of, named)]
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
    "/reviews/{number}/letter": "there is no letter before a decision; test_pages_in_use.py decides",
    "/cases/{case_id}/report.pdf": "test_paper.py reads it",
    "/reviews/{number}/letter.pdf": "test_paper.py reads it",
    "/reviews/{number}/replay.pdf": "test_paper.py reads it",
    "/patterns/asked/{token}/rows.csv": "the tests of patterns read it",
    "/match-list.csv": "the list names what its owner sent; test_pages_in_use.py reads it",
    "/loads/{job_id}/rejects.csv": "test_pages_in_use.py has rejects",
}


def actions(office: Office, action: str) -> set[str | None]:
    """Identities that the audit has of an action."""
    entries = AuditLog(office.workspace.path).entries(limit=100_000)
    return {entry.identity_id for entry in entries if entry.action == action}


def first_review(office: Office) -> int:
    """The oldest review that is not for cleared reviewers alone."""
    with office.workspace.reading() as connection:
        return int(connection.execute("SELECT min(review_id) FROM review WHERE audience <> 'cleared'").get)


def example(path: str) -> str:
    """An address of the route, of something that need not be there."""
    return re.sub(r"\{[^}]+\}", "1", path)


def _script(page: str, name: str) -> str:
    found = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    return str(found[0])
