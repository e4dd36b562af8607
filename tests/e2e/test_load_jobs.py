"""Files sent to a running server: taken on durably, loaded in the background, never lost or doubled by a kill."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.audit import AuditLog
from api.bootstrap import create_workspace
from api.jobs.tables import JobTables
from api.restriction import asked, declare
from api.roles import Role
from api.scores import read_scores
from faults.served import Served, killed, served
from linkage.ledger import LoadTables, Workspace
from tests.e2e.served import followed, key, post, send

HEADER = "source,record_id,country,given_name,surname,birth_date,licence_number,licence_jurisdiction\n"
FIRST = HEADER + "US,a,US,Ulises,Quintanar,1984-03-09,31840309,TX\n"


def many(count: int) -> str:
    """Two records of each of so many people."""
    rows = [HEADER]
    for n in range(count):
        name = f"{chr(65 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676 % 26)}"
        day = f"19{60 + n % 39}-{1 + n % 12:02}-{1 + n % 28:02}"
        rows += [f"{source},r{n},{source},{name}o,{name}ez,{day},{30000000 + n},TX\n" for source in ("US", "MX")]
    return "".join(rows)


@dataclass
class Site:
    workspace: Workspace
    secret: str

    @property
    def incoming(self) -> list[Path]:
        folder = self.workspace.path / "incoming"
        return sorted(folder.iterdir()) if folder.exists() else []

    def is_cleared(self) -> bool:
        """No file waits any more; a failed job says so before its file goes."""
        deadline = time.monotonic() + 20
        while self.incoming and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.incoming == []

    def loads(self) -> list[int]:
        with self.workspace.reading() as connection:
            return LoadTables(connection).ids()

    def state(self) -> tuple[Any, ...]:
        """Who is who and with what score, whatever the ids."""
        people: dict[str, list[str]] = {}
        for record, identity in self.workspace.memberships().select("record_key", "identity_id").iter_rows():
            people.setdefault(identity, []).append(record)
        with self.workspace.reading() as connection:
            scores = {row["identity_id"]: row["score"] for row in read_scores(connection).iter_rows(named=True)}
        return tuple(sorted((tuple(sorted(records)), scores[identity]) for identity, records in people.items()))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    workspace = create_workspace(tmp_path / "w")
    return Site(workspace, key(workspace, Role.LOADER, "licence desk"))


@pytest.fixture
def server(site: Site) -> Iterator[Served]:
    with served(site.workspace) as server:
        yield server


@pytest.fixture
def client(site: Site, server: Served) -> Iterator[httpx.Client]:
    with server.client(site.secret) as client:
        yield client


def test_a_file_is_taken_on_loaded_and_told(site: Site, client: httpx.Client, server: Served) -> None:
    text = (
        FIRST + "MX,b,MX,Ulises,Quintanar,1984-03-09,31840309,TX\nMX,,MX,No,Key,1984-03-09,,\nMX,d,MX,Eva,Ruiz,??,,\n"
    )
    job = send(client, text, "drivers")
    assert (job["kind"], job["source"], job["by"]) == ("load", "drivers", "key:licence desk")
    assert job["request"] == {
        "today": "2026-06-30", "confirm": False, "file": "upload.csv", "bytes": len(text.encode()),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    done = followed(client, job["job_id"])
    assert (done["state"], done["load_id"], done["problem"]) == ("done", 1, None)
    load = done["load"]
    [file] = load["files"]
    assert (file["rows"], file["accepted"], file["rejected_total"], file["file"]) == (4, 3, 1, "upload.csv")
    assert [(row["line"], row["column"]) for row in file["rejected"]] == [(4, "record_id")]
    assert [(row["line"], row["column"]) for row in file["warned"]] == [(5, "birth_date")]
    assert (load["identities"]["created"], load["truncated"], load["notice"]) == (2, False, None)
    assert site.incoming == []
    again = followed(client, send(client, text, "drivers")["job_id"])
    assert (again["load_id"], again["load"]["unchanged"]) == (None, True)
    assert again["load"]["files"][0]["rejected"] == file["rejected"]
    assert [row["job_id"] for row in client.get("/api/v1/loads").json()["rows"]] == [again["job_id"], job["job_id"]]
    entries = [entry for entry in AuditLog(site.workspace.path).entries() if entry.action == "load"]
    assert [(entry.actor, entry.detail) for entry in entries][-1] == (
        "key:licence desk",
        f"job {job['job_id']}, load 1",
    )
    told = server.log.read_text() + json.dumps([job, done, again])
    for word in ("Quintanar", "Ulises", "Ruiz", "31840309", "file.csv", str(site.workspace.path) + "/incoming"):
        assert word not in told


def test_rejects_and_jobs_are_read_page_by_page(client: httpx.Client) -> None:
    text = FIRST + "".join(f"US,,US,N{n},X,1984-03-09,,\n" for n in range(150)) + "MX,d,MX,Eva,Ruiz,??,,\n" * 3
    job = followed(client, send(client, text, "drivers")["job_id"])
    [file] = job["load"]["files"]
    assert (len(file["rejected"]), file["rejected_total"], job["load"]["truncated"]) == (100, 150, True)
    assert "100 of 150" in job["load"]["notice"]
    for what, lines in (("rejects", list(range(3, 153))), ("warnings", [153, 154, 155])):
        found, cursor = [], None
        while cursor or not found:
            query = {"limit": 40} | ({"cursor": cursor} if cursor else {})
            page = client.get(f"/api/v1/loads/{job['job_id']}/{what}", params=query).json()
            found += [row["line"] for row in page["rows"]]
            cursor = page["next_cursor"]
        assert found == lines
    ids = [job["job_id"], *(send(client, FIRST, "drivers")["job_id"] for _ in range(2))]
    page = client.get("/api/v1/loads", params={"limit": 2}).json()
    rest = client.get("/api/v1/loads", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [row["job_id"] for row in page["rows"] + rest["rows"]] == ids[::-1]
    assert rest["next_cursor"] is None
    assert client.get("/api/v1/loads", params={"cursor": "abc"}).status_code == 400
    assert client.get("/api/v1/loads", params={"state": "failed"}).json()["rows"] == []


def test_a_refused_file_fails_its_job_and_leaves_nothing(site: Site, client: httpx.Client) -> None:
    job = followed(client, send(client, "Ulises,Quintanar,1984-03-09\nEva,Ruiz,1990-01-01\n", "drivers")["job_id"])
    assert (job["state"], job["load"], job["load_id"]) == ("failed", None, None)
    assert job["problem"]["status"] == 422
    assert "missing-column" in job["problem"]["detail"]
    for word in ("Ulises", "Ruiz", str(site.workspace.path)):
        assert word not in job["problem"]["detail"]
    assert site.loads() == []
    assert site.is_cleared()
    assert client.get(f"/api/v1/loads/{job['job_id']}/rejects").json()["rows"] == []


UNUSABLE = (
    ({"source": "no-such"}, "source"),
    ({"source": "/etc/passwd.toml"}, "source"),
    ({"mode": "everything"}, "mode"),
    ({"today": "30/06/2026"}, "today"),
    ({"encoding": "klingon"}, "encoding"),
    ({"delimiter": "ab"}, "delimiter"),
    ({"confirm": "perhaps"}, "confirm"),
    ({"Quintanar": "x"}, "body"),
)


def test_what_cannot_be_used_is_refused_by_its_name(site: Site, client: httpx.Client) -> None:
    for fields, field in UNUSABLE:
        answer = client.post("/api/v1/loads", data={"source": "drivers", **fields}, files={"file": ("a.csv", FIRST)})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"].rsplit(".", 1)[-1] for error in answer.json()["errors"]] == [field]
        assert "Quintanar" not in answer.text
    assert site.incoming == []


def test_what_is_no_upload_is_refused_and_leaves_nothing(site: Site, client: httpx.Client) -> None:
    form = "multipart/form-data; boundary=x"
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    file = part % (b"file", b'; filename="a.csv"', FIRST.encode())
    cases: list[tuple[int, str, bytes]] = [
        (415, "application/json", b"{}"),
        (415, "multipart/form-data", b"x"),
        (400, form, b"no form at all"),
        (400, form, file),
        (422, form, part % (b"source", b"", b"drivers") + b"--x--\r\n"),
        (422, form, file + file + b"--x--\r\n"),
        (422, form, part % (b"source", b"", b"x" * 2000) + file + b"--x--\r\n"),
        (422, form, part % (b"source", b"", b"\xff\xfe") + file + b"--x--\r\n"),
        (422, form, part % (b"source", b"", b"drivers") * 30 + b"--x--\r\n"),
    ]
    for status, kind, body in cases:
        answer = client.post("/api/v1/loads", content=body, headers={"content-type": kind})
        assert (answer.status_code, answer.json()["status"]) == (status, status), (kind, body[:80], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert (site.incoming, client.get("/api/v1/loads").json()["rows"]) == ([], [])
    assert client.get("/api/v1/loads/j-none").status_code == 404


def test_a_file_over_the_limit_is_refused_as_it_comes(site: Site) -> None:
    with served(site.workspace, CROSSLANE_MAX_UPLOAD_BYTES="3000000") as server, server.client(site.secret) as client:
        large = FIRST + "x" * 2_999_000
        assert len(large) < 3_000_000
        assert post(client, large, "drivers").status_code == 202
        for size in (3_000_100, 9_000_000):
            assert post(client, "x" * size, "drivers").status_code == 413

        def pieces() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
            yield from (b"x" * 100_000 for _ in range(40))

        answer = client.post(
            "/api/v1/loads", content=pieces(), headers={"content-type": "multipart/form-data; boundary=x"}
        )
        assert answer.status_code == 413
        assert client.post("/api/v1/drivers/search", json={"text": "x" * 1_100_000}).status_code == 413


def test_a_large_file_is_never_whole_in_memory(site: Site, client: httpx.Client, server: Served) -> None:
    def most() -> int:
        """Kilobytes that the server's process ever held."""
        return int(_text(Path(f"/proc/{server.process.pid}/status")).split("VmHWM:")[1].split()[0])

    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="source"\r\n\r\ndrivers\r\n'
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nnothing known\n'
        yield from (b"x,y,z\n" * 100_000 for _ in range(250))
        yield b"\r\n--x--\r\n"

    before = most()
    kind = {"content-type": "multipart/form-data; boundary=x"}
    job = client.post("/api/v1/loads", content=pieces(), headers=kind).json()
    assert job["request"]["bytes"] > 150_000_000
    assert most() - before < 100_000
    assert followed(client, job["job_id"])["state"] == "failed"
    assert site.is_cleared()


