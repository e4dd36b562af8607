"""A small workspace behind the HTTP API, and its callers: one key a role, made once and copied for each test."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.access_settings import AccessSettings, RateLimits
from api.accounts.sessions import SessionLimits, Sessions, csrf_token
from api.accounts.users import Users
from api.audit import AuditLog
from api.bootstrap import create_workspace, open_workspace
from api.http import create_app
from api.http.security import COOKIE
from api.http.service import CSRF_HEADER
from api.keys import Keys
from api.load import LoadRequest, load
from api.roles import Role
from linkage.ledger import Workspace

with warnings.catch_warnings():
    # Starlette announces another client library on import; what the tests use of it is the same in both.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

TODAY = date(2026, 6, 30)
UNLIMITED = AccessSettings(rates=RateLimits(key=0, user=0, login=0, name=0))
_PERSON = "source,record_id,country,given_name,surname,birth_date"
_EVENT = "source,event_id,incident_id,record_id,event_type,code,event_date"
DRIVERS = f"""{_PERSON},fast_id,licence_number,licence_jurisdiction,address,city,region
US,1,US,Ramiro,Zabulondo,1984-03-19,984400117,31552208,TX,,,
CA,1,CA,RAMIRO,ZABULONDO,1984-03-19,,31552208,TX,,,
US,2,US,Quirina,Befanoska,1961-11-05,984400231,20117744,TX,,,
US,3,US,Lucretia,Van Houten,1981-01-01,,VH810101,OH,12 Elm St,Dayton,OH
US,4,US,Bartholomew,Szymanski,1975-10-20,,SZ751020,OH,12 Elm St,Dayton,OH
MX,..,MX,Flora,Cáñez,1976-06-06,,,,,,
MX,a/b,MX,Dalia,Yáñez,1974-04-04,,,,,,
MX,50%2F,MX,=cmd,<b>Ibáñez</b>,1973-03-03,,,,,,
MX,9,MX,\u202eמרים,\U00020000文,1979-09-09,,,,,,
"""
ENROLMENTS = """source,record_id,fast_id,status,enrolled_on,expires_on,last_vetted_on,citizenship,residence,approved_by
US,1,984400117,active,2024-04-03,2029-04-02,2024-03-14,US,US,CBP
US,2,984400231,active,2024-09-16,2029-09-15,2024-08-30,MX,US,CBP
"""
CHECKS = "source,record_id,country,record_type,checked_on,result,legal_basis\n" + "".join(
    f"US,{number},US,{kind},2026-06-01,clear,49 CFR 1572.201\n" for number in (1, 2) for kind in ("criminal", "customs")
)
EVENTS = f"""{_EVENT},severity,description,status,received_on,vin,carrier_id,port_code
US,E1,I1,1,,US-FED-545,2026-05-01,9,Goods found,charge,2026-06-10,,900,2304
US,E2,I2,1,,US-383-SER-01,2026-04-01,5,Speed,conviction,2026-06-10,,900,
US,E3,I3,4,DRUG_SMUGGLING,,2026-01-02,9,Found under a seat,,2026-01-05,,900,
"""
TERRORISM = f"""{_EVENT},severity,description,status,received_on,vin,carrier_id,port_code
US,E9,I9,2,SEIZURE,US-FAST-TERR,2026-05-01,10,Information,in_force,2026-06-10,1FUJGLDR9CSBM7213,900,2304
US,E8,I9,3,SEIZURE,US-FAST-TERR,2026-05-01,10,Information,in_force,2026-06-10,1FUJGLDR9CSBM7213,900,2304
"""
CARRIERS = """source,carrier_id,name,usdot,address,city,region
US,900,Northstar Haulage,900900,1 Yard Rd,Dayton,OH
"""
EMPLOYMENT = "source,record_id,carrier_id,start_date,end_date\n" + "".join(
    f"US,{number},900,2025-01-01,\n" for number in (1, 2, 3, 4)
)
CROSSINGS = "date,port_code,crossing,fast,exam,result,source,record_id\n" + "".join(
    f"2026-02-{day:02},2304,Laredo,{'Y' if day % 2 else 'N'},random,none,US,{1 + day % 2}\n" for day in range(1, 29)
)
_IDENTITY = re.compile(r"\bD-[A-Z2-7]{10}\b")


def bring(workspace: Workspace, folder: Path, source: str, text: str) -> dict[str, Any]:
    """The load document of a text."""
    path = folder / f"{source}.csv"
    path.write_text(text, "utf-8")
    return load(workspace, LoadRequest((path,), source, TODAY))


def a_world(folder: Path) -> Path:
    """Five people and four odd ones, two of them enrolled; one has two open reviews, two an event for the cleared."""
    workspace = create_workspace(folder / "workspace")
    texts = {"drivers": DRIVERS, "carriers": CARRIERS, "employment": EMPLOYMENT, "enrolments": ENROLMENTS}
    texts |= {"checks": CHECKS, "crossings": CROSSINGS, "events": EVENTS}
    for source, text in texts.items():
        bring(workspace, folder, source, text)
    bring(workspace, folder, "events", TERRORISM)
    return workspace.path


@dataclass(frozen=True)
class Api:
    """The API over a workspace."""

    workspace: Workspace
    clients: dict[str, TestClient]

    def as_(self, role: Role, name: str | None = None) -> TestClient:
        """A client with a key of its own: of the role, or of one of several people who have it."""
        name = name or role.value
        if name not in self.clients:
            with self.workspace.transaction() as connection:
                secret = Keys(connection).add(name, role, "tester")["secret"]
            app = (
                next(iter(self.clients.values())).app if self.clients else create_app(self.workspace, access=UNLIMITED)
            )
            headers = {"Authorization": f"Bearer {secret}"}
            self.clients[name] = TestClient(app, headers=headers, raise_server_exceptions=False)
        return self.clients[name]

    def person(self, role: Role, name: str) -> TestClient:
        """A client in which a person of the role is logged in."""
        app = self.as_(Role.VIEWER).app
        with self.workspace.transaction() as connection:
            Users(connection).add(name, role, "tester", "quokka lanterns hum softly")
            token = Sessions(connection, SessionLimits(), time.time()).open(name, "review")[0]
        client = TestClient(
            app,
            base_url="http://127.0.0.1",
            cookies={COOKIE: token},
            headers={CSRF_HEADER: csrf_token(token)},
            raise_server_exceptions=False,
        )
        self.clients[name] = client
        return client

    def id_of(self, reference: str) -> str:
        """The identity that a record is in now."""
        return self.workspace.resolve_id(reference)

    def partition(self) -> dict[str, str]:
        """The identity of each record."""
        return dict(self.workspace.memberships().select("record_key", "identity_id").iter_rows())

    def audited(self, actor: str) -> set[str]:
        """Identities that the audit says somebody was shown."""
        entries = AuditLog(self.workspace.path).entries(limit=100_000)
        return {entry.identity_id for entry in entries if entry.actor == actor and entry.identity_id}

    def people_in(self, text: str) -> set[str]:
        """The people whose ids a text holds, by the ids they have now."""
        with self.workspace.reading() as connection:
            current = dict(connection.execute("SELECT former, current FROM redirect"))
        return {current.get(found, found) for found in _IDENTITY.findall(text)}


@contextmanager
def serving(folder: Path) -> Iterator[Api]:
    """The API over the workspace in a folder."""
    api = Api(open_workspace(folder), {})
    try:
        yield api
    finally:
        for client in api.clients.values():
            client.close()


def pages(client: TestClient, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """Every page of a list."""
    cursor = None
    while True:
        answer = client.get(path, params=asked | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page
        cursor = page["next_cursor"]
        if cursor is None:
            return


def rows_of(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of all pages."""
    return [row for page in found for row in page["rows"]]


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    """The answer is a problem document of that status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert (document["status"], document["type"]) == (status, "about:blank")
    assert document["title"]
    assert document["detail"]
    return document
