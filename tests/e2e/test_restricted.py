"""A workspace that declares its sources takes no other, by whatever way it comes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.bootstrap import open_workspace
from api.http import create_app
from api.load import LoadRequest, load

DRIVERS = "source,record_id,country,given_name,surname,birth_date\n{code},u1,US,Lucretia,Van Houten,1981-01-01\n"
EVENTS = "source,event_id,record_id,event_type,event_date\nUS,e1,u1,DRUG_SMUGGLING,2026-01-02\n"
MANIFEST = """name = "{name}"
title = "what a partner shares"
format = "csv"
[[mention]]
kind = "person"
columns = {{ source = "source", record_id = "id", surname = "surname" }}
"""


@pytest.fixture
def make(anywhere: Any) -> Callable[..., Any]:
    def make(*options: str) -> Any:
        assert anywhere("init", *options).code == 0
        return anywhere

    return make


@pytest.fixture
def drivers(write: Callable[[str, str], Path]) -> Path:
    return write("drivers.csv", DRIVERS.format(code="US"))


def detail(cli: Any) -> dict[str, Any]:
    (check,) = [check for check in cli.json("doctor")["checks"] if check["name"] == "sources"]
    return dict(check)


def test_a_workspace_holds_what_it_declared_and_says_so(make: Any, drivers: Path) -> None:
    cli = make("--sources", "drivers,events")
    assert cli.json("load", drivers, "--source", "drivers")["files"][0]["accepted"] == 1
    assert detail(cli) == {"name": "sources", "ok": True, "detail": "may hold drivers, events only"}
    document = cli.json("init")
    assert (document["sources"], document["codes"], document["created"]) == (["drivers", "events"], None, False)
    assert "may hold drivers, events only" in " ".join(cli("init").out.split())


def test_a_workspace_without_a_declaration_holds_anything(cli: Any, drivers: Path) -> None:
    assert cli.json("load", drivers, "--source", "drivers")["files"][0]["accepted"] == 1
    assert cli.json("init")["sources"] is None
    assert detail(cli)["detail"] == "may hold any source"


def test_another_file_is_refused_before_it_is_opened(make: Any, tmp_path: Path) -> None:
    cli = make("--sources", "drivers")
    pipe = tmp_path / "events.csv"
    os.mkfifo(pipe)  # whoever opened it would wait for ever
    result = cli("load", pipe, "--source", "events")
    assert result.code == 2
    assert "may hold drivers only" in result.err
    assert "source-not-declared" in result.err
    with open_workspace(cli.folder).reading() as connection:
        assert connection.execute("SELECT count(*) FROM load").get == 0


@pytest.mark.parametrize("name", ["drivers", "partner"])
def test_a_manifest_is_known_by_its_text_and_not_by_its_name(
    make: Any, write: Callable[[str, str], Path], name: str
) -> None:
    manifest = write("partner.toml", MANIFEST.format(name=name))
    rows = write("rows.csv", "source,id,surname\nUS,u9,Houten\n")
    cli = make("--sources", f"events,{manifest}" if name == "partner" else "drivers")
    result = cli("load", rows, "--source", manifest)
    assert result.code == (0 if name == "partner" else 2)
    manifest.write_text(MANIFEST.format(name=name) + "# another\n")
    assert cli("load", rows, "--source", manifest).code == 2


def test_rows_of_another_source_refuse_the_whole_load(
    make: Any, drivers: Path, write: Callable[[str, str], Path]
) -> None:
    cli = make("--sources", "drivers,events", "--codes", "US,CA")
    other = write("other.csv", DRIVERS.format(code="WATCH"))
    result = cli("load", drivers, other, "--source", "drivers")
    assert result.code == 2
    assert "WATCH" not in result.err
    assert not cli.json("identities")["rows"]
    assert cli.json("load", drivers, "--source", "drivers")["files"][0]["accepted"] == 1
    assert detail(cli)["detail"] == "may hold drivers, events only, and of them rows of CA, US only"


def test_what_is_declared_stands(make: Any, drivers: Path) -> None:
    cli = make("--sources", "drivers")
    assert cli("init", "--sources", "drivers").code == 0
    for options in (
        ["--sources", "drivers,events"],
        ["--sources", "events"],
        ["--sources", "drivers", "--codes", "US"],
    ):
        assert cli("init", *options).code == 2
    assert cli.json("init")["sources"] == ["drivers"]


def test_a_workspace_that_holds_something_declares_nothing_any_more(cli: Any, drivers: Path) -> None:
    assert cli("load", drivers, "--source", "drivers").code == 0
    assert cli("init", "--sources", "drivers").code == 2


@pytest.mark.parametrize("options", [["--sources", "nonsense"], ["--sources", "drivers,,"], ["--codes", "US"]])
def test_a_declaration_that_cannot_be_held_makes_no_workspace(anywhere: Any, options: list[str]) -> None:
    assert anywhere("init", *options).code == 2
    assert not anywhere.folder.exists()


def test_every_way_in_is_held_to_it(make: Any, write: Callable[[str, str], Path]) -> None:
    cli = make("--sources", "drivers")
    answers = write("answers.csv", "source,request_id,answer\nMX,R-000001,clear\n")
    result = cli("exchange", "answer", answers, "--reason", "came by mail today")
    assert result.code == 2
    assert "source-not-declared" in result.err


def test_the_doctor_finds_what_went_round_the_program(make: Any, drivers: Path) -> None:
    cli = make("--sources", "drivers")
    assert cli("load", drivers, "--source", "drivers").code == 0
    with open_workspace(cli.folder).transaction() as connection:
        connection.execute("UPDATE load SET source = 'events'")
    assert cli("doctor").code == 1
    (check,) = [c for c in cli.json("doctor", code=1)["checks"] if c["name"] == "sources"]
    assert not check["ok"]


def test_a_load_asked_for_by_code_is_held_to_it(make: Any, write: Callable[[str, str], Path]) -> None:
    from datetime import date

    from linkage.errors import SourceError

    cli = make("--sources", "drivers")
    events = write("events.csv", EVENTS)
    with pytest.raises(SourceError) as told:
        load(open_workspace(cli.folder), LoadRequest((events,), "events", date(2026, 6, 30)))
    assert told.value.rule == "source-not-declared"
    assert told.value.exit_code == 2


def test_the_api_is_held_to_it(make: Any, write: Callable[[str, str], Path]) -> None:
    cli = make("--sources", "drivers")
    secret = cli.json("key", "add", "importer", "--role", "loader")["secret"]
    app = create_app(open_workspace(cli.folder))
    client = TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)
    sent = [
        client.post("/api/v1/loads", data={"source": "events"}, files={"file": ("events.csv", EVENTS.encode())}),
        client.post("/api/v1/records", json={"source": "events", "records": [{"event_id": "e1", "source": "US"}]}),
    ]
    for answer in sent:
        assert answer.status_code == 422, answer.text
        assert "source-not-declared" in answer.json()["detail"]
    assert not client.get("/api/v1/loads").json()["rows"]
    assert b"DRUG_SMUGGLING" not in b"".join(f.read_bytes() for f in cli.folder.rglob("*") if f.is_file())
    taken = client.post("/api/v1/loads", data={"source": "drivers"}, files={"file": ("d.csv", DRIVERS.encode())})
    assert taken.status_code == 202
