"""The command line: `app` is the Typer application, `main` the console entry."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from api.cli import (
    backup_commands,
    compare_commands,
    coverage_commands,
    decision_commands,
    demo_commands,
    driver_commands,
    evaluate_commands,
    exchange_commands,
    expunge_commands,
    graph_commands,
    job_commands,
    key_commands,
    measure_commands,
    model_commands,
    pattern_commands,
    ports_commands,
    reconcile_commands,
    report_commands,
    review_commands,
    score_commands,
    screen_commands,
    serve_commands,
    succession_commands,
    user_commands,
    workspace_commands,
)
from api.cli.run import as_main
from api.cli.session import JsonOption, StoreOption, WorkspaceOption


def _version(is_asked: bool) -> None:  # noqa: FBT001
    if is_asked:
        typer.echo(f"crosslane {version('crosslane')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
]
app = typer.Typer(
    help="Resolves drivers across US, Mexican and Canadian records and shows linked risk with its reasons.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _before(
    ctx: typer.Context,
    workspace: WorkspaceOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
    _: VersionOption = False,  # noqa: FBT002
) -> None:
    ctx.obj = {"workspace": workspace, "store": store, "as_json": as_json}


for module in (
    workspace_commands,
    driver_commands,
    decision_commands,
    succession_commands,
    evaluate_commands,
    exchange_commands,
    compare_commands,
    coverage_commands,
    report_commands,
    ports_commands,
    review_commands,
    score_commands,
    screen_commands,
    graph_commands,
    model_commands,
    pattern_commands,
    serve_commands,
    reconcile_commands,
    user_commands,
    job_commands,
    key_commands,
    measure_commands,
    demo_commands,
    backup_commands,
    expunge_commands,
):
    module.register(app)

main = as_main(app)

__all__ = ["app", "main"]
