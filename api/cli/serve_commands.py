"""`serve`: the HTTP API of one workspace."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Annotated

import typer

from api.access_settings import AccessSettings
from api.cli.output import error_console
from api.cli.session import Answer, Session, command
from api.graph_store import LEDGER, GraphStoreChoice
from api.keys import Keys
from api.loopback import is_loopback
from api.settings import chosen_access
from linkage.errors import SettingsError
from linkage.ledger import LoadTables, Workspace

HostOption = Annotated[str, typer.Option(help="Address to listen on.")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]


def register(app: typer.Typer) -> None:
    """The command is part of `app`."""
    command(app, "serve")(serve_command)


def serve_command(session: Session, host: HostOption = "127.0.0.1", port: PortOption = 8000) -> Answer:
    """Answer the HTTP API until stopped; who may call is a matter of `crosslane key add`."""
    serve(session.workspace(), host, port, session.store, chosen_access(session.settings))
    return Answer({"served": f"http://{host}:{port}"})


def serve(
    workspace: Workspace,
    host: str,
    port: int,
    store: GraphStoreChoice = LEDGER,
    access: AccessSettings | None = None,
) -> None:
    """The API is answered on host and port until the process is stopped.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    import uvicorn  # noqa: PLC0415 - slow to import, and only this command needs it

    from api.http import create_app, logs  # noqa: PLC0415

    logs.to_stderr()
    out = error_console()
    with workspace.reading() as connection:
        has_key = any(row["revoked_at"] is None for row in Keys(connection).rows())
        loads = LoadTables(connection).ids()
    workspace.fact_store.complete(loads)
    if not has_key:
        out.print("No key opens this API yet. Make one with: crosslane key add NAME", style="yellow")
    if not is_loopback(host):
        out.print("Others on the network can reach this address; put TLS in front of it.", style="yellow")
    with _listening(host, port) as listening:
        place = f"[{host}]" if ":" in host else host
        url = f"http://{place}:{listening.getsockname()[1]}"
        out.print(f"Serving {url}/api/v1 (stop with Ctrl-C)", markup=False)
        config = uvicorn.Config(create_app(workspace, store, access), access_log=False, log_config=None, ws="none")
        with suppress(KeyboardInterrupt):  # asked to stop, and stopped
            uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
        # Taken over by every connection; without it an answer's body waits 40 ms for word that its head arrived.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise SettingsError(f"--host, --port: {host}:{port} cannot be listened on ({error.strerror})") from None
