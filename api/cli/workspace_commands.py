"""`init`, `sources`, `load` and `doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from api.bootstrap import create_workspace
from api.cli import load_view
from api.cli.engine_options import EngineOption, MasterOption, SparkFolderOption, SparkOutputOption, place_of
from api.cli.graph_view import warn_if_pending
from api.cli.output import error_console, fields, table
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command, parse_date
from api.doctor import doctor
from api.engine import LOCAL, STAGES, Place, choice_of, engine_for
from api.load import LoadRequest, check, load
from api.restriction import asked, declare, restriction_of
from linkage.errors import SettingsError
from linkage.sources import builtin_names, load_manifest

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE", help="Files of one source, in load order.", show_default=False)
]
PlacesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE", help="Files of one source, in load order; on Spark, also URLs and folders.", show_default=False
    ),
]
SourceOption = Annotated[
    str, typer.Option("--source", "-s", help="Built-in source, or path of a TOML manifest.", show_default=False)
]
DateOrderOption = Annotated[
    str | None, typer.Option(help="Order of day, month and year: YMD, DMY, MDY or unknown.", show_default=False)
]
EncodingOption = Annotated[str | None, typer.Option(help="Encoding of the file, such as cp1252.", show_default=False)]
DelimiterOption = Annotated[str | None, typer.Option(help="Column delimiter, such as ';'.", show_default=False)]
TodayOption = Annotated[
    str | None, typer.Option(help="The load day, YYYY-MM-DD; today by default.", show_default=False)
]
ModeOption = Annotated[
    str | None,
    typer.Option(
        help="delta: rows are added; snapshot: the source's full dump; delete: keys are withdrawn.", show_default=False
    ),
]
ConfirmOption = Annotated[bool, typer.Option("--confirm", help="Let a snapshot withdraw more than a tenth.")]
FullOption = Annotated[bool, typer.Option("--full", help="Read every file of the workspace from end to end.")]
MODES = ("delta", "snapshot", "delete")
ORDERS = ("YMD", "DMY", "MDY", "unknown")


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "init")(init_command)
    sources = typer.Typer(help="What a source is, and what a file would do.", no_args_is_help=True)
    command(sources, "list")(sources_list_command)
    command(sources, "check")(sources_check_command)
    app.add_typer(sources, name="sources")
    command(app, "load")(load_command)
    command(app, "doctor")(doctor_command)


def init_command(
    session: Session,
    sources: Annotated[
        str | None,
        typer.Option(help="Sources it may hold, with commas: built-in names, manifests.", show_default=False),
    ] = None,
    codes: Annotated[
        str | None,
        typer.Option(help="What `source` may be in a row, with commas; anything by default.", show_default=False),
    ] = None,
) -> Answer:
    """Make a workspace: a folder that holds records, identities and the graph."""
    wanted = asked(_parts(sources), _parts(codes))
    is_new = not (session.path / "ledger.db").exists()
    workspace = create_workspace(session.path)
    if wanted:
        with workspace.exclusive(), workspace.transaction() as connection:
            declare(connection, wanted, session.actor)
    with workspace.reading() as connection:
        standing = restriction_of(connection)
    document = {"workspace": str(session.path), "created": is_new, **standing.document()}
    told = f"{'made' if is_new else 'was there already'}; it {standing.told()}"
    return Answer(document, lambda out: out.print(f"workspace {session.path}: {told}", markup=False))


def _parts(text: str | None) -> list[str]:
    if text is None:
        return []
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise SettingsError("--sources, --codes: a name between two commas is missing")
    return parts


def sources_list_command(_: Session) -> Answer:
    """List the built-in sources."""
    manifests = [load_manifest(name) for name in builtin_names()]
    rows = [
        {"name": m.name, "title": m.title, "country": m.country, "authority": m.authority, "mode": m.mode}
        for m in manifests
    ]
    shown = table(None, ("name", "what it holds", "country"), ([r["name"], r["title"], r["country"]] for r in rows))
    return Answer({"sources": rows}, lambda out: out.print(shown))


def sources_check_command(  # noqa: PLR0913
    session: Session,
    *,
    files: FilesArgument,
    source: SourceOption,
    date_order: DateOrderOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    today: TodayOption = None,
) -> Answer:
    """Say what a file would load, reject and warn about, without loading it."""
    options = {"date_order": date_order, "encoding": encoding, "delimiter": delimiter, "today": today}
    request = _request(session, files, source, options)
    document = {"files": [check(path, request) for path in files]}
    return Answer(document, lambda out: load_view.print_check(out, document))


def load_command(  # noqa: PLR0913
    session: Session,
    *,
    files: PlacesArgument,
    source: SourceOption,
    date_order: DateOrderOption = None,
    encoding: EncodingOption = None,
    delimiter: DelimiterOption = None,
    today: TodayOption = None,
    mode: ModeOption = None,
    confirm: ConfirmOption = False,
    engine: EngineOption = LOCAL,
    master: MasterOption = None,
    spark_folder: SparkFolderOption = None,
    spark_output: SparkOutputOption = None,
) -> Answer:
    """Load files: read, resolve, project and re-score; every accepted row or none."""
    options = {"date_order": date_order, "encoding": encoding, "delimiter": delimiter, "today": today}
    request = _request(session, [place_of(file) for file in files], source, options, mode=mode, confirm=confirm)
    chosen = choice_of(engine, master, spark_folder, spark_output)
    workspace = session.workspace()
    with BarProgress(error_console()) as progress, engine_for(session.path / STAGES, chosen, progress) as where:
        request = replace(request, files=tuple(where.files(request.files)), engine=where)
        document = load(workspace, request, progress, session.store)
    warn_if_pending(document)
    session.audit("load", [None], f"load {document['load_id']}")
    return Answer(document, lambda out: load_view.print_load(out, document))


def doctor_command(session: Session, *, full: FullOption = False) -> Answer:
    """Say what is installed, reachable and consistent; exit 1 when something is not."""
    with BarProgress(error_console()) as progress:
        document = doctor(session.folder, session.store, progress if full else None)
    checks = document["checks"]

    def view(out: Any) -> None:
        for item in checks:
            mark = "[green]ok[/green]  " if item["ok"] else "[red]FAIL[/red]"
            out.print(mark, end=" ")
            out.print(fields({item["name"]: item["detail"]}))

    return Answer(document, view, exit_code=0 if all(item["ok"] for item in checks) else 1)


def _request(
    session: Session, files: Sequence[Place], source: str, options: dict[str, str | None], **more: Any
) -> LoadRequest:
    order, mode = options["date_order"], more.get("mode")
    if order is not None and order not in ORDERS:
        raise SettingsError(f"--date-order: give one of {', '.join(ORDERS)}")
    if mode is not None and mode not in MODES:
        raise SettingsError(f"--mode: give one of {', '.join(MODES)}")
    return LoadRequest(
        files=tuple(files),
        source=source,
        today=parse_date(options["today"], "--today") or date.today(),
        date_order=order,
        encoding=options["encoding"],
        delimiter=options["delimiter"],
        actor=session.actor,
        **more,
    )
