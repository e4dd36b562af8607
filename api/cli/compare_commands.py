"""`compare` and `runs`: what became of identities over time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.output import cell, table
from api.cli.session import Answer, Session, command
from api.compare_runs import compare_files, compare_runs, list_runs
from linkage.errors import SettingsError

FirstArgument = Annotated[
    str, typer.Argument(metavar="RUN1", help="Number of a run, or a file of identities.", show_default=False)
]
SecondArgument = Annotated[
    str | None,
    typer.Argument(metavar="[RUN2]", help="Another run or file; the latest run by default.", show_default=False),
]
SHOWN = 20
_RUN_COLUMNS = ("run", "cause", "ref", "source", "at", "created", "grown", "merged", "split", "retired")


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "compare")(compare_command)
    command(app, "runs")(runs_command)


def compare_command(session: Session, first: FirstArgument, second: SecondArgument = None) -> Answer:
    """Say what merged, split and moved between two runs, and why; or between two files of identities."""
    if first.isdigit() and (second is None or second.isdigit()):
        document = compare_runs(session.workspace(), int(first), int(second) if second else None)
        session.audit("compare runs", [None], f"{document['run1']['run']} and {document['run2']['run']}")
    elif second is None or first.isdigit() or second.isdigit():
        raise SettingsError("compare: give two numbers of runs, or two files written by identities --format csv")
    else:
        document = compare_files(Path(first), Path(second))
    return Answer(document, lambda out: print_comparison(out, document))


def runs_command(session: Session) -> Answer:
    """List the runs of the workspace with what each did to identities."""
    with session.workspace().reading() as connection:
        rows = list_runs(connection)
    shown = [[row.get(name) for name in _RUN_COLUMNS] for row in rows]
    return Answer({"rows": rows, "total": len(rows)}, lambda out: out.print(table(None, _RUN_COLUMNS, shown)))


def print_comparison(out: Console, document: dict[str, Any]) -> None:
    """Counts, then every change with its reasons."""
    out.print(cell(f"{_named(document['run1'])}  to  {_named(document['run2'])}"), style="bold")
    records, identities = document["records"], document["identities"]
    out.print(
        f"{records['common']:,} records in both, {records['added']:,} added, {records['removed']:,} removed; "
        f"{identities['before']:,} identities before, {identities['after']:,} after, "
        f"{identities['unchanged']:,} of them with the same records."
    )
    for name, told in (("merged", _merged), ("split", _split), ("moved", _moved)):
        changes = document[name]
        out.print(f"{name}: {len(changes):,}", style="bold")
        for change in changes[:SHOWN]:
            out.print(cell(f"  {told(change)}"))
            for number in change["reasons"]:
                out.print(cell(f"    because {document['reasons'][number]['text']}"), style="dim")
        if len(changes) > SHOWN:
            out.print(f"  ... and {len(changes) - SHOWN:,} more; --json lists all", style="dim")


def _named(run: dict[str, Any]) -> str:
    if "file" in run:
        return str(run["file"])
    about = f", {run['source']}" if "source" in run else ""
    return f"run {run['run']} ({run['cause']} {run['ref']}{about})"


def _merged(change: dict[str, Any]) -> str:
    return f"{' + '.join(change['from'])} became {change['into']}"


def _split(change: dict[str, Any]) -> str:
    parts = [f"{part} ({len(change['records'][part])})" for part in change["into"]]
    return f"{change['from']} fell into {', '.join(parts)}"


def _moved(change: dict[str, Any]) -> str:
    return f"{change['record']} went from {change['from']} to {change['to']}"
