"""Clients of the benchmark: whole answers, closed loops, and failures that are counted as such."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

import pytest

from benchmarks.api_load.clients import Request, Round, _run
from benchmarks.api_load.connection import Connection, request_bytes
from benchmarks.api_load.mix import SCORE, Shares
from benchmarks.api_load.report import report
from benchmarks.api_load.scenarios import Measured, Scenario, together

BODY = b'{"score": 1}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"


class Scripted:
    """A server that does one thing after the other."""

    def __init__(self, *steps: list[bytes]) -> None:
        self.steps = list(steps)
        self.asked = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self.steps:
            try:
                await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            self.asked += 1
            for part in self.steps.pop(0):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.001)
            if not self.steps or self.steps[0] == [b"close"]:
                self.steps[:1] = []
                break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def ask(steps: list[list[bytes]], times: int) -> Round:
    scripted = Scripted(*steps)
    server = await asyncio.start_server(scripted, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    request = Request("score", request_bytes("GET", "/", "key"), weight=3)
    left = [request] * times

    def draw() -> Request:
        return left.pop()

    found = await _run(port, [draw], lambda _: not left)
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)  # connections that the clients closed are seen as closed
    return found


def test_an_answer_is_whole_before_the_next_question_however_it_is_cut() -> None:
    cut = [[(HEAD + BODY)[at : at + 1] for at in range(len(HEAD + BODY))], [HEAD, BODY], [HEAD + BODY]]
    found = asyncio.run(ask(cut, 3))
    assert len(found.times["score"]) == 3
    assert found.weights == Counter(score=9)
    assert not found.failed


def test_what_is_no_2xx_or_no_answer_is_a_failure() -> None:
    busy = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"
    steps = [[busy], [HEAD], [b"close"], [HEAD + BODY]]
    found = asyncio.run(ask(steps, 3))
    assert found.failed == Counter({("score", "503"): 1, ("score", "ConnectionResetError"): 1})
    assert len(found.times["score"]) == 1


def test_a_request_says_how_long_its_body_is() -> None:
    assert b"Content-Length: 5\r\n" in request_bytes("POST", "/x", "k", b"12345")
    assert Connection(1).port == 1


@pytest.mark.parametrize("clients", [4, 50, 60])
def test_all_clients_ask_for_something(clients: int) -> None:
    assert together(clients).clients == clients
    assert together(50) == Shares(44, 2, 2, 2)


def test_failures_stand_in_the_report() -> None:
    one = Round(2.0, {SCORE: [1.0, 3.0]}, Counter({SCORE: 2}), Counter({(SCORE, "503"): 4}))
    audit = {"crosslane_audit_syncs_total": 1.0, "crosslane_audit_requests_total": 2.0}
    measured = Measured(Scenario("alone", Shares(score=1), 2.0, 1), [one], audit)
    told = "\n".join(report([measured], {"workers": 1, "peak_mb": 100.0}, (0.1, 0.2)))
    assert "FAILED 4 times with 503" in told
    assert "| alone: stored score | 1 stored score | 1 | 1.0 | 2 | 3 | 3 | 3 | 4 |" in told
    assert "2.0 answers shared one sync" in told
