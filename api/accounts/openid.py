"""Who somebody is, by word of an OpenID Connect provider.

The authorization code flow with PKCE; tokens are checked as OpenID Connect Core 1.0, section 3.1.3.7, asks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from api.access_settings import Provider
from api.accounts.attempts import Attempt
from api.accounts.provider import CALLBACK, NotProven, ProviderAway
from api.accounts.users import Subject

CONFIGURATION = "/.well-known/openid-configuration"
KEPT_S = 3600.0
"""Seconds for which the provider's configuration is relied on."""
TIMEOUT_S = 10.0
LEEWAY_S = 60
"""Seconds that the two clocks may differ."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures that only the provider can make; none that a client's secret makes."""


class OpenId:
    """A provider as this service asks it; safe to share between threads.

    Args:
        connect: makes the HTTP client.
    """

    def __init__(
        self, provider: Provider, connect: Callable[[], httpx.Client] = lambda: httpx.Client(timeout=TIMEOUT_S)
    ) -> None:
        self._provider = provider
        self._connect = connect
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}
        self._known_at = 0.0

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to."""
        return f"{self._provider.public_url}{CALLBACK}"

    def start(self, attempt: Attempt) -> str:
        """Where the browser of somebody who wants to log in goes.

        Raises:
            ProviderAway: the provider does not answer.
        """
        with self._connect() as session:
            place = self._configuration(session)["authorization_endpoint"]
            client = self._client(session)
            url, _ = client.create_authorization_url(
                place, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
            )
        return str(url)

    def subject(self, attempt: Attempt, code: str, issuer: str | None) -> Subject:
        """Whom the provider let in.

        Args:
            code: what the browser brought back.
            issuer: who it says that it comes from (RFC 9207), where it says so.

        Raises:
            ProviderAway: the provider does not answer.
            NotProven: the code or the token is not right.
        """
        if issuer is not None and issuer != self._provider.issuer:
            raise NotProven("another provider answered")
        with self._connect() as session:
            place = self._configuration(session)["token_endpoint"]
            try:
                token = self._client(session).fetch_token(
                    place, grant_type="authorization_code", code=code, **self._proof(attempt)
                )
            except httpx.HTTPError as error:
                raise ProviderAway("the provider does not answer") from error
            except (AuthlibBaseError, ValueError) as error:
                raise NotProven("the provider does not know the code") from error
            return self._checked(session, token, attempt)

    def _client(self, session: httpx.Client) -> Any:
        return OAuth2Client(
            session,
            client_id=self._provider.client_id,
            scope="openid",
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )

    def _proof(self, attempt: Attempt) -> dict[str, Any]:
        """That it is this service that asks, and that it asked before."""
        proof: dict[str, Any] = {"redirect_uri": self.redirect_uri, "code_verifier": attempt.verifier}
        name, secret = self._provider.client_id, self._provider.client_secret
        if not secret:
            return proof | {"client_id": name, "auth": httpx.Auth()}
        return proof | {"auth": httpx.BasicAuth(quote_plus(name), quote_plus(secret))}

    def _checked(self, session: httpx.Client, token: dict[str, Any], attempt: Attempt) -> Subject:
        """The subject of a token that is the provider's, for this service, and of this attempt."""
        provider = self._provider
        try:
            read = self._decoded(session, str(token["id_token"]))
            claims = CodeIDToken(
                read.claims,
                read.header,
                {"iss": {"essential": True, "value": provider.issuer}, "aud": {"value": provider.client_id}},
                {
                    "nonce": attempt.nonce,
                    "client_id": provider.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY_S)
            subject = claims["sub"]
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise NotProven("the provider's token proves nothing") from error
        if not isinstance(subject, str) or not subject:
            raise NotProven("the provider's token names nobody")
        return Subject(provider.issuer, subject)

    def _decoded(self, session: httpx.Client, text: str) -> jwt.Token:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            return jwt.decode(text, self._keys(session), registry=registry)
        except InvalidKeyIdError:  # the provider has changed its keys since they were fetched
            return jwt.decode(text, self._keys(session, is_fresh=True), registry=registry)

    def _keys(self, session: httpx.Client, *, is_fresh: bool = False) -> KeySet:
        place = self._configuration(session)["jwks_uri"]
        with self._lock:
            if is_fresh or "jwks" not in self._known:
                self._known["jwks"] = _json(session, str(place))
            return KeySet.import_key_set(self._known["jwks"])

    def _configuration(self, session: httpx.Client) -> dict[str, Any]:
        with self._lock:
            if not self._known or time.monotonic() - self._known_at > KEPT_S:
                found = _json(session, f"{self._provider.issuer.rstrip('/')}{CONFIGURATION}")
                if found.get("issuer") != self._provider.issuer:
                    raise ProviderAway("the provider calls itself by another name; check CROSSLANE_OIDC_ISSUER")
                missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - found.keys()
                if missing:
                    raise ProviderAway(f"the provider publishes no {min(missing)}")
                self._known, self._known_at = found, time.monotonic()
            return self._known


def _json(session: httpx.Client, url: str) -> dict[str, Any]:
    try:
        document = session.get(url).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderAway("the provider does not answer") from error
    if not isinstance(document, dict):
        raise ProviderAway("the provider does not answer as a provider does")
    return document
