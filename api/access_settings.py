"""How people and services get in, as plain values: limits, ends of sessions, and where a provider is."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.accounts.sessions import SessionLimits


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests a minute that one process answers; 0 = as many as are sent.

    Args:
        key: of one service key; the default lets it ask a thousand times a second.
        user: of one person.
        login: logins, and keys seen for the first time, of one address.
        name: logins under one name, from wherever.
    """

    key: int = 60_000
    user: int = 1_200
    login: int = 60
    name: int = 10


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider that people may log in at.

    Args:
        issuer: its own name, a URL, below which it publishes its configuration.
        client_id: how it knows this service; `client_secret` is what proves that, empty for a public client.
        public_url: where people reach this service.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    public_url: str


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """How people and services get in.

    Args:
        provider: None = with passwords and keys only.
    """

    rates: RateLimits = field(default_factory=RateLimits)
    sessions: SessionLimits = field(default_factory=SessionLimits)
    provider: Provider | None = None
