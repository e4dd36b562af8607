"""`evaluate`: what belongs together, measured against a truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.output import table
from api.cli.session import Answer, Session, command
from api.evaluation import evaluation
from api.truth import KEYS, EntityKind, read_truth
from linkage.errors import SettingsError

TruthOption = Annotated[
    Path,
    typer.Option(
        help="CSV of source,record_id,entity_id[,group]; other kinds have a key of their own.", show_default=False
    ),
]
SourceOption = Annotated[
    list[str] | None, typer.Option("--source", help="Only truth records of this source; repeatable.")
]
KindOption = Annotated[str, typer.Option(help="person, carrier, vehicle or address.")]
_FIGURES = ("true", "predicted", "correct", "precision", "recall", "f1")
_TITLES = {
    "country": "By the countries of the two records",
    "naming": "By naming group, wrong links across two counted in both",
}


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "evaluate")(evaluate_command)


def evaluate_command(
    session: Session, truth: TruthOption, source: SourceOption = None, kind: KindOption = "person"
) -> Answer:
    """Measure what belongs together against a truth: pair precision, recall and F1, and B-cubed."""
    chosen = _kind(kind)
    rows = read_truth(truth, chosen)
    workspace = session.workspace()
    with workspace.reading() as connection:
        document = evaluation(workspace, connection, rows, source or (), chosen)
    return Answer(document, lambda out: print_evaluation(out, document))


def print_evaluation(out: Console, document: dict[str, Any]) -> None:
    """Pairs, B-cubed, and pairs by country and naming group of the two records."""
    pairs, cubed = document["pairs"], document["b_cubed"]
    thing = "identities" if document["kind"] == "person" else f"{document['kind']} groups"
    out.print(f"{document['records']:,} records of the truth in {document['identities']:,} {thing}.", style="bold")
    if document["missing"]:
        out.print(f"{document['missing']:,} records of the truth are not in the workspace.")
    averages = [cubed[name] for name in ("precision", "recall", "f1")]
    rows = [["pairs", *_figures(pairs)], ["B-cubed", None, None, None, *averages]]
    out.print(table(None, ("", *_FIGURES), rows))
    for name, title in _TITLES.items():
        found = document["by_group"].get(name, {})
        if set(found) - {"?"}:
            out.print(table(title, ("", *_FIGURES), [[label, *_figures(scores)] for label, scores in found.items()]))


def _kind(text: str) -> EntityKind:
    try:
        return EntityKind(text)
    except ValueError:
        raise SettingsError(f"--kind: give one of {', '.join(KEYS)}") from None


def _figures(pairs: dict[str, Any]) -> list[Any]:
    return [pairs[name] for name in _FIGURES]
