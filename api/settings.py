"""What the environment may set for the ways in: read once, at the edge, and passed down as plain values."""

from __future__ import annotations

import getpass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.access_settings import AccessSettings, Provider, RateLimits
from api.accounts.sessions import SessionLimits
from api.graph_store import EMBEDDED, LEDGER, GraphStoreChoice
from api.loopback import is_loopback
from graph.neo4j import Server
from linkage.errors import SettingsError

_RATES = RateLimits()


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
        rate_key: requests a minute of one service key that a process answers; 0 = any number. `rate_user` of one
            person, `rate_login` logins of one address, `rate_name` logins under one name.
        session_idle_minutes: minutes without a request after which a session ends; `session_hours` after the login.
        max_upload_bytes: of a file that is sent to the HTTP API.
        write_wait_s: seconds that a request waits for its records to be resolved before it is told to come back.
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
    rate_key: int = Field(default=_RATES.key, ge=0)
    rate_user: int = Field(default=_RATES.user, ge=0)
    rate_login: int = Field(default=_RATES.login, ge=0)
    rate_name: int = Field(default=_RATES.name, ge=0)
    session_idle_minutes: float = Field(default=30.0, gt=0)
    session_hours: float = Field(default=12.0, gt=0, le=24)
    max_upload_bytes: int = Field(default=2_000_000_000, ge=1)
    write_wait_s: float = Field(default=10.0, ge=0, le=600)
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


def chosen_access(settings: Settings) -> AccessSettings:
    """How people and services get in.

    Raises:
        SettingsError: a provider is named without what it takes to log in there.
    """
    return AccessSettings(
        rates=RateLimits(settings.rate_key, settings.rate_user, settings.rate_login, settings.rate_name),
        sessions=SessionLimits(settings.session_idle_minutes * 60, settings.session_hours * 3600),
        provider=_provider(settings),
    )


def _provider(settings: Settings) -> Provider | None:
    issuer, public_url = settings.oidc_issuer, settings.public_url.rstrip("/")
    if not issuer:
        return None
    if not settings.oidc_client_id or not public_url:
        raise SettingsError("CROSSLANE_OIDC_ISSUER needs CROSSLANE_OIDC_CLIENT_ID and CROSSLANE_PUBLIC_URL beside it")
    for name, url in (("CROSSLANE_OIDC_ISSUER", issuer), ("CROSSLANE_PUBLIC_URL", public_url)):
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise SettingsError(f"{name}: give a URL that begins with https://")
    return Provider(issuer, settings.oidc_client_id, settings.oidc_client_secret.get_secret_value(), public_url)
