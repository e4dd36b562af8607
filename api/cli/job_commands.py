"""`work`: the process that does what the HTTP API took on. `serve` starts it; nobody has to."""

from __future__ import annotations

import os
import secrets
from typing import Annotated

import typer

from api.cli.processes import Kept, end_with_parent
from api.cli.session import Answer, Session, command
from api.graph_store import EMBEDDED, GraphStoreChoice
from api.jobs.runner import NICENESS, Runner
from api.logs import to_stderr
from linkage.ledger import Workspace

ServerOption = Annotated[
    str | None, typer.Option(help="The server that it ends with, as that server told.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """The command is part of `app`."""
    command(app, "work", is_hidden=True)(work_command)


def work_command(session: Session, server: ServerOption = None) -> Answer:
    """Do the jobs of a workspace as they come: loads and records that were sent to the HTTP API."""
    to_stderr()
    if server is not None:
        end_with_parent(lambda: os._exit(0))  # in the middle of a load too: what is not published never was
    os.nice(NICENESS)
    Runner(session.workspace(), session.store, server or secrets.token_hex(8)).run()
    return Answer({})


def runner_of(workspace: Workspace, store: GraphStoreChoice) -> Kept:
    """The process that does the jobs of a server's workspace."""
    return Kept(["work", "--server", secrets.token_hex(8), *shared_options(workspace, store)])


def shared_options(workspace: Workspace, store: GraphStoreChoice) -> list[str]:
    """What a process of a server is told of what the server was told; passwords come with the environment."""
    address = store.server.uri if store.server else EMBEDDED
    return ["--workspace", str(workspace.path.absolute()), "--store", address]
