"""`expunge` and `retention`: people who go for good."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.coverage_commands import AsOfOption
from api.cli.output import error_console, table
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command, parse_date
from api.expunge.expungings import Order
from api.expunge.kept_list import write_tombstones
from api.expunge.run import expunge, expunge_records, resume
from api.retention import due, records_due
from linkage.errors import SettingsError

PersonArgument = Annotated[
    str | None, typer.Argument(metavar="ID", help="Identity id, former id or source/record_id.", show_default=False)
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="The order, such as its file number; no name.", show_default=False)
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="End an expunging that was interrupted.")]
TombstonesOption = Annotated[
    Path | None,
    typer.Option("--tombstones", help="Write what keeps people out of restored backups here.", show_default=False),
]
YearsOption = Annotated[
    int, typer.Option("--years", min=1, help="Whole years since the membership ended.", show_default=False)
]
ExpungeOption = Annotated[bool, typer.Option("--expunge", help="Take everybody who is due out for good.")]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "expunge")(expunge_command)
    command(app, "retention")(retention_command)


def expunge_command(
    session: Session,
    *,
    person: PersonArgument = None,
    reason: ReasonOption = None,
    is_resumed: ResumeOption = False,
    tombstones: TombstonesOption = None,
) -> Answer:
    """Take a person out for good, as a court may order; there is no undo, and old files do not bring them back."""
    if [person is not None, is_resumed, tombstones is not None].count(True) != 1:
        raise SettingsError("expunge: name one person, or say --resume or --tombstones FILE")
    workspace = session.workspace()
    if tombstones is not None:
        written = {"file": str(tombstones), "tombstones": write_tombstones(workspace, tombstones)}
        return Answer(
            written, lambda out: out.print(f"{written['tombstones']:,} tombstones in {tombstones}", markup=False)
        )
    with BarProgress(error_console()) as progress:
        if person is None:
            document = resume(workspace, session.store, progress)
        else:
            document = expunge(workspace, person, Order(session.actor, reason or ""), session.store, progress)
    return _told(session, document)


def retention_command(
    session: Session,
    *,
    years: YearsOption,
    as_of: AsOfOption = None,
    is_expunged: ExpungeOption = False,
    reason: ReasonOption = None,
) -> Answer:
    """List whose membership has been over for so many years, and let them go if that is said."""
    workspace = session.workspace()
    document = due(workspace, years, parse_date(as_of, "--as-of") or date.today())
    session.audit("retention", [row["identity_id"] for row in document["rows"]] or [None], f"{years} years")
    if not is_expunged:
        return Answer(document, lambda out: _print_due(out, document))
    if date.fromisoformat(document["as_of"]) > date.today():
        raise SettingsError("retention --expunge: the day is still to come; nobody is due before it")
    if not document["due"]:
        raise SettingsError("retention --expunge: nobody is due")
    with BarProgress(error_console()) as progress:
        order = Order(session.actor, reason or "")
        gone = expunge_records(workspace, lambda: records_due(workspace, document), order, session.store, progress)
    return _told(session, gone)


def _told(session: Session, document: dict[str, Any]) -> Answer:
    session.audit("expunge", document["identities"] or [None], f"expunging {document['expunging']}")
    return Answer(document, lambda out: _print_gone(out, document))


def _print_due(out: Console, document: dict[str, Any]) -> None:
    columns = ("driver", "membership ended", "records", "open reviews", "due")
    rows = [
        (row["identity_id"], row["ended_on"], row["records"], row["open_reviews"], "yes" if row["is_due"] else "no")
        for row in document["rows"]
    ]
    title = f"Membership over for {document['years']} years on {document['as_of']}: {document['due']:,} are due"
    out.print(table(title, columns, rows))


def _print_gone(out: Console, document: dict[str, Any]) -> None:
    out.print(f"{document['records']:,} records are taken out, by expunging {document['expunging']}.", style="bold")
    out.print(table(None, ("place", "rows"), [(place, f"{n:,}") for place, n in document["places"].items()]))
    out.print(f"tombstone {document['tombstone']}", markup=False)
    out.print(
        "Backups made before still hold them: destroy those, or restore them with --tombstones FILE only; "
        "write that file with: crosslane expunge --tombstones FILE",
        style="dim",
        markup=False,
    )
