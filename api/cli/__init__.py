"""The command line: `app` is the Typer application, `main` the console entry."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from api.cli.commands import Commands
from api.cli.options import JsonOption, StoreOption, WorkspaceOption
from api.cli.run import as_main


def _version(is_asked: bool) -> None:  # noqa: FBT001
    if is_asked:
        typer.echo(f"crosslane {version('crosslane')}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
]
app = typer.Typer(
    cls=Commands,
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


main = as_main(app)

__all__ = ["app", "main"]
