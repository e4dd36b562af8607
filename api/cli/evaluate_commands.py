"""`evaluate`: what belongs together, measured against a truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.output import error_console, table
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command
from api.evaluation import evaluation
from api.sample import draw_sample, judge_sample
from api.spreadsheet import csv_text
from api.truth import KEYS, EntityKind, read_truth
from linkage.errors import SettingsError

TruthOption = Annotated[
    Path | None,
    typer.Option(
        help="CSV of source,record_id,entity_id[,group]; other kinds have a key of their own.", show_default=False
    ),
]
SourceOption = Annotated[
    list[str] | None, typer.Option("--source", help="Only truth records of this source; repeatable.")
]
SampleOption = Annotated[
    int | None,
    typer.Option("--sample", metavar="N", help="Draw N pairs for people to judge blind.", show_default=False),
]
SeedOption = Annotated[int, typer.Option(help="Of the sample: equal seeds draw equal pairs.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Where the sample goes; samples/N.csv in the workspace by default.", show_default=False),
]
JudgedOption = Annotated[
    Path | None, typer.Option(help="A sample with is_match filled in: true, false or unsure.", show_default=False)
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


def evaluate_command(  # noqa: PLR0913
    session: Session,
    *,
    truth: TruthOption = None,
    source: SourceOption = None,
    kind: KindOption = "person",
    sample: SampleOption = None,
    seed: SeedOption = 1,
    out: OutOption = None,
    judged: JudgedOption = None,
) -> Answer:
    """Measure what belongs together against a truth, or against pairs that people judge blind."""
    if [truth, sample, judged].count(None) != 2:
        raise SettingsError("evaluate: give one of --truth FILE, --sample N and --judged FILE")
    if sample is not None:
        return _draw(session, sample, seed, out)
    if judged is not None:
        document = judge_sample(session.workspace(), judged, session.actor)
        return Answer(document, lambda console: print_estimate(console, document))
    assert truth is not None
    chosen = _kind(kind)
    rows = read_truth(truth, chosen)
    workspace = session.workspace()
    with workspace.reading() as connection:
        document = evaluation(workspace, connection, rows, source or (), chosen)
    return Answer(document, lambda console: print_evaluation(console, document))


def _draw(session: Session, size: int, seed: int, out: Path | None) -> Answer:
    workspace = session.workspace()
    if out is not None and (out.is_dir() or not out.resolve().parent.is_dir()):
        raise SettingsError(f"--out: {out} is no file that can be written; name one in a folder that is there")
    with BarProgress(error_console()) as progress:
        drawn = draw_sample(workspace, size, seed, session.actor, progress)
    path = out or workspace.path / "samples" / f"{drawn.document['sample']}.csv"
    session.audit("draw sample", [None], f"sample {drawn.document['sample']}, {len(drawn.rows)} pairs")
    path.parent.mkdir(exist_ok=True)
    path.write_text(csv_text(drawn.columns, drawn.rows), "utf-8")
    document = drawn.document | {"file": str(path)}
    told = (
        f"{document['drawn']:,} pairs of {document['pairs']:,} are in {path}.",
        "Write true, false or unsure into is_match (and who judged into by); then: crosslane evaluate --judged FILE",
        document["covers"],
    )
    return Answer(document, lambda console: console.print("\n".join(told), markup=False))


def print_estimate(out: Console, document: dict[str, Any]) -> None:
    """Precision, recall and F1 with their intervals, and what they cover."""
    out.print(f"Sample {document['sample']}, run {document['run']}: {document['judged']:,} pairs judged.", style="bold")
    if document["unjudged"] or document["disputed"] or document["rejected"]:
        out.print(
            f"{document['unjudged']:,} without an answer, {document['disputed']:,} disputed, "
            f"{len(document['rejected']):,} rows that cannot be read."
        )
    ends = ("value", "lower", "upper")
    rows = [[name, *(document[name][end] for end in ends)] for name in ("precision", "recall", "f1")]
    out.print(table(None, ("", "estimate", "from", "to (95 %)"), rows))
    out.print(document["covers"], style="dim")


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
