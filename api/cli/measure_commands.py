"""`measures`: do we agree, are we late, does it help?"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.output import table
from api.cli.session import Answer, Session, command
from api.measures.document import measures_document
from api.measures.hindsight import measure_bands


def register(app: typer.Typer) -> None:
    """The command is part of `app`."""
    command(app, "measures")(measures_command)


def measures_command(
    session: Session,
    bands: Annotated[  # noqa: FBT002
        bool, typer.Option("--bands", help="First score everybody as of a year ago, and see what came since.")
    ] = False,
) -> Answer:
    """Say what was measured of lag, agreement, bands and links, and what was not."""
    workspace = session.workspace()
    if bands:
        found = measure_bands(workspace, session.actor)
        session.audit("bands measured", [None], f"as of {found['cut']}")
    document = measures_document(workspace)
    session.audit("measures", [None])
    return Answer(document, lambda out: _print(out, document))


def _print(out: Console, document: dict[str, Any]) -> None:
    lag = [[row[name] for name in ("step", "reviews", "median", "p95")] for row in document["lag"]["own"]]
    out.print(table("Days, events of drivers' own", ("step", "reviews", "median", "p95"), lag))
    read = [
        [name.replace("_", " "), row["pairs"], row["alike"], row["agreed"], row["kappa"]]
        for name in ("second_signatures", "blind_readings")
        for row in [document["agreement"][name]]
    ]
    out.print(table("Two readings of a case", ("reading", "pairs", "alike", "share", "kappa"), read))
    measured = document["bands"]["measured"]
    rows = measured["bands"] if measured else []
    names = ("kind", "band", "count", "of", "share", "lower", "upper", "times")
    title = f"Own events from {measured['cut']} to {measured['until']}" if measured else "Bands: not measured"
    out.print(table(title, names, [[row[name] for name in names] for row in rows]))
    links = [
        [row["sample"], row["judged"], row["drawn"], _interval(row["precision"]), _interval(row["recall"])]
        for row in document["links"]["samples"]
    ]
    out.print(table("Links, by sample", ("sample", "judged", "drawn", "precision", "recall"), links))


def _interval(share: dict[str, float] | None) -> str:
    return f"{share['share']:.3f} ({share['lower']:.3f} to {share['upper']:.3f})" if share else "not measured"
