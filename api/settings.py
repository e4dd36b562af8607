"""What the environment may set for the ways in: read once, at the edge, and passed down as plain values."""

from __future__ import annotations

import getpass
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from linkage.errors import SettingsError

EMBEDDED = "embedded"


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"


class Settings(BaseSettings):
    """Settings of one run, from `CROSSLANE_*` variables.

    Args:
        workspace: folder of the workspace.
        store: where the graph lives; only `embedded` here.
        actor: who is named in the audit and in decisions; the login name by default.
        debug: whether an unexpected error is told with its traceback, which may hold personal data.
    """

    model_config = SettingsConfigDict(env_prefix="CROSSLANE_", extra="forbid", frozen=True, env_ignore_empty=True)

    workspace: Path | None = None
    store: str = EMBEDDED
    actor: str = Field(default_factory=_login, min_length=1, max_length=100)
    debug: bool = False


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: a variable holds a value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        names = sorted({f"CROSSLANE_{str(item['loc'][0]).upper()}" for item in error.errors() if item["loc"]})
        raise SettingsError(f"{', '.join(names)}: the value cannot be used; change it or unset it") from None


def require_store(store: str) -> None:
    """The store is one that this installation can use.

    Raises:
        SettingsError: it is not.
    """
    if store != EMBEDDED:
        raise SettingsError(f"--store: only '{EMBEDDED}' can be used in this version; leave the option out")
