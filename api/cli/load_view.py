"""How a load, or the check of a file, reads to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from api.cli.output import cell, table

MAX_LISTED = 20


def print_load(out: Console, document: dict[str, Any]) -> None:
    """What the load changed, then what was rejected and what was warned about."""
    print_check(out, document)
    if document["unchanged"]:
        out.print("Nothing changed: the same files were loaded before.", style="bold")
        return
    made = document["identities"]
    counts = ", ".join(f"{made[name]:,} {name}" for name in ("created", "grown", "merged", "split"))
    out.print(f"Load {document['load_id']}: identities {counts}; {document['rescored']:,} re-scored.", style="bold")
    reviews = ", ".join(f"{document[f'reviews_{name}']:,} {name}" for name in ("opened", "reopened", "extended"))
    out.print(f"Screened {document['screened']:,} enrolled drivers; reviews {reviews}.")
    out.print(f"{document['seconds']:.1f} s", style="dim")


def print_check(out: Console, document: dict[str, Any]) -> None:
    """One line a file, then its rejected rows and warnings."""
    files = document["files"]
    columns = ("file", "rows", "accepted", "rejected", "warned")
    rows = [[f["file"], f["rows"], f["accepted"], len(f["rejected"]), len(f["warned"])] for f in files]
    out.print(table(None, columns, rows))
    for file in files:
        _issues(out, "Rejected rows", file["rejected"])
        _issues(out, "Warnings: the row loads, the value is not used", file["warned"])


def _issues(out: Console, title: str, issues: Sequence[dict[str, Any]]) -> None:
    if not issues:
        return
    out.print()
    listed = [[i["file"], i["line"], i["column"] or "(row)", i["message"]] for i in issues[:MAX_LISTED]]
    out.print(table(title, ("file", "line", "column", "what is wrong"), listed))
    if len(issues) > MAX_LISTED:
        out.print(cell(f"... and {len(issues) - MAX_LISTED:,} more; --json lists all"), style="dim")
