"""Every command of the program: what it is called, what it does, and the module that is imported to run it.

The program lists and suggests commands from this table alone. The module of one is imported when that one is run, and
with it what it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from api.cli.loading import loading


@dataclass(frozen=True, slots=True)
class Listed:
    """One command, or one group of them.

    Args:
        module: of this package; its `register` adds the command to an application.
        help: what the command's own help begins with.
        is_hidden: no list names it.
    """

    name: str
    module: str
    help: str
    is_hidden: bool = False


COMMANDS = (
    Listed("init", "workspace_commands", "Make a workspace: a folder that holds records, identities and the graph."),
    Listed(
        "load", "workspace_commands", "Load files: read, resolve, project and re-score; every accepted row or none."
    ),
    Listed(
        "doctor", "workspace_commands", "Say what is installed, reachable and consistent; exit 1 when something is not."
    ),
    Listed("search", "driver_commands", "Find drivers by name, identifier, phone, plate, VIN or record id."),
    Listed(
        "show",
        "driver_commands",
        "Show one driver: records, attributes, events, enrolment, coverage, score and history.",
    ),
    Listed(
        "why", "driver_commands", "Say why two records or identities are one person, possibly one, or two: bit by bit."
    ),
    Listed("risk", "driver_commands", "Show own and linked risk with every route, record and date they rest on."),
    Listed("link", "decision_commands", "Judge that two records are one person."),
    Listed("unlink", "decision_commands", "Judge that two records are two people."),
    Listed("undo", "decision_commands", "Take decision NUMBER back; it stays on record as undone."),
    Listed(
        "evaluate",
        "evaluate_commands",
        "Measure what belongs together against a truth, or against pairs that people judge blind.",
    ),
    Listed(
        "compare",
        "compare_commands",
        "Say what merged, split and moved between two runs, and why; or between two files of identities.",
    ),
    Listed("runs", "compare_commands", "List the runs of the workspace with what each did to identities."),
    Listed(
        "coverage",
        "coverage_commands",
        "Show what was checked about enrolled drivers, by country and record type, and what is unknown.",
    ),
    Listed(
        "report",
        "report_commands",
        "Write one self-contained page on how well records are linked; of people it holds record keys only.",
    ),
    Listed(
        "unlinkables",
        "report_commands",
        "Count the records that could not be linked even to a copy of themselves, by source and by what they lack.",
    ),
    Listed("identities", "score_commands", "List every record with its identity."),
    Listed("scores", "score_commands", "List every score, the riskiest first."),
    Listed("rescore", "score_commands", "Compute the scores again."),
    Listed("screen", "screen_commands", "Look at every enrolled driver again: what time alone brings opens reviews."),
    Listed(
        "train",
        "model_commands",
        "Learn a model from a table, with or without labels; refused, with the reasons, where it is none to rely on.",
    ),
    Listed(
        "serve", "serve_commands", "Answer the HTTP API until stopped; who may call is a matter of `crosslane key add`."
    ),
    Listed(
        "serve-worker",
        "serve_commands",
        "Answer requests at a socket of the server that started this process, and end with it.",
        is_hidden=True,
    ),
    Listed(
        "reconcile",
        "reconcile_commands",
        "Let OpenRefine on this machine reconcile against a service, until stopped; see docs/openrefine.md.",
    ),
    Listed(
        "work",
        "job_commands",
        "Do the jobs of a workspace as they come: loads and records that were sent to the HTTP API.",
        is_hidden=True,
    ),
    Listed(
        "measures", "measure_commands", "Say what was measured of lag, agreement, bands and links, and what was not."
    ),
    Listed(
        "demo",
        "demo_commands",
        "Make a workspace from the fixtures, resolve, score, and tell a driver's story; all people are synthetic.",
    ),
    Listed("backup", "backup_commands", "Copy the workspace to a new folder, with sums by which anybody can check it."),
    Listed(
        "restore",
        "backup_commands",
        "Make a new workspace as a backup has it; nothing is made where one byte of it was changed.",
    ),
    Listed(
        "expunge",
        "expunge_commands",
        "Take a person out for good, as a court may order; there is no undo, and old files do not bring them back.",
    ),
    Listed(
        "retention",
        "expunge_commands",
        "List whose membership has been over for so many years, and let them go if that is said.",
    ),
    Listed("sources", "workspace_commands", "What a source is, and what a file would do."),
    Listed("succession", "succession_commands", "Carriers that may be another one reopened."),
    Listed("exchange", "exchange_commands", "Verification requests to partner countries, and their answers."),
    Listed("ports", "ports_commands", "FAST against other trucks at each port of entry. Alone: ports show."),
    Listed("review", "review_commands", "Reviews of enrolled drivers that people decide."),
    Listed("graph", "graph_commands", "The graph around a driver, and the store that follows the ledger."),
    Listed("pattern", "pattern_commands", "Questions an investigator asks of the graph, by name."),
    Listed("user", "user_commands", "People who are let into the workspace."),
    Listed("key", "key_commands", "Service keys for the HTTP API."),
)
_MODULES = {listed.name: listed.module for listed in COMMANDS}


class Commands(TyperGroup):
    """The program's commands, each no more than its name and help until it is run."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = {
            listed.name: TyperCommand(listed.name, help=listed.help, hidden=listed.is_hidden) for listed in COMMANDS
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the arguments name, with all that it is made of."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and command_of(str(name)), rest


def command_of(name: str) -> Any:
    """The whole command, or group of commands, of a name in the table; its module is imported."""
    application = typer.Typer(add_completion=False, rich_markup_mode=None)
    with loading():
        import_module(f"api.cli.{_MODULES[name]}").register(application)
    return get_group(application).commands[name]
