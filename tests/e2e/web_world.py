"""A small workspace behind the pages, and people at browsers: one a role, signed in with a purpose."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.accounts.users import Users
from api.bootstrap import open_workspace
from api.http import create_app
from api.roles import Role
from linkage.ledger import Workspace
from tests.e2e.http_world import Api, TestClient, a_world, bring

STORY = Path(__file__).resolve().parents[2] / "fixtures" / "story"
PASSWORD = "seven grey mules walk north"
PHONE, CURP, LICENCE = "+19565550161", "OAVR840319HTSCLM00", "31552208"
NATIONAL = "9565550161"
"""The phone as people write it: what a page must not hold in any spelling."""
IDENTIFIERS = (PHONE, NATIONAL, "956 555 0161", CURP, LICENCE, "LFTM0044717", "984400117")
_LOADED = (
    ("us_drivers", "drivers"),
    ("mx_drivers", "drivers"),
    ("yard_drivers", "drivers"),
    ("mx_vehicles", "vehicles"),
    ("mx_driving", "driving"),
    ("enrolments", "enrolments"),
    ("mx_events", "events"),
    ("yard_events", "events"),
    ("checks", "checks"),
)


POSSIBLE = "source,record_id,country,given_name,surname,second_surname,birth_date\n" + "".join(
    f"POSS,{a},US,Lucrecio,{surname},Uno,19{year}-01-10\nPOSS,{b},MX,Lucrecio,{surname},Otro,19{year}\n"
    for a, b, surname, year in (
        ("a", "b", "Zurbaran", 60),
        ("c", "d", "Ormaechea", 61),
        ("e", "f", "Villaseca", 62),
        ("g", "h", "Goikoetxea", 63),
    )
)
"""Pairs of records that may be one person each: somebody has to judge them."""


def _crossings() -> str:
    """Some crossings of one port in two quarters, FAST and other."""
    lines = ["crossing_id,source,date,port_code,fast,exam,result"]
    for number in range(240):
        day, fast = ("2026-02-03", "2026-05-04")[number % 2], "10"[number // 2 % 2]
        found = "find" if number % 40 == 0 else "none"
        lines.append(f"X{number},CBP,{day},2304,{fast},random,{found}")
    return "\n".join(lines) + "\n"


def a_web_world(folder: Path) -> Path:
    """The people of the API's tests, and a story of trucks, homes and phones around some more."""
    path = a_world(folder)
    workspace = open_workspace(path)
    for name, source in _LOADED:
        bring(workspace, folder, source, (STORY / f"{name}.csv").read_text("utf-8"))
    bring(workspace, folder, "crossings", _crossings())
    bring(workspace, folder, "drivers", POSSIBLE)
    with workspace.transaction() as connection:
        for role in Role:
            Users(connection).add(role.value, role, "tester", PASSWORD)
    return path


def _said(page: str) -> str:
    """The middle of a page without its markup."""
    return re.sub(r"<[^>]+>|\s+", " ", page.partition("<main")[2] or page)[:400]


@dataclass
class Browser:
    """A person at a browser.

    Args:
        name: of the user.
    """

    client: TestClient
    name: str
    csrf: str = ""

    def sign_in(self, purpose: str = "investigation") -> Any:
        """The page after signing in."""
        given = {"user": self.name, "password": PASSWORD, "purpose": purpose, "reference": "C-17", "next": "/"}
        answer = self.client.post("/sign-in", data=given, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        home = self.get("/")
        self.csrf = re.findall(r'<meta name="csrf" content="([^"]+)">', home.text)[0]
        return home

    def get(self, path: str, status: int = 200, **asked: Any) -> Any:
        """The page, which must be of that status; a redirect is not followed."""
        answer = self.client.get(path, params=asked or None, follow_redirects=False)
        assert answer.status_code == status, f"{path}: {answer.status_code} {_said(answer.text)}"
        return answer

    def post(self, path: str, status: int = 303, /, **fields: Any) -> Any:
        """The answer to a form that came from a page."""
        answer = self.client.post(path, data={"csrf": self.csrf, **fields}, follow_redirects=False)
        assert answer.status_code == status, f"{path}: {answer.status_code} {_said(answer.text)}"
        return answer

    def send(self, path: str, status: int = 200, **document: Any) -> Any:
        """The document that a script of a page gets."""
        answer = self.client.post(path, json=document, headers={"x-csrf-token": self.csrf})
        assert answer.status_code == status, f"{path}: {answer.status_code} {_said(answer.text)}"
        return answer.json()


@dataclass
class Office:
    """A workspace, and whoever signed in to it."""

    api: Api
    browsers: dict[str, Browser] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        """The workspace."""
        return self.api.workspace

    def as_(self, role: Role) -> Browser:
        """The browser of the person of that role, signed in."""
        if role.value not in self.browsers:
            app = next(iter(self.browsers.values())).client.app if self.browsers else create_app(self.workspace)
            client = TestClient(app, base_url="https://crosslane.example", raise_server_exceptions=False)
            self.browsers[role.value] = Browser(client, role.value)
            self.browsers[role.value].sign_in()
        return self.browsers[role.value]


@contextmanager
def an_office(world: Path, folder: Path) -> Iterator[Office]:
    """The pages over a copy of a world."""
    path = Path(shutil.copytree(world, folder / "workspace"))
    office = Office(Api(open_workspace(path), {}))
    try:
        yield office
    finally:
        for browser in office.browsers.values():
            browser.client.close()
