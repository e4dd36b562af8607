"""`unlinkables` and `report`: how well the workspace's records can be linked, and were."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.driver_commands import require_format
from api.cli.output import error_console, table
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command
from api.report import render, report_document
from api.self_weights import REACH, self_weights, unlinkables
from api.spreadsheet import csv_text
from api.truth import read_truth
from linkage.errors import SettingsError
from linkage.model import load_model

FormatOption = Annotated[str, typer.Option("--format", help="table, or csv of the records that cannot be linked.")]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "report")(report_command)
    command(app, "unlinkables")(unlinkables_command)


def report_command(
    session: Session,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The page to write, such as report.html.", show_default=False)
    ],
    truth: Annotated[
        Path | None, typer.Option(help="CSV of source,record_id,entity_id[,group]; adds accuracy.", show_default=False)
    ] = None,
) -> Answer:
    """Write one self-contained page on how well records are linked; of people it holds record keys only."""
    rows = None if truth is None else read_truth(truth)
    if out.is_dir() or not out.resolve().parent.is_dir():
        raise SettingsError(f"--out: {out} is no file that can be written; name one in a folder that is there")
    workspace = session.workspace()
    with BarProgress(error_console()) as progress:
        document = report_document(workspace, rows, progress)
    session.audit("report", [None], f"{document['counts']['records']} records")
    out.write_text(render(document), "utf-8")
    line = f"{out}: {document['counts']['records']:,} records, {document['counts']['identities']:,} identities"
    return Answer(document | {"out": str(out)}, lambda console: console.print(line, markup=False))


def unlinkables_command(session: Session, output: FormatOption = "table") -> Answer:
    """Count the records that could not be linked even to a copy of themselves, by source and by what they lack."""
    require_format(output)
    model = load_model()
    reach = self_weights(session.workspace(), model)
    document = unlinkables(reach, model)
    session.audit("unlinkables", [None], f"{document['below_same']} records")
    if output == "csv":
        rows = reach.filter(reach["bits"] < model.thresholds.same).sort("key")
        return Answer(document, text=csv_text(tuple(REACH), rows.iter_rows()))
    return Answer(document, lambda out: print_unlinkables(out, document))


def print_unlinkables(out: Console, document: dict[str, Any]) -> None:
    """Counts in all, by source, and what those records lack."""
    total, never = document["records"], document["below_same"]
    share = never / total if total else 0.0
    out.print(
        f"{never:,} of {total:,} records ({share:.1%}) hold too little to be linked by themselves: "
        f"a copy of them would weigh less than {document['same']:g} bits.",
        style="bold",
    )
    out.print(f"{document['below_possible']:,} would not even be put forward ({document['possible']:g} bits).")
    columns = ("source", "records", "below_same", "below_possible", "median_bits")
    out.print(table("By source", columns, [[row[name] for name in columns] for row in document["by_source"]]))
    if document["lacking"]:
        rows = [[row["lacks"] or "nothing, but too common", row["records"]] for row in document["lacking"]]
        out.print(table("What they lack", ("lacks", "records"), rows))
