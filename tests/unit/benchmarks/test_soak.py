"""The soak's verdict: what grows, what becomes slow and what fails is found, and what is flat is not."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.soak.__main__ import told
from benchmarks.soak.asking import Caller, Notebook, Noted
from benchmarks.soak.report import tables
from benchmarks.soak.verdict import complaints, findings
from benchmarks.soak.watching import Process, Watch

SECONDS = 600.0
ON: dict[str, Any] = {
    "on": {
        **dict.fromkeys(("callers", "rows", "records", "people", "cores", "workers"), 1),
        **dict.fromkeys(("load_before", "load_after"), 0.1),
        "beside": "nothing else ran",
        "python": "3",
        "packages": {"polars": "2"},
    },
    "log": {},
}


def notes_of(took: Any) -> Notebook:
    """An answer a second of one kind, and one of everything that the page counts."""
    notes = Notebook()
    notes.noted = [Noted("score", second, took(second)) for second in range(int(SECONDS))]
    notes.noted += [Noted(kind, 1.0, 5.0) for kind in ("load", "decision", "decision taken back", "export: case")]
    return notes


def process_of(held: Any, until: float = SECONDS) -> Process:
    samples = [(float(at), held(at), held(at) / 2) for at in range(0, int(until), 5)]
    return Process(7, "answers", samples)


def watched(process: Process, pace: Any = lambda _: 2.0) -> Watch:
    watch = Watch(process.pid, 0.0, threading.Event(), {process.pid: process})
    watch.pace.extend((float(at), pace(at)) for at in range(0, int(SECONDS), 5))
    return watch


def verdict(
    took: Any = lambda _: 10.0, held: Any = lambda _: 300.0, until: float = SECONDS, pace: Any = lambda _: 2.0
) -> list[str]:
    document = told(notes_of(took), watched(process_of(held, until), pace), SECONDS, ON)
    assert tables(document)
    return list(document["findings"])


def test_what_stays_as_it_is_is_no_finding() -> None:
    assert verdict() == []
    assert verdict(held=lambda at: 200.0 + min(at, 200)) == [], "a process fills its caches in the first third"
    assert verdict(took=lambda at: 10.0 + (at % 7)) == []


def test_memory_that_grows_to_the_end_is_found() -> None:
    (found,) = verdict(held=lambda at: 200.0 + at / 10)
    assert "grew from 229.8" in found


def test_answers_that_become_slower_are_found_at_both_quantiles() -> None:
    found = verdict(took=lambda at: at * at / 100)
    assert [one.partition(" grew")[0] for one in found] == ["score: p50", "score: p95"]


def test_a_machine_that_became_slower_is_told_from_answers_that_did() -> None:
    slow = lambda factor: lambda at: 500.0 * (factor if at >= 400 else 1.0)  # noqa: E731
    assert verdict(took=slow(1.8), pace=lambda at: 2.0 * (1.5 if at >= 400 else 1.0)) == []
    assert len(verdict(took=slow(3.0), pace=lambda at: 2.0 * (1.5 if at >= 400 else 1.0))) == 2
    assert len(verdict(took=slow(1.8), pace=lambda at: 2.0 * (0.5 if at >= 400 else 1.0))) == 2


def test_every_kind_of_fault_is_a_finding() -> None:
    notes = notes_of(lambda _: 10.0)
    notes.noted.append(Noted("load", 3.0, 1.0, "500 of GET /"))
    document = told(
        notes, watched(process_of(lambda _: 300.0)), SECONDS, ON | {"log": {"crosslane an unexpected E": 2}}
    )
    assert findings(document) == ["1 times load: 500 of GET /", "2 times crosslane an unexpected E"]


def test_a_process_that_ended_is_found() -> None:
    assert verdict(until=500.0) == ["a process that answers ended"]


def test_what_a_log_complains_of_is_counted_by_what_it_says() -> None:
    log = [
        "Serving http://127.0.0.1:1/",
        '{"level": "info", "log": "crosslane", "event": "answered"}',
        *['{"level": "error", "log": "crosslane", "event": "failed", "error": "E", "where": "a.py:1"}'] * 2,
    ]
    assert complaints(log) == {"crosslane failed E a.py:1": 2}


class _Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(500 if "D-" in self.path else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_what_is_no_answer_is_noted_as_a_fault_without_whom_it_was_about(port: int) -> None:
    notes, caller = Notebook(), Caller(port, {})
    notes.timed("score", lambda: caller.get("/fine"))
    notes.timed("score", lambda: caller.get("/drivers/D-AAAAAAAAAA/risk?x=1"))
    notes.timed("score", lambda: Caller(1, {}).get("/nobody"))
    assert [one.fault for one in notes.noted][:2] == ["", "500 of GET /drivers"]
    assert notes.noted[2].fault
    caller.close()
