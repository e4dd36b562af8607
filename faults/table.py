"""What came of all trials: a row a fault, for the screen, for the page and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from faults.trials import Trial
from tools.page import put_between

MARKS = ("<!-- faults -->", "<!-- /faults -->")
HEAD = ("fault", "what was done", "trials", "happened", "lost")
MOST_TOLD = 20
KILLED = "killed:"
"""What the names of faults begin with that are a `kill -9` each time they happen."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fault.

    Args:
        fault: its name.
        how: what was done.
        done: the trials of it.
        why_not: why there are none; empty where there are.
    """

    fault: str
    how: str
    done: Sequence[Trial] = ()
    why_not: str = ""

    def document(self) -> dict[str, object]:
        """The row as JSON values."""
        lost = [one for trial in self.done for one in trial.lost]
        happened = sum(trial.happened for trial in self.done)
        return {
            "fault": self.fault,
            "how": self.how,
            "not_run": self.why_not,
            "trials": len(self.done),
            "happened": happened,
            "killed": happened if self.fault.startswith(KILLED) else 0,
            "acts": sorted({trial.act for trial in self.done}),
            "lost": len(lost),
            "what": lost[:MOST_TOLD],
        }


def write_table(page: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """The page holds the table of this run."""
    put_between(page, MARKS, table_of(rows))


def table_of(rows: Sequence[Mapping[str, object]]) -> str:
    """The table in Markdown."""
    lines = [" | ".join(_cells(row)) for row in rows]
    return "".join(f"| {line} |\n" for line in (" | ".join(HEAD), "|".join(["---"] * len(HEAD)), *lines))


def show(rows: Sequence[Mapping[str, object]]) -> None:
    """The table on the screen, and each thing that was lost."""
    table = Table(*HEAD)
    for row in rows:
        table.add_row(*_cells(row))
    console = Console()
    console.print(table)
    for row in rows:
        for line in row["what"]:  # type: ignore[attr-defined]
            console.print(f"{row['fault']}: {line}", markup=False)


def _cells(row: Mapping[str, object]) -> list[str]:
    if row["not_run"]:
        return [str(row["fault"]), str(row["how"]), f"not run: {row['not_run']}", "-", "-"]
    return [str(row[name]) for name in ("fault", "how", "trials", "happened", "lost")]
