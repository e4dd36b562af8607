"""`train`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.engine_options import EngineOption, MasterOption, SparkFolderOption, place_of
from api.cli.output import error_console, table
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command
from api.engine import LOCAL, STAGES, choice_of, engine_for
from api.train import MOST, TrainRequest, train_model
from linkage.errors import SettingsError

TableArgument = Annotated[
    str,
    typer.Argument(metavar="FILE", help="A table: CSV or Parquet; on Spark, a URL or folder too.", show_default=False),
]
ModelOption = Annotated[str, typer.Option(help="Model to start from: a shipped one's name, or a file.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=COLUMN", help="What a column is, where its name does not say."),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Where the model goes (.toml).", show_default=False)]
ReportOption = Annotated[bool, typer.Option("--report", help="Show every blocking rule: its pairs and matches.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Write the model though the guard refuses it.")]


def register(app: typer.Typer) -> None:
    """The command is part of `app`."""
    command(app, "train")(train_command)


def train_command(  # noqa: PLR0913
    _: Session,
    *,
    file: TableArgument,
    model: ModelOption = "person",
    column: ColumnOption = None,
    out: OutOption = None,
    report: ReportOption = False,
    force: ForceOption = False,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="Judged pairs: record_l, record_r, is_match, by, at.")
    ] = None,
    ask: Annotated[int, typer.Option("--ask", help="Pairs to put to people next.")] = 0,
    questions: Annotated[Path | None, typer.Option("--questions", help="Where those pairs go (CSV).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random pairs.")] = 1,
    engine: EngineOption = LOCAL,
    master: MasterOption = None,
    spark_folder: SparkFolderOption = None,
    sample: Annotated[int, typer.Option(help="Records that a model is trained on, on Spark.")] = MOST,
) -> Answer:
    """Learn a model from a table, with or without labels; refused, with the reasons, where it is none to rely on."""
    chosen = choice_of(engine, master, spark_folder)
    request = TrainRequest(place_of(file), model, _columns(column or []), out, labels, ask, questions, seed, force)
    with (
        tempfile.TemporaryDirectory() as folder,
        BarProgress(error_console()) as progress,
        engine_for(Path(folder) / STAGES, chosen, progress) as where,
    ):
        document = train_model(replace(request, engine=where, most=sample))
    return Answer(document, _view(document, with_rules=report))


def _columns(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if not all(field and column for field, _, column in pairs):
        raise SettingsError("--column wants FIELD=COLUMN, such as birth_date=dob")
    return {field: column for field, _, column in pairs}


def _view(document: Mapping[str, Any], *, with_rules: bool) -> Callable[[Console], None]:
    def show(out: Console) -> None:
        out.print(
            f"{document['records']:,} records, about {document['expected_matches']:,.0f} matches expected or more; the "
            f"chosen rules reach {document['estimated_recall']:.1%} of them at most; "
            f"{document['never_compared']:,} records meet nobody"
        )
        if with_rules:
            rows = (
                [
                    " + ".join(r["rule"]),
                    f"{r['pairs']:,}",
                    f"{r['matches']:,.0f}",
                    f"{r['further_matches']:,.0f}",
                    f"{r['records_left_out']:,}",
                    "yes" if r["chosen"] else "",
                ]
                for r in document["rules"]
            )
            out.print(table(None, ("rule", "pairs", "matches", "new matches", "records left out", "used"), rows))
        levels = (
            [name, level, f"{figures['bits']:+.1f}" + (" + rarity" if figures["information"] else "")]
            for name, found in document["attributes"].items()
            for level, figures in found.items()
        )
        out.print(table(None, ("attribute", "level", "bits"), levels))
        for finding in document["findings"]:
            out.print(f"against it: {finding['message']}", markup=False)
        if document["labels"]:
            told = document["labels"]
            judged = f"{told['pairs']:,} judged pairs, {told['matches']:,} of them matches"
            out.print(f"{judged}; {len(told['rejected'])} rows rejected")
        if curve := document["reliability"]:
            out.print(f"Brier score {curve['brier']:.4f}, calibration error {curve['expected_error']:.3f}")
        if document.get("asked"):
            out.print(f"{document['asked']} pairs to judge were written, without their scores")
        if document["model"]:
            told = "calibrated by the labels" if document["calibrated"] else "not calibrated"
            out.print(f"written to {document['model']}; its probabilities are {told}", markup=False)

    return show
