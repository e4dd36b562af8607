"""What a problem says of a writer who is at it for long."""

from __future__ import annotations

import warnings
from pathlib import Path

from fastapi import FastAPI

from api.http import problems
from linkage.ledger import Workspace

with warnings.catch_warnings():
    # Starlette announces another client library on import; what the tests use of it is the same in both.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient


def test_a_write_that_waited_in_vain_is_told_when_to_come_again(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    app = FastAPI()
    problems.install(app)

    @app.post("/write")
    def write() -> None:
        with workspace.exclusive(0.05):
            pass

    with TestClient(app) as client, workspace.exclusive():
        answer = client.post("/write")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert int(answer.headers["retry-after"]) > 0
    assert "nothing was changed" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text