def test_a_viewer_sends_nothing(site: Site, server: Served) -> None:
    with server.client(key(site.workspace, Role.VIEWER)) as client:
        assert post(client, FIRST, "drivers").status_code == 403
        assert client.get("/api/v1/loads").status_code == 403
    with httpx.Client(base_url=server.url) as nobody:
        assert post(nobody, FIRST, "drivers").status_code == 401
    assert site.incoming == []


def test_a_file_sent_twice_under_a_key_is_one_job(site: Site, client: httpx.Client) -> None:
    first, again = (post(client, FIRST, "drivers", idempotency="k1") for _ in range(2))
    assert (again.status_code, again.text, again.headers["location"]) == (202, first.text, first.headers["location"])
    other = post(client, FIRST + FIRST, "drivers", idempotency="k1")
    assert (other.status_code, other.headers["content-type"]) == (422, "application/problem+json")
    assert post(client, FIRST, "drivers", idempotency="k1", mode="delta").status_code == 422
    followed(client, first.json()["job_id"])
    assert len(client.get("/api/v1/loads").json()["rows"]) == 1
    assert site.incoming == []


@pytest.mark.parametrize("workers", [1, 2])
def test_no_process_outlives_a_killed_server(site: Site, workers: int) -> None:
    with killed(site.workspace, "--workers", str(workers)) as server, server.client(site.secret) as client:
        followed(client, send(client, FIRST, "drivers")["job_id"])
        processes = _descendants(server.process.pid)
        assert len(processes) > workers
    deadline = time.monotonic() + 20
    while left := [pid for pid in processes if _is_alive(pid)]:
        assert time.monotonic() < deadline, [_text(Path(f"/proc/{pid}/cmdline")) for pid in left]
        time.sleep(0.02)


