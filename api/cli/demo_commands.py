"""`demo`: the main job from files to linked risk, told on a synthetic world and one real file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

import api
from api.audit import AuditLog, Entry
from api.cli import demo_view
from api.cli.output import console, error_console
from api.cli.progress import BarProgress
from api.cli.serve_commands import HostOption, Place, PortOption, serve
from api.cli.session import Answer, Session, command
from api.demo import DRIVER, MEXICAN, Demo, demo_day, prepare
from api.graph_store import LEDGER, GraphStoreChoice
from api.keys import Keys
from api.projection import push_graph
from api.roles import Role
from graph.neo4j import Server
from linkage.ledger import Workspace

FOLDER = Path("demo-workspace")
FixturesOption = Annotated[
    Path | None, typer.Option(help="The project's fixtures folder; found by itself.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """The command is part of `app`."""
    command(app, "demo")(demo_command)


def demo_command(
    session: Session,
    fixtures: FixturesOption = None,
    served: Annotated[bool, typer.Option("--serve", help="Answer the HTTP API afterwards.")] = False,  # noqa: FBT002
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
) -> Answer:
    """Make a workspace from the fixtures, resolve, score, and tell a driver's story; all people are synthetic."""
    folder = session.folder or FOLDER
    source = fixtures or _fixtures()
    workspace = prepare(folder, source)
    AuditLog(folder).record([Entry(session.actor, "demo", detail="synthetic people only")])
    out = error_console() if session.is_json else console()
    demo_view.print_opening(out)
    with BarProgress(error_console(), delay_s=0.5) as progress:
        demo = Demo(workspace, source, demo_day(source), progress, lambda name, doc: demo_view.tell(out, name, doc))
        document = demo.run()
        if session.store.server:
            document |= {"pushed": push_graph(workspace, session.store.server, progress)}
    if session.store.server:
        document |= {"questions": _asked(session.store.server)}
        demo_view.print_questions(out, document)
    commands = next_commands(folder, source, session.store)
    demo_view.print_closing(out, document, commands)
    document |= {"workspace": str(folder), "synthetic": True, "next": commands}
    if served:
        _serve(session, workspace, (host, port))
    return Answer(document)


def next_commands(folder: Path, fixtures: Path, store: GraphStoreChoice = LEDGER) -> list[str]:
    """Command lines to try on the demo's workspace, ready to be pasted."""
    at = f"-w {shlex.quote(str(folder))}"
    truth = shlex.quote(str(fixtures / "world" / "small" / "truth.csv"))
    on_server = [f"crosslane graph verify {at} --store {shlex.quote(store.server.uri)}"] if store.server else []
    return [
        *on_server,
        f"crosslane search {at} ocampo ramiro",
        f"crosslane risk {at} {DRIVER}",
        f"crosslane why {at} {DRIVER} {MEXICAN}",
        f"crosslane show {at} {DRIVER}",
        f"crosslane scores {at}",
        f"crosslane evaluate {at} --truth {truth}",
        f"crosslane doctor {at}",
        f"crosslane key add {at} my-browser",
        f"crosslane serve {at}",
    ]


def _asked(server: Server) -> list[dict[str, Any]]:
    """The reading pack's questions, and what the server answered."""
    from graph.neo4j.reading_pack import answers  # noqa: PLC0415 - loads the driver

    return [
        {"name": q.name, "title": q.title, "asks": q.asks, "beware": q.beware, "columns": a.columns, "rows": a.rows}
        for q, a in answers(server)
    ]


def _fixtures() -> Path:
    """The fixtures folder below the working folder, else beside the installed packages of a checkout."""
    here = Path("fixtures")
    return here if here.is_dir() else Path(api.__file__).resolve().parents[1] / "fixtures"


def _serve(session: Session, workspace: Workspace, address: tuple[str, int]) -> None:
    with workspace.transaction() as connection:
        secret = Keys(connection).add("demo", Role.VIEWER, session.actor)["secret"]
    error_console().print(f"Key for this demo: {secret}", markup=False)
    serve(workspace, Place(*address))
