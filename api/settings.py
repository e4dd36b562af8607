"""What the environment may set for the ways in: read once, at the edge, and passed down as plain values."""

from __future__ import annotations

import getpass
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.graph_store import EMBEDDED, LEDGER, GraphStoreChoice
from graph.neo4j import Server
from linkage.errors import SettingsError


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"


class Settings(BaseSettings):
    """Settings of one run, from `CROSSLANE_*` variables.

    Args:
        workspace: folder of the workspace.
        store: where the graph is read: `embedded`, or the address of a Neo4j server, such as bolt://host:7687.
        neo4j_user: who logs in there; `neo4j_password` with what, `neo4j_database` to which database.
        neo4j_ca: file of the authority that signed the server's certificate, where the system does not know it.
        actor: who is named in the audit and in decisions; the login name by default.
        oidc_issuer: the OpenID Connect provider that people log in at, a URL; none = passwords only.
        oidc_client_id: how the provider knows this service; `oidc_client_secret` is what it proves that with.
        public_url: where people reach this service, which the provider sends them back to.
        debug: whether an unexpected error is told with its traceback, which may hold personal data.
    """

    model_config = SettingsConfigDict(env_prefix="CROSSLANE_", extra="forbid", frozen=True, env_ignore_empty=True)

    workspace: Path | None = None
    store: str = EMBEDDED
    neo4j_user: str = "neo4j"
    neo4j_password: SecretStr = SecretStr("")
    neo4j_database: str = "neo4j"
    neo4j_ca: Path | None = None
    actor: str = Field(default_factory=_login, min_length=1, max_length=100)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    public_url: str = ""
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


def chosen_store(settings: Settings, store: str | None) -> GraphStoreChoice:
    """The store of an option, else of the settings.

    Raises:
        SettingsError: it is no store that there is.
    """
    address = store or settings.store
    if address == EMBEDDED:
        return LEDGER
    password = settings.neo4j_password.get_secret_value()
    try:
        server = Server(address, settings.neo4j_user, password, settings.neo4j_database, settings.neo4j_ca)
    except SettingsError as error:
        raise SettingsError(f"--store: give {EMBEDDED} or the address of a server; {error}") from None
    return GraphStoreChoice(server)
