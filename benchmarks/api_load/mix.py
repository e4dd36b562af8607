"""What clients ask: stored scores, explanations, matches and searches, of people drawn at random."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from benchmarks.api_load.clients import Draw, Request
from benchmarks.api_load.connection import request_bytes

ASKED = 20_000
"""People to draw from; the rest of the workspace is there to be read past."""
BATCH = 50
"""Records a match asks about."""
SCORE, EXPLANATION, MATCH, SEARCH = "stored score", "explanation", "match", "search"


@dataclass(frozen=True, slots=True)
class Shares:
    """How many clients ask for what; a client asks for one thing only, so that a slow answer slows no other kind."""

    score: int = 0
    explanation: int = 0
    match: int = 0
    search: int = 0

    @property
    def clients(self) -> int:
        """All of them."""
        return self.score + self.explanation + self.match + self.search

    def told(self) -> str:
        """The shares in words."""
        named = ((self.score, SCORE), (self.explanation, EXPLANATION), (self.match, MATCH), (self.search, SEARCH))
        return ", ".join(f"{count} {name}" for count, name in named if count)


class Mix:
    """Requests about the people of a workspace.

    Args:
        people: identity ids.
        records: rows of a person file, by the columns of the source `drivers`, with US dates.
        key: of a role that may ask all of it.
    """

    def __init__(self, people: Sequence[str], records: Sequence[dict[str, str]], key: str, seed: int) -> None:
        self._people, self._records, self._key = people, records, key
        self._dice = random.Random(seed)

    def draws(self, shares: Shares) -> list[Draw]:
        """What each client draws its requests from."""
        return [
            *[self._score] * shares.score,
            *[self._explanation] * shares.explanation,
            *[self._match] * shares.match,
            *[self._search] * shares.search,
        ]

    def _score(self) -> Request:
        person = self._dice.choice(self._people)
        return Request(SCORE, request_bytes("GET", f"/api/v1/drivers/{person}/score", self._key))

    def _explanation(self) -> Request:
        person = self._dice.choice(self._people)
        return Request(EXPLANATION, request_bytes("GET", f"/api/v1/drivers/{person}/linked-risk", self._key))

    def _match(self) -> Request:
        records = [{k: v for k, v in row.items() if v} for row in self._drawn()]
        body = json.dumps({"records": records, "date_order": "MDY"}).encode()
        return Request(MATCH, request_bytes("POST", "/api/v1/match", self._key, body), len(records))

    def _drawn(self) -> list[dict[str, str]]:
        return self._dice.sample(self._records, min(BATCH, len(self._records)))

    def _search(self) -> Request:
        row = self._dice.choice(self._records)
        body = json.dumps({"text": f"{row['given_name']} {row['surname']}"}).encode()
        return Request(SEARCH, request_bytes("POST", "/api/v1/drivers/search", self._key, body))


def people_of(workspace: Path, seed: int) -> list[str]:
    """Some identity ids that have a score, drawn at random."""
    connection = apsw.Connection(str(workspace / "ledger.db"), flags=apsw.SQLITE_OPEN_READONLY)
    found = [str(row[0]) for row in connection.execute("SELECT identity_id FROM score ORDER BY identity_id")]
    connection.close()
    return random.Random(seed).sample(found, min(ASKED, len(found)))


def records_of(file: Path) -> list[dict[str, str]]:
    """The rows of a file of the source `drivers`."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
