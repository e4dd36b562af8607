"""What every command shares: the workspace behind its options, the audit, and one way to answer."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from api.audit import AuditLog, Entry
from api.bootstrap import open_workspace
from api.cli.options import JsonOption, StoreOption, WorkspaceOption
from api.cli.output import console, write_json
from api.graph_store import GraphStoreChoice
from api.settings import Settings, chosen_store, read_settings
from linkage.errors import SettingsError
from linkage.ledger import Workspace


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found.

    Args:
        document: the JSON document of the interface.
        view: prints it for a person.
        text: printed as it stands in place of the view, such as CSV.
        exit_code: 0 done, 1 failed.
    """

    document: dict[str, Any]
    view: Callable[[Console], None] | None = None
    text: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one command."""

    settings: Settings
    folder: Path | None
    is_json: bool
    store: GraphStoreChoice

    @property
    def path(self) -> Path:
        """The folder of the workspace.

        Raises:
            SettingsError: none was named.
        """
        if self.folder is None:
            raise SettingsError("no workspace named: give -w FOLDER or set CROSSLANE_WORKSPACE")
        return self.folder

    @property
    def actor(self) -> str:
        """Who the audit and the decisions name."""
        return self.settings.actor

    def workspace(self) -> Workspace:
        """The open workspace, its tables up to date."""
        return open_workspace(self.path)

    def audit(self, action: str, identities: Iterable[str | None], detail: str | None = None) -> None:
        """The audit holds one entry an identity before anything of it is shown."""
        AuditLog(self.path).record(Entry(self.actor, action, identity, detail) for identity in identities)


def command(app: typer.Typer, name: str, *, is_hidden: bool = False) -> Callable[[Callable[..., Answer]], Any]:
    """Registers a function of (session, options...) as a command that also takes the options all commands share."""

    def register(function: Callable[..., Answer]) -> Callable[..., Answer]:
        def run(**values: Any) -> None:
            session = _session(values)
            try:
                answer = function(session, **values)
                _emit(session, answer)
            except BrokenPipeError:
                # Without an errno, so that it reaches our own handler and not Typer's, which calls it a failure.
                raise BrokenPipeError from None
            if answer.exit_code:
                raise typer.Exit(answer.exit_code)

        functools.update_wrapper(run, function)
        del run.__wrapped__  # type: ignore[attr-defined]
        given = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        shared = [
            _parameter("ctx", typer.Context, inspect.Parameter.empty),
            _parameter("workspace", WorkspaceOption, None),
            _parameter("store", StoreOption, None),
            _parameter("as_json", JsonOption, False),  # noqa: FBT003
        ]
        parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*given, *shared)]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        app.command(name, hidden=is_hidden)(run)
        return function

    return register


def parse_date(text: str | None, option: str) -> date | None:
    """The ISO date of an option, None where it was left out.

    Raises:
        SettingsError: it is no date.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{option}: give a date as YYYY-MM-DD") from None


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _session(values: dict[str, Any]) -> Session:
    """The session behind the shared options, which leave `values`; an option after the command wins."""
    ctx, folder, store, as_json = (values.pop(name) for name in ("ctx", "workspace", "store", "as_json"))
    for value in values.values():
        _require_text(value)
    before: dict[str, Any] = ctx.find_root().obj or {}
    settings = read_settings()
    return Session(
        settings=settings,
        folder=folder or before.get("workspace") or settings.workspace,
        is_json=as_json or bool(before.get("as_json")),
        store=chosen_store(settings, store or before.get("store")),
    )


def _require_text(value: object) -> None:
    for item in value if isinstance(value, list | tuple) else [value]:
        try:
            str(item).encode()
        except UnicodeEncodeError:
            raise SettingsError("an argument holds bytes that are no UTF-8 text") from None


def _emit(session: Session, answer: Answer) -> None:
    if session.is_json:
        write_json(answer.document)
    elif answer.text is not None:
        sys.stdout.write(answer.text)
    elif answer.view is not None:
        answer.view(console())
    sys.stdout.flush()
