"""`Idempotency-Key`: a write that is sent again under its key is done once and answered alike, for two days.

Only a write that was done is kept: one that was refused changed nothing and may be tried again under the same key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import apsw
from fastapi import Depends, Header, HTTPException, Request

from api.also import Also, nothing
from api.http.service import CallerDependency, ServiceDependency
from api.kept_answers import AlreadyAnswered, Asked, Kept, KeptAnswers, KeyReused
from linkage.errors import WriterBusy
from linkage.ledger import Workspace

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own name for this write; sent again with the same request it is done once.",
        examples=["5f3c7f0e-9b1f-4c53-8f0d-1f4a3b0b6d11"],
    ),
]


Do: TypeAlias = Callable[[Also], Mapping[str, Any]]
"""Does a write and has what it is given written in the same transaction; gives the document that tells of it."""


@dataclass(frozen=True)
class Once:
    """Does a write once a key.

    Args:
        asked: None where the caller gave no key; the write is then done whenever it is sent.
    """

    workspace: Workspace
    asked: Asked | None

    def __call__(self, do: Do, status: int = 200) -> dict[str, Any]:
        """The document of the write, done now or before.

        Args:
            do: does it, and has what it is given written in the same transaction.
            status: of the answer.

        Raises:
            HTTPException: 422 where the key belongs to another request.
        """
        return self.kept(do, status).document

    def kept(self, do: Do, status: int) -> Kept:
        """The same with the status that it was answered with."""
        kept = self.before()
        if kept is not None:
            return kept
        try:
            return Kept(status, dict(do(self.also(status))))
        except AlreadyAnswered:
            kept = self.before()
            assert kept is not None, "what was found in a transaction is there after it"
            return kept
        except KeyReused as error:
            raise HTTPException(422, str(error)) from None

    def now_or_later(self, do: Do, status: int, later: Do) -> Kept:
        """The write done, or, where another writer was at it for too long, taken on to be done in its turn (202).

        Args:
            later: takes it on, and gives the document of its job.
        """
        try:
            return self.kept(do, status)
        except WriterBusy:
            return self.kept(later, 202)

    def before(self) -> Kept | None:
        """The answer that the request got before, None where it was not done yet."""
        if self.asked is None:
            return None
        try:
            with self.workspace.reading() as connection:
                return KeptAnswers(connection).find(self.asked)
        except KeyReused as error:
            raise HTTPException(422, str(error)) from None

    def also(self, status: int = 200) -> Also:
        """What keeps the answer, in the transaction of the write."""
        asked = self.asked
        if asked is None:
            return nothing

        def keep(connection: apsw.Connection, document: Mapping[str, Any]) -> None:
            KeptAnswers(connection).keep(asked, status, document)

        return keep


async def once_of(
    request: Request, service: ServiceDependency, caller: CallerDependency, key: KeyHeader = None
) -> Once:
    """How the request's write is done once; for a route whose body is JSON, or that has none."""
    if key is None:
        return Once(service.workspace, None)
    parts = (request.method.encode(), request.url.path.encode(), request.url.query.encode())
    return Once(service.workspace, Asked.of(caller.actor, key, (*parts, _plain(await request.body()))))


OnceDependency = Annotated[Once, Depends(once_of)]


def _plain(body: bytes) -> bytes:
    """JSON without regard to blanks and the order of names, any other body as it is."""
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body
