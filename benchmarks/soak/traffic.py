"""What is asked: by systems with a key, by people at browsers, by somebody who judges, who exports and who loads."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from api.accounts.sessions import SessionLimits, Sessions, csrf_token
from api.accounts.users import Users
from api.bootstrap import open_workspace
from api.http.security import COOKIE
from api.roles import Role
from benchmarks.api_load.background import form as file_form
from benchmarks.soak.asking import Caller, Notebook, Refused

PASSWORD = "seven grey mules walk north"
DAY = "2026-06-30"
FOLLOW_S = 0.3
"""Seconds between two looks at a job."""
Act = tuple[str, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class World:
    """What the callers know of the workspace.

    Args:
        people: identity ids.
        records: one record of each of these people.
        rows: of a file of drivers that the workspace lacks; `head` is its header.
        callers: all who were called.
    """

    port: int
    key: str
    people: Sequence[str]
    records: Sequence[str]
    head: str
    rows: Sequence[str]
    callers: list[Caller] = field(default_factory=list)

    def called(self, headers: Mapping[str, str]) -> Caller:
        """One more caller, whom `close` ends."""
        self.callers.append(Caller(self.port, headers))
        return self.callers[-1]

    def close(self) -> None:
        """Nobody asks any more."""
        for caller in self.callers:
            caller.close()


def caller_of(world: World) -> Caller:
    """A system with its key."""
    return world.called({"Authorization": f"Bearer {world.key}"})


def person_at(workspace: Path, world: World, name: str) -> tuple[Caller, str]:
    """A supervisor at a browser, signed in, and the token that their forms send back."""
    with open_workspace(workspace).transaction() as connection:
        Users(connection).add(name, Role.SUPERVISOR, "soak", PASSWORD)
        token = Sessions(connection, SessionLimits(), time.time()).open(name, "investigation")[0]
    csrf = csrf_token(token)
    return world.called({"Cookie": f"{COOKIE}={token}", "x-csrf-token": csrf}), csrf


def system(world: World, caller: Caller, dice: random.Random) -> Act:
    """One question of another system."""
    person, row = dice.choice(world.people), dice.choice(world.rows).split(",")
    record = dict(zip(world.head.strip().split(","), row, strict=False))
    given = {name: record[name] for name in ("given_name", "surname") if record.get(name)}
    text = " ".join(given.values()) or "nobody"
    acts: list[Act] = [
        ("stored score", lambda: _read(caller, f"/api/v1/drivers/{person}/score")),
        ("stored score", lambda: _read(caller, f"/api/v1/drivers/{person}/score")),
        ("driver", lambda: _read(caller, f"/api/v1/drivers/{person}")),
        ("explanation", lambda: _read(caller, f"/api/v1/drivers/{person}/linked-risk")),
        ("neighbourhood", lambda: _read(caller, f"/api/v1/drivers/{person}/graph?hops=2")),
        ("search", lambda: _sent(caller, "/api/v1/drivers/search", {"text": text})),
        ("match", lambda: _sent(caller, "/api/v1/match", {"record": given or {"surname": "Nobody"}})),
        ("queue", lambda: _read(caller, "/api/v1/drivers?sort=score&limit=50")),
    ]
    return dice.choice(acts)


def person(world: World, caller: Caller, csrf: str, dice: random.Random) -> Act:
    """One page that somebody opens, or one step in the explorer."""
    driver = dice.choice(world.people)
    a, b = dice.sample(world.records, 2)
    words = dice.choice(world.rows).split(",")[3:5]

    def search() -> None:
        place, _ = caller.form("/search", {"csrf": csrf, "text": " ".join(words) or "nobody"})
        caller.get(place)

    def step() -> None:
        # Who was merged meanwhile has another id, which the page tells.
        focus = _explored(caller, driver)["focus"].removeprefix("Identity:")
        caller.send("POST", "/explore/expand", {"kind": "Identity", "key": focus})

    acts: list[Act] = [
        ("page: driver", lambda: _read(caller, f"/drivers/{driver}")),
        ("page: driver", lambda: _read(caller, f"/drivers/{driver}")),
        ("page: risk", lambda: _read(caller, f"/drivers/{driver}/risk")),
        ("page: identity", lambda: _read(caller, f"/drivers/{driver}/identity")),
        ("page: search", search),
        ("page: why", lambda: _read(caller, f"/why?{urlencode({'a': a, 'b': b})}")),
        ("page: explorer", lambda: _read(caller, f"/drivers/{driver}/explore")),
        ("page: explorer, and a step", step),
        ("page: reviews", lambda: _read(caller, "/reviews")),
        ("page: coverage", lambda: _read(caller, f"/coverage/{driver}")),
    ]
    return dice.choice(acts)


class Judge:
    """Somebody who says that two records are one person, and takes it back."""

    def __init__(self, world: World, notes: Notebook, dice: random.Random) -> None:
        self._world, self._notes, self._dice = world, notes, dice
        self._caller = caller_of(world)
        self._stands: int | None = None

    def act(self) -> None:
        """The one or the other, waited for until it is done."""
        if self._stands is None:
            a, b = self._dice.sample(self._world.records, 2)
            asked = {"a": a, "b": b, "judgement": "same", "reason": "soak"}
            self._notes.timed("decision", lambda: self._judge("POST", "/api/v1/decisions", asked))
        else:
            path = f"/api/v1/decisions/{self._stands}"
            self._notes.timed("decision taken back", lambda: self._judge("DELETE", path, {"reason": "soak"}))

    def _judge(self, method: str, path: str, asked: dict[str, str]) -> None:
        status, found = self._caller.send(method, path, asked)
        if status == 202:
            found = _followed(self._caller, f"/api/v1/decisions/jobs/{found['job_id']}", self._notes)["decision"]
        self._stands = int(found["decision"]["n"]) if method == "POST" else None


def picture_of(start: Mapping[str, Any]) -> dict[str, Any]:
    """What the explorer sends of a picture of all that it began with."""
    return {
        "focus": start["focus"],
        "things": [node["id"] for node in start["nodes"]],
        "positions": {node["id"]: {"x": 1, "y": 2} for node in start["nodes"]},
        "hidden": [],
        "pinned": [],
        "filters": {"kinds": ["Identity", "Vehicle", "Phone"], "least": 0, "possible": True, "from": "", "to": ""},
    }


class Exporter:
    """Somebody who takes whole tables and pictures away."""

    def __init__(self, world: World, browser: tuple[Caller, str], dice: random.Random) -> None:
        self._world, self._dice = world, dice
        self._caller, (self._browser, self._csrf) = caller_of(world), browser
        self._case = ""

    def act(self) -> Act:
        """One export."""
        acts: list[Act] = [
            ("export: picture", self._picture),
            ("export: case", self._case_file),
            ("export: pattern", self._pattern),
            ("export: changes", self._changes),
            ("export: coverage", lambda: _read(self._caller, "/api/v1/coverage/board")),
            ("export: ports", lambda: _read(self._caller, "/api/v1/ports")),
        ]
        return self._dice.choice(acts)

    def _picture(self) -> None:
        driver = self._dice.choice(self._world.people)
        start = _explored(self._browser, driver)
        fields = {"csrf": self._csrf, "state": json.dumps(picture_of(start)), "format": "graphml"}
        self._browser.form("/explore/export", fields)

    def _case_file(self) -> None:
        driver = self._dice.choice(self._world.people)
        if not self._case:
            fields = {"csrf": self._csrf, "title": "soak", "kind": "driver", "ref": driver, "note": "soak"}
            self._case = self._browser.form("/cases", fields)[0]
        self._browser.get(f"{self._case}/export")
        self._browser.get(f"{self._case}/report")

    def _pattern(self) -> None:
        asked = {"ties": ["truck", "carrier", "phone", "home"], "gap_days": "365", "hub": "60", "limit": "200"}
        place, _ = self._browser.form("/patterns/near-offenders", {"csrf": self._csrf, **asked})
        self._browser.get(f"{place}/rows.csv")

    def _changes(self) -> None:
        since = "0"
        for _ in range(5):
            page = json.loads(self._caller.get(f"/api/v1/changes?since={since}&limit=500"))
            if not page["rows"]:
                return
            since = page["rows"][-1]["at"]


class Loader:
    """Somebody who brings rows, brings them corrected, and withdraws them, so that the world keeps its size."""

    def __init__(self, world: World, notes: Notebook, rows: int) -> None:
        self._world, self._notes = world, notes
        self._caller = caller_of(world)
        self._rows, self._turn = rows, 0

    def act(self) -> None:
        """One file, sent and followed to its end."""
        round_, step = divmod(self._turn, 3)
        self._turn += 1
        first = round_ * self._rows % max(len(self._world.rows) - self._rows, 1)
        rows = self._world.rows[first : first + self._rows]
        if step == 1:
            rows = [row.rstrip("\n").rsplit(",", 1)[0] + f",{round_:05}\n" for row in rows]
        fields = {"source": "drivers", "date_order": "MDY", "today": DAY, "mode": "delete" if step == 2 else "delta"}
        body, content_type = file_form((self._world.head + "".join(rows)).encode(), fields)
        job: dict[str, str] = {}
        self._notes.timed("load taken on", lambda: job.update(self._caller.upload("/api/v1/loads", body, content_type)))
        if job:
            place = f"/api/v1/loads/{job['job_id']}"
            self._notes.timed("load", lambda: _require_done(_followed(self._caller, place, self._notes)))


def _explored(caller: Caller, driver: str) -> dict[str, Any]:
    """What the explorer's page of a driver holds for its script."""
    page = caller.get(f"/drivers/{driver}/explore").decode()
    found = re.findall(r'<script type="application/json" id="explorer-data">(.*?)</script>', page, re.DOTALL)
    told: dict[str, Any] = json.loads(found[0])
    return told


def _read(caller: Caller, path: str) -> None:
    caller.get(path)


def _sent(caller: Caller, path: str, document: dict[str, object]) -> None:
    caller.send("POST", path, document)


def _followed(caller: Caller, path: str, notes: Notebook) -> dict[str, dict[str, dict[str, int]]]:
    """The job once it is over."""
    while True:
        document: dict[str, dict[str, dict[str, int]]] = json.loads(caller.get(path))
        if document["state"] in ("done", "failed"):
            return document
        if notes.is_over.is_set() and time.perf_counter() - notes.began > 3600:
            raise Refused("a job that does not end")
        time.sleep(FOLLOW_S)


def _require_done(job: object) -> None:
    assert isinstance(job, dict)
    if job["state"] != "done":
        raise Refused(f"a load that {job['state']}: {job.get('problem')}")
