"""`serve`: the HTTP API of one workspace, and the process that does its jobs."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from api.access_settings import AccessSettings
from api.accounts.users import Users
from api.cli.job_commands import runner_of, shared_options
from api.cli.loading import keep_loaded, loading
from api.cli.output import error_console
from api.cli.processes import Kept, end_with_parent
from api.cli.session import Answer, Session, command
from api.counted_together import counted_together
from api.graph_store import LEDGER, GraphStoreChoice
from api.jobs.limits import Limits
from api.keys import Keys
from api.logs import to_stderr
from api.loopback import is_loopback
from api.settings import Settings, chosen_access
from linkage.errors import SettingsError
from linkage.ledger import LoadTables, Workspace
from linkage.ledger.load_keys import LoadKeys

if TYPE_CHECKING:
    import uvicorn

HostOption = Annotated[str, typer.Option(help="Address to listen on.")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
WorkersOption = Annotated[int, typer.Option(min=1, max=64, help="Processes that answer; a core each is enough.")]
SocketOption = Annotated[int, typer.Option(help="Descriptor to listen on.")]
LONG_ANSWERS = 1
"""Processes that work out long answers, beside each that answers."""
GRACE_S = 10
"""Seconds that requests have to be answered in once a server is told to stop."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How callers get in, and how much they may send."""

    access: AccessSettings = field(default_factory=AccessSettings)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, settings: Settings) -> Bounds:
        """As the environment sets them."""
        return cls(chosen_access(settings), Limits(settings.max_upload_bytes, settings.write_wait_s))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens, and with how many processes."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "serve")(serve_command)
    command(app, "serve-worker", is_hidden=True)(serve_worker_command)


def serve_command(
    session: Session, host: HostOption = "127.0.0.1", port: PortOption = 8000, workers: WorkersOption = 1
) -> Answer:
    """Answer the HTTP API until stopped; who may call is a matter of `crosslane key add`."""
    serve(session.workspace(), Place(host, port, workers), session.store, Bounds.of(session.settings))
    return Answer({"served": f"http://{host}:{port}"})


def serve_worker_command(session: Session, descriptor: SocketOption) -> Answer:
    """Answer requests at a socket of the server that started this process, and end with it."""
    to_stderr()
    server = _server(session.workspace(), session.store, Bounds.of(session.settings))
    end_with_parent(lambda: setattr(server, "should_exit", True))
    server.run(sockets=[socket.socket(fileno=descriptor)])
    return Answer({})


def serve(workspace: Workspace, place: Place, store: GraphStoreChoice = LEDGER, bounds: Bounds | None = None) -> None:
    """The API is answered and jobs are done until the process is stopped.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    to_stderr()
    out = error_console()
    with workspace.reading() as connection:
        has_key = any(row["revoked_at"] is None for row in Keys(connection).rows())
        has_user = any(row["disabled_at"] is None for row in Users(connection).rows())
        loads = LoadTables(connection).ids()
        unlisted = LoadKeys(connection).unlisted()
    if unlisted or workspace.fact_store.incomplete(loads):
        out.print("Making loads of an earlier version quick to read by key; this is done once.")
        with workspace.exclusive():
            workspace.fact_store.complete(loads)
            workspace.list_keys()
    if not has_key:
        out.print("No key opens this API yet. Make one with: crosslane key add NAME", style="yellow")
    if not has_user:
        told = "Nobody may sign in yet. Let people in with: crosslane user add NAME --role investigator"
        out.print(told, style="yellow")
    if not is_loopback(place.host):
        out.print("Others on the network can reach this address; put TLS in front of it.", style="yellow")
    with _listening(place.host, place.port) as listening:
        name = f"[{place.host}]" if ":" in place.host else place.host
        url = f"http://{name}:{listening.getsockname()[1]}"
        out.print(f"Serving {url}/api/v1 and the pages at {url}/ (stop with Ctrl-C)", markup=False)
        if place.workers == 1:
            with _running([runner_of(workspace, store)]), suppress(KeyboardInterrupt):  # asked to stop, and stopped
                _server(workspace, store, bounds or Bounds()).run(sockets=[listening])
            return
        descriptor = listening.fileno()
        options = ["serve-worker", "--descriptor", str(descriptor), *shared_options(workspace, store)]
        workers = [Kept(options, [descriptor]) for _ in range(place.workers)]
        with counted_together(), _running([runner_of(workspace, store), *workers]):
            _wait_for_a_signal()


def _server(workspace: Workspace, store: GraphStoreChoice, bounds: Bounds) -> uvicorn.Server:
    with loading():
        import uvicorn  # noqa: PLC0415 - slow to import, and only this needs it

        from api.http import create_app  # noqa: PLC0415

        app = create_app(workspace, store, bounds.access, bounds.limits, LONG_ANSWERS)
    keep_loaded()
    return uvicorn.Server(
        uvicorn.Config(app, access_log=False, log_config=None, ws="none", timeout_graceful_shutdown=GRACE_S)
    )


@contextmanager
def _running(processes: list[Kept]) -> Iterator[None]:
    for process in processes:
        process.start()
    try:
        yield
    finally:
        stopping = [threading.Thread(target=process.stop) for process in processes]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()


def _wait_for_a_signal() -> None:
    """Returns once somebody wants this process to stop."""
    stopped = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    stopped.wait()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
        # Taken over by every connection; without it an answer's body waits 40 ms for word that its head arrived.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise SettingsError(f"--host, --port: {host}:{port} cannot be listened on ({error.strerror})") from None
