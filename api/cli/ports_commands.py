"""`ports`: FAST against other trucks at each port of entry, and `ports action`: what is done about an alarm."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from api.cli.output import fields
from api.cli.ports_view import print_ports
from api.cli.session import Answer, Session, command, parse_date
from api.ports import (
    Asked,
    Who,
    close_action,
    list_actions,
    measure_action,
    open_action,
    ports_document,
    take_action,
)
from api.ports_export import COLUMNS, export_rows, masked
from api.report.ports_page import render
from api.spreadsheet import csv_text
from eligibility.ports.actions import Action, ActionKind, Outcome
from eligibility.ports.quarters import first_day
from eligibility.ports.rates import Interval
from linkage.errors import SettingsError

FORMATS = ("table", "csv", "html")
_SHOW = "show"

Number = Annotated[int, typer.Argument(metavar="ACTION", help="Number of the action.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why, in words that others can check.")]


class _Ports(TyperGroup):
    """`ports` alone is `ports show`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--help" not in args[:1] and not any(word in self.commands for word in args):
            args = [_SHOW, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    ports = typer.Typer(cls=_Ports, help="FAST against other trucks at each port of entry. Alone: ports show.")
    command(ports, _SHOW)(show_command)
    action = typer.Typer(help="What is done about an alarm at a port.", no_args_is_help=True)
    command(action, "list")(list_command)
    command(action, "open")(open_command)
    command(action, "take")(take_command)
    command(action, "measure")(measure_command)
    command(action, "close")(close_command)
    ports.add_typer(action, name="action")
    app.add_typer(ports, name="ports")


def show_command(  # noqa: PLR0913, PLR0917 - one option each
    session: Session,
    port: Annotated[str | None, typer.Option(help="One port's code, such as 2304.", show_default=False)] = None,
    since: Annotated[str | None, typer.Option("--from", help="First quarter, by a day of it.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day to look at.")] = None,
    finding: Annotated[
        list[str] | None, typer.Option(help="Count these findings only, such as narcotics; may be repeated.")
    ] = None,
    interval: Annotated[Interval, typer.Option(help="How intervals of rates are made.")] = Interval.WILSON,
    output: Annotated[
        str, typer.Option("--format", help="table, csv or html; the last two with small cells hidden.")
    ] = "table",
) -> Answer:
    """Compare what random examinations find in FAST and in other trucks, port by port, with every alarm."""
    if output not in FORMATS:
        raise SettingsError(f"--format: {output} is none of {', '.join(FORMATS)}")
    is_part = port is not None or since is not None or until is not None or bool(finding)
    if output != "table" and is_part:
        raise SettingsError(
            "an export covers all ports, days and findings: small cells could be had by subtracting a part from it"
        )
    first = parse_date(since, "--from")
    asked = Asked(
        port,
        first and first_day(first),
        parse_date(until, "--to"),
        frozenset(word.strip().lower() for word in finding or ()),
        interval,
    )
    document = ports_document(session.workspace(), asked)
    session.audit("ports", [None], f"{len(document['rows'])} ports")
    if output == "table":
        return Answer(document, lambda out: print_ports(out, document))
    exported = masked(document)
    if output == "csv":
        return Answer(exported, text=csv_text(COLUMNS, export_rows(exported)))
    return Answer(exported, text=render(exported))


def list_command(session: Session) -> Answer:
    """List every action with its alarm, owner and state."""
    document = list_actions(session.workspace())

    def view(out: Console) -> None:
        for row in document["rows"]:
            _print_action(out, row)
        if not document["rows"]:
            out.print("No action yet. Alarms are listed by: crosslane ports")

    return Answer(document, view)


def open_command(
    session: Session,
    signal: Annotated[str, typer.Argument(metavar="ALARM", help="Key of the alarm.", show_default=False)],
    owner: Annotated[str, typer.Option(help="The person who will see to it.")],
    reason: ReasonOption,
    due: Annotated[str | None, typer.Option(help="By when, YYYY-MM-DD.", show_default=False)] = None,
) -> Answer:
    """Give an alarm an owner."""
    action = open_action(session.workspace(), signal, owner, parse_date(due, "--due"), _who(session, reason))
    return _changed(session, action)


def take_command(
    session: Session,
    number: Number,
    kind: Annotated[ActionKind, typer.Option(help="What was done.")],
    on: Annotated[str, typer.Option(help="The day from which it holds, YYYY-MM-DD.")],
    reason: ReasonOption,
) -> Answer:
    """Put on record what was done, with the measurement before it."""
    day = parse_date(on, "--on")
    assert day is not None, "the option is required"
    return _changed(session, take_action(session.workspace(), number, kind, day, _who(session, reason)))


def measure_command(
    session: Session,
    number: Number,
    reason: ReasonOption,
    until: Annotated[str | None, typer.Option("--to", help="Last day of the measurement.", show_default=False)] = None,
) -> Answer:
    """Measure again after what was done."""
    day = parse_date(until, "--to")
    return _changed(session, measure_action(session.workspace(), number, day, _who(session, reason)))


def close_command(
    session: Session,
    number: Number,
    outcome: Annotated[Outcome, typer.Option(help="How it ended.")],
    reason: ReasonOption,
) -> Answer:
    """Close an action; one that did not resolve its alarm leaves it on the page."""
    return _changed(session, close_action(session.workspace(), number, outcome, _who(session, reason)))


def _who(session: Session, reason: str) -> Who:
    return Who(session.actor, reason.strip())


def _changed(session: Session, action: Action) -> Answer:
    session.audit("ports action", [None], f"action {action.n} {action.state}")
    document = action.document()
    return Answer(document, lambda out: _print_action(out, document))


def _print_action(out: Console, row: dict[str, Any]) -> None:
    out.print(f"Action {row['action']}: {row['state']}", style="bold", markup=False)
    names = ("signal", "owner", "due_on", "kind", "taken_on", "outcome", "changed_by", "changed_at", "reason")
    listed = {name.replace("_", " "): row[name] for name in names if row[name] is not None}
    for name in ("before", "after"):
        if row[name]:
            listed[name] = _told(row[name])
    out.print(fields(listed))


def _told(found: dict[str, Any]) -> str:
    """One measurement in a sentence."""
    parts = [f"{found['from']} to {found['to']}"]
    for side in ("fast", "other"):
        rate = found[side]
        parts.append(
            f"{side} {rate['found']} of {rate['exams']:,} ({rate['per_1000']:.1f} per 1,000)"
            if rate
            else f"{side} not examined"
        )
    if found["ratio"]:
        parts.append("ratio {value:.2f} ({low:.2f}-{high:.2f})".format(**found["ratio"]))
    return ", ".join(parts) + (f": {found['verdict']}" if "verdict" in found else "")
