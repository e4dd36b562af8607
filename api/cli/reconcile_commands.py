"""`reconcile`: a relay through which OpenRefine on this machine reaches a service that wants a key."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import error_console
from api.cli.session import Answer, Session, command
from api.relay import OPENREFINE, Relay, Upstream
from linkage.errors import SettingsError

ServerOption = Annotated[str, typer.Option(help="Address of the service, such as https://crosslane.example.")]
KeyOption = Annotated[Path, typer.Option(help="File that holds a service key and is readable by you alone.")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine; 0 takes a free one.")]
OriginOption = Annotated[
    list[str] | None, typer.Option(help="Address of OpenRefine's pages, where it is not port 3333 of this machine.")
]


def register(app: typer.Typer) -> None:
    """The command is part of `app`."""
    command(app, "reconcile")(reconcile_command)


def reconcile_command(
    session: Session, server: ServerOption, key_file: KeyOption, port: PortOption = 3334, origin: OriginOption = None
) -> Answer:
    """Let OpenRefine on this machine reconcile against a service, until stopped; see docs/openrefine.md."""
    relay = _relay(Upstream(server, _key(key_file)), port, tuple(origin or OPENREFINE))
    told = f"In OpenRefine, add the standard service {relay.url} (stop with Ctrl-C)"
    error_console().print(told, markup=False, soft_wrap=True)
    with relay, suppress(KeyboardInterrupt):
        relay.serve_forever()
    return Answer({"served": relay.url})


def _relay(upstream: Upstream, port: int, origins: tuple[str, ...]) -> Relay:
    try:
        return Relay(upstream, port, origins)
    except OSError:
        raise SettingsError(f"--port: port {port} cannot be listened on; choose another") from None


def _key(path: Path) -> str:
    try:
        is_open = path.stat().st_mode & 0o077
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError("--key-file: the file cannot be read") from None
    if is_open:
        raise SettingsError("--key-file: others on this machine can read the file; chmod 600 it")
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise SettingsError("--key-file: the file holds no key; put one there as `crosslane key add` printed it")
    return text
