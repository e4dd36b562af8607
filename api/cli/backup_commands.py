"""`backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.backups import Backup, backup, restore
from api.cli.output import error_console
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command
from api.expunge.kept_list import read_tombstones

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the backup.", show_default=False)]
DigestOption = Annotated[
    str | None, typer.Option("--digest", help="What the backup's digest must be.", show_default=False)
]
TombstonesOption = Annotated[
    Path | None,
    typer.Option(
        "--tombstones", help="Of whoever was expunged since, as expunge --tombstones wrote them.", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    command(app, "backup")(backup_command)
    command(app, "restore")(restore_command)


def backup_command(session: Session, *, folder: FolderArgument) -> Answer:
    """Copy the workspace to a new folder, with sums by which anybody can check it."""
    workspace = session.workspace()
    with BarProgress(error_console()) as progress:
        made = backup(workspace, folder, progress)
    session.audit("backup", [None], f"digest {made.digest}")
    return Answer(made.document(), lambda out: _print(out, "backed up", made, f"keep the digest: {made.digest}"))


def restore_command(
    session: Session, *, folder: FolderArgument, digest: DigestOption = None, tombstones: TombstonesOption = None
) -> Answer:
    """Make a new workspace as a backup has it; nothing is made where one byte of it was changed."""
    kept_out = (read_tombstones(tombstones), session.actor) if tombstones is not None else None
    with BarProgress(error_console()) as progress:
        read = restore(folder, session.path, progress, digest, kept_out)
    session.audit("restore", [None], f"digest {read.digest}")
    hint = "nobody is signed in; keys and accounts that were revoked or disabled since are as they were"
    return Answer(read.document(), lambda out: _print(out, "restored", read, hint))


def _print(out: Console, did: str, one: Backup, hint: str) -> None:
    size = f"{one.size / 2**20:,.1f} MiB"
    out.print(f"{did} {one.files:,} files, {size}, as of {one.made_at}, in {one.seconds:.1f} s; every sum agrees")
    out.print(hint, style="dim", markup=False)