def test_a_restricted_workspace_takes_on_no_other_source(site: Site, client: httpx.Client) -> None:
    with site.workspace.transaction() as connection:
        declare(connection, asked(["events"], []), "tester")
    answer = post(client, FIRST, "drivers")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    records = client.post("/api/v1/records", json={"source": "drivers", "records": [{"source": "US"}]})
    assert (records.status_code, records.headers["content-type"]) == (422, "application/problem+json")
    assert site.incoming == []
    assert client.get("/api/v1/loads").json()["rows"] == []


STAGES = ("reading", "writing records", "comparing", "projecting the graph", "scoring", "screening", "publishing")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """State and document of the load that the tests below disturb."""
    workspace = create_workspace(tmp_path_factory.mktemp("undisturbed") / "w")
    site = Site(workspace, key(workspace, Role.LOADER))
    with served(workspace) as server, server.client(site.secret) as client:
        send(client, FIRST, "drivers")
        job = followed(client, send(client, many(1500), "drivers")["job_id"])
    assert job["state"] == "done"
    return site.state(), job


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("stage", "delay_s"), [*((stage, 0.0) for stage in STAGES), ("publishing", 0.15), ("queued", 0.0)]
)
def test_a_job_killed_with_its_server_goes_on_after_a_restart(
    site: Site, undisturbed: tuple[tuple[Any, ...], dict[str, Any]], stage: str, delay_s: float
) -> None:
    with killed(site.workspace) as server, server.client(site.secret) as client:
        followed(client, send(client, FIRST, "drivers")["job_id"])
        job = send(client, many(1500), "drivers")
        assert stage == "queued" or _is_reached(site, job["job_id"], stage)
        time.sleep(delay_s)
    with served(site.workspace) as server, server.client(site.secret) as client:
        done = followed(client, job["job_id"])
        assert done["state"] == "done"
        # What came later is over within moments, and may have been when the server was killed.
        assert stage not in STAGES[:4] or done["attempts"] == 2
    state, expected = undisturbed
    assert site.state() == state
    assert (site.loads(), site.incoming) == ([1, 2], [])
    times = ("seconds",)
    assert {k: v for k, v in done["load"].items() if k not in times} == {
        k: v for k, v in expected["load"].items() if k not in times
    }
    with site.workspace.reading() as connection:
        assert connection.execute("SELECT count(*) FROM job").get == 2
        assert connection.execute("SELECT count(*) FROM screening WHERE ref = 2").get == 1
        assert sorted(int(name) for name in os.listdir(site.workspace.path / "records")) == [1, 2]


