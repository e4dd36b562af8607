"""From an argument list to an exit code: 0 done, 1 failed, 2 bad input, 130 interrupted; no traceback by default."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence

import apsw
import typer
from typer.main import get_command

from api.cli.loading import keep_loaded
from api.cli.output import visible
from linkage.disk import DAMAGED
from linkage.errors import LinkageError

PROGRAM = "crosslane"
INTERRUPTED = 130
BAD_INPUT = 2
_LOADING = {"load", "demo"}


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """The exit code of the command line; everything that went wrong was told in one line on standard error."""
    try:
        code = get_command(app).main(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        return _closed_pipe()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (typer.Abort, EOFError):
        code = _say("stopped", 1)
    except typer.TyperException as error:
        code = _usage(error)
    except LinkageError as error:
        code = _say(str(error), error.exit_code)
    except apsw.Error as error:
        code = _database(error)
    except RecursionError:
        code = _say("the input is nested too deeply to be read", BAD_INPUT)
    except Exception as error:
        code = _unexpected(error)
    if code == INTERRUPTED:
        _say("interrupted; nothing was loaded" if _LOADING & set(arguments) else "interrupted", INTERRUPTED)
    return int(code or 0)


def as_main(app: typer.Typer) -> Callable[[Sequence[str] | None], int]:
    """The console entry of `app`; without arguments of its caller it is its process's own, which then ends."""

    def main(arguments: Sequence[str] | None = None) -> int:
        if arguments is not None:
            return run(app, arguments)
        code = run(app, sys.argv[1:])
        keep_loaded()
        return code

    return main


def _say(message: str, code: int) -> int:
    line = " ".join(visible(message).split())
    try:
        sys.stderr.write(f"{PROGRAM}: {line}\n")
        sys.stderr.flush()
    except OSError:
        return code
    return code


def _usage(error: typer.TyperException) -> int:
    message = error.format_message()
    if message.startswith("Usage:"):  # a group without a command: its help
        sys.stderr.write(f"{message}\n")
        return BAD_INPUT
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    return _say(f"{message} Try: {path} --help", error.exit_code)


def _unexpected(error: Exception) -> int:
    if os.environ.get("CROSSLANE_DEBUG"):
        traceback.print_exc()
    # The text of a foreign error may quote data, so only its kind and place are told.
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    if isinstance(error, OSError) and error.strerror:
        return _say(f"{error.strerror} ({type(error).__name__}, {place})", 1)
    return _say(
        f"an unexpected {type(error).__name__} at {place}; nothing was half-done. "
        "Set CROSSLANE_DEBUG=1 for the details, which may hold personal data",
        1,
    )


def _database(error: apsw.Error) -> int:
    """What a fault of a database is to whoever has to mend it."""
    for kinds, said in _OF_DATABASES:
        if isinstance(error, kinds):
            return _say(said, 1)
    return _unexpected(error)


_OF_DATABASES = (
    (DAMAGED, "a database of the workspace is damaged; look with: crosslane doctor; restore it from a backup"),
    (
        (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError),
        "the workspace may not be written; nothing was changed; check who owns its folder and may write there",
    ),
    ((apsw.FullError, apsw.IOError), "the disk is full, or does not take what is written; nothing was half-done"),
)


def _closed_pipe() -> int:
    # The reader has gone: what is still buffered goes nowhere, quietly.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
