"""What logging in asks of a provider elsewhere, whichever way it proves who somebody is."""

from __future__ import annotations

from typing import Protocol

from api.accounts.attempts import Attempt
from api.accounts.users import Subject
from linkage.errors import LinkageError

CALLBACK = "/api/v1/session/provider"


class ProviderAway(LinkageError):
    """The provider cannot be reached, or does not answer as a provider does."""

    retryable = True


class NotProven(LinkageError):
    """What came back does not prove who somebody is."""


class IdentityProvider(Protocol):
    """Knows people, and says who has come."""

    def start(self, attempt: Attempt) -> str:
        """Where the browser of somebody who wants to log in goes.

        Raises:
            ProviderAway: the provider does not answer.
        """

    def subject(self, attempt: Attempt, code: str, issuer: str | None) -> Subject:
        """Whom the provider let in.

        Args:
            code: what the browser brought back.
            issuer: who it says that it comes from (RFC 9207), where it says so.

        Raises:
            ProviderAway: the provider does not answer.
            NotProven: the code or the token is not right.
        """