def test_a_process_that_dies_over_a_job_is_started_again(site: Site, client: httpx.Client, server: Served) -> None:
    job = send(client, many(1500), "drivers")
    assert _is_reached(site, job["job_id"], "comparing")
    [runner] = [pid for pid in _descendants(server.process.pid) if "\0work\0" in _text(Path(f"/proc/{pid}/cmdline"))]
    os.kill(runner, signal.SIGKILL)
    done = followed(client, job["job_id"])
    assert (done["state"], done["attempts"], site.loads()) == ("done", 2, [1])
    with site.workspace.reading() as connection:
        assert JobTables(connection).get(job["job_id"]).crashes == 1


def test_an_acknowledged_file_is_loaded_whenever_the_server_is_killed(site: Site) -> None:
    with killed(site.workspace) as server, server.client(site.secret) as client:
        ids = [send(client, f"{HEADER}US,k{n},US,N{n},Pérez,1984-03-09,,\n", "drivers")["job_id"] for n in range(5)]
    with served(site.workspace) as server, server.client(site.secret) as client:
        assert [followed(client, job_id)["state"] for job_id in ids] == ["done"] * 5
    assert sorted(site.workspace.memberships()["record_key"]) == [f"US/k{n}" for n in range(5)]


def test_half_an_upload_leaves_nothing_after_a_restart(site: Site) -> None:
    kind = {"content-type": "multipart/form-data; boundary=x"}
    with killed(site.workspace) as server, server.client(site.secret) as client:

        def pieces() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + b"x" * 3_000_000
            deadline = time.monotonic() + 30
            while not site.incoming and time.monotonic() < deadline:
                time.sleep(0.01)
            server.kill()
            yield b"x" * 1000

        with pytest.raises(httpx.HTTPError):
            client.post("/api/v1/loads", content=pieces(), headers=kind)
    assert len(site.incoming) == 1
    with served(site.workspace) as server, server.client(site.secret) as client:
        followed(client, send(client, FIRST, "drivers")["job_id"])
    assert site.incoming == []
    with site.workspace.reading() as connection:
        assert len(JobTables(connection).page(None, None, 10)) == 1


def _is_reached(site: Site, job_id: str, stage: str) -> bool:
    """Whether the load came to the stage, told at once; a short one may be over by then."""
    progress = site.workspace.path / "incoming" / job_id / "progress.json"
    wanted = {f'"{name}"' for name in STAGES[STAGES.index(stage) :]}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = _text(progress)
        if any(name in told for name in wanted):
            return True
        time.sleep(0.001)
    return False


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _descendants(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (told := _text(entry / "status")):
            parents.setdefault(int(told.split("\nPPid:\t")[1].split("\n")[0]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found[1:]


def _is_alive(pid: int) -> bool:
    status = _text(Path(f"/proc/{pid}/status"))
    return bool(status) and "\nState:\tZ" not in status
