"""Judging possible links blind: two records side by side, an answer, and only then what the model said.

Answers are kept at once and can be taken back; they become decisions together, when the person says so, so that one
run of the resolution takes them all in. A drawn sample is judged in the same way, only to measure how good the links
are: its answers stay answers, and the model's opinion is not shown between them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import apsw

from api.decide import Judged, decide_all
from api.records import facts_of
from api.sample import SHOWN_BESIDE, pairs_of
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import IdentityTables, Workspace
from linkage.schema import Kind

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE link_answer (
        n          INTEGER PRIMARY KEY AUTOINCREMENT,
        a          TEXT NOT NULL,
        b          TEXT NOT NULL,
        answer     TEXT NOT NULL CHECK (answer IN ('same', 'different', 'cannot_tell')),
        note       TEXT NOT NULL,
        by_        TEXT NOT NULL CHECK (by_ <> ''),
        at         TEXT NOT NULL,
        undone_at  TEXT,
        decision   INTEGER                     -- number of the decision that it became
    );
    CREATE INDEX link_answer_by_person ON link_answer (by_) WHERE undone_at IS NULL;
    """,
    # An answer to a pair of a sample measures the links, and never becomes a decision.
    "ALTER TABLE link_answer ADD COLUMN sample INTEGER REFERENCES sample (n)",
)
A_SITTING = 60
"""Pairs of one sitting: about half an hour, after which people judge worse (assumed)."""
LATEST = 3
"""Samples that are offered to be judged; older ones are of links long changed (assumed)."""
BLIND = "judged in link review, the two records side by side and the model's opinion hidden"


class Answer(StrEnum):
    """What a person says of a pair."""

    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Sitting:
    """Where a person's sitting stands.

    Args:
        pair: the two records to judge next, None when there is none left.
        answered: answers that have not become decisions.
        to_apply: those of them that say same or different.
        left: pairs that wait, this one included, at most A_SITTING of possible links.
        total: of a sample, pairs that wait or were judged; of possible links the same within the sitting.
    """

    pair: tuple[str, str] | None
    answered: int
    to_apply: int
    left: int
    total: int


@dataclass(frozen=True)
class LinkReview:
    """One person's judging of possible links, or of the pairs of a sample.

    Args:
        sample: number of the sample; None for the possible links.
    """

    workspace: Workspace
    actor: str
    sample: int | None = None

    def sitting(self) -> Sitting:
        """The next pair, in an order and with sides that say nothing of the model's opinion.

        Raises:
            UnknownRecord: there is no such sample.
        """
        with self.workspace.reading() as connection:
            pairs = self._pairs(connection)
            open_ = self._open(connection)
            said = {row[:2] for row in self._given(connection)}
            waiting = [pair for pair in pairs if pair not in said]
            if self.sample is not None:  # a record that was drawn may be gone by now
                there = _records_among(connection, waiting)
                waiting = [pair for pair in waiting if there.issuperset(pair)]
        waiting.sort(key=self._chance)
        first = waiting[0] if waiting else None
        if first and self._chance(first[::-1])[0] % 2:
            first = first[::-1]
        to_apply = sum(row[2] != Answer.CANNOT_TELL for row in open_)
        left = min(len(waiting), A_SITTING) if self.sample is None else len(waiting)
        return Sitting(first, len(open_), to_apply, left, len(open_) + left)

    def answer(self, a: str, b: str, answer: Answer, note: str = "") -> int:
        """The answer stands until it is taken back or becomes a decision; one that was open on the pair is replaced.

        Returns:
            Its number.

        Raises:
            UnknownRecord: one of the two is no record of anybody.
            SettingsError: the two are one record, or the person's answer on them is a decision already.
        """
        low, high = min(a, b), max(a, b)
        if low == high:
            raise SettingsError("these are one record; judge two")
        with self.workspace.transaction() as connection:
            for key in (low, high):
                if not _is_record(connection, key):
                    raise UnknownRecord("no such record")
            if self.sample is not None and (low, high) not in self._pairs(connection):
                raise UnknownRecord("the sample has no such pair")
            before = [row for row in self._given(connection) if row[:2] == (low, high)]
            if any(decision is not None for *_, decision in before):
                raise SettingsError("you judged these two; take that decision back first")
            now = _now()
            connection.executemany(
                "UPDATE link_answer SET undone_at = ? WHERE n = ?", [(now, row[4]) for row in before]
            )
            connection.execute(
                "INSERT INTO link_answer (a, b, answer, note, by_, at, sample) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (low, high, answer, note.strip(), self.actor, now, self.sample),
            )
            return int(connection.last_insert_rowid())

    def pair_of(self, number: int) -> tuple[str, str]:
        """The two records of an answer of this person, taken back or not.

        Raises:
            UnknownRecord: they gave no such answer.
        """
        with self.workspace.reading() as connection:
            row = connection.execute(
                "SELECT a, b FROM link_answer WHERE n = ? AND by_ = ?", (number, self.actor)
            ).fetchone()
        if row is None:
            raise UnknownRecord("you gave no such answer")
        return str(row[0]), str(row[1])

    def take_back(self) -> tuple[str, str] | None:
        """The last answer that is no decision yet is gone; the pair it was on comes again."""
        with self.workspace.transaction() as connection:
            open_ = self._open(connection)
            if not open_:
                return None
            a, b, _, _, n = open_[-1]
            connection.execute("UPDATE link_answer SET undone_at = ? WHERE n = ?", (_now(), n))
            return a, b

    def apply(self) -> dict[str, Any]:
        """Answers that say same or different are decisions, all in one run.

        Answers on a record that a load took away meanwhile say nothing any more, and lapse.

        Returns:
            As `decide_all`.

        Raises:
            SettingsError: there is nothing to apply, the answers measure a sample, or the same answers were applied or
                taken back meanwhile.
        """
        if self.sample is not None:
            raise SettingsError("answers to a sample measure the links; they become no decisions")
        with self.workspace.transaction() as connection:
            given = self._open(connection)
            there = _records_among(connection, [row[:2] for row in given])
            lapsed = [row for row in given if not there.issuperset(row[:2])]
            connection.executemany("UPDATE link_answer SET undone_at = ? WHERE n = ?", [(_now(), r[4]) for r in lapsed])
        judged = [row for row in given if row[2] != Answer.CANNOT_TELL and row not in lapsed]
        if not judged:
            raise SettingsError("no answer says same or different")

        def noted(connection: apsw.Connection, document: Mapping[str, Any]) -> None:
            open_ = {row[4] for row in self._open(connection)}
            if not open_.issuperset(row[4] for row in judged):
                raise SettingsError("these answers were applied or taken back meanwhile")
            first = document["decision"]["n"]
            done = [(first + place, row[4]) for place, row in enumerate(judged)]
            connection.executemany("UPDATE link_answer SET decision = ? WHERE n = ?", done)

        decisions = [Judged(a, b, answer, note or BLIND) for a, b, answer, note, _ in judged]
        return decide_all(self.workspace, decisions, self.actor, noted)

    def side_by_side(self, pair: tuple[str, str]) -> list[dict[str, Any]]:
        """One row an attribute that either record has: what each says, and what is missing."""
        with self.workspace.reading() as connection:
            rows = facts_of(self.workspace, connection, Kind.PERSON, "key", list(pair))
        held = {row["key"]: row for row in rows.iter_rows(named=True)}
        if len(held) != len(pair):
            raise UnknownRecord("no such record")
        left, right = (held[key] for key in pair)
        return [
            {"attribute": name, "left": left[name], "right": right[name]}
            for name in SHOWN_BESIDE
            if left[name] or right[name]
        ]

    def _pairs(self, connection: apsw.Connection) -> list[tuple[str, str]]:
        """What is to be judged, each pair with the lower record first."""
        if self.sample is not None:
            return pairs_of(connection, self.sample)
        links = IdentityTables(connection).possible_links()
        return list(links.select("record_l", "record_r").iter_rows())

    def _open(self, connection: apsw.Connection) -> list[tuple[str, str, str, str, int]]:
        return [(a, b, answer, note, n) for a, b, answer, note, n, done in self._given(connection) if done is None]

    def _given(self, connection: apsw.Connection) -> list[tuple[Any, ...]]:
        return connection.execute(
            "SELECT a, b, answer, note, n, decision FROM link_answer "
            "WHERE by_ = ? AND undone_at IS NULL AND sample IS ? ORDER BY n",
            (self.actor, self.sample),
        ).fetchall()

    def _chance(self, pair: tuple[str, str]) -> tuple[int, tuple[str, str]]:
        """A number that the person and the pair decide, and nothing about how alike the two are."""
        digest = hashlib.blake2b("\0".join((self.actor, *pair)).encode(), digest_size=8).digest()
        return int.from_bytes(digest), pair


def waiting_samples(workspace: Workspace, actor: str) -> list[tuple[int, int]]:
    """Samples with pairs that the person has not judged, the newest first: number, and pairs left in a sitting."""
    with workspace.reading() as connection:
        numbers = [int(row[0]) for row in connection.execute("SELECT n FROM sample ORDER BY n DESC")]
    left = [(number, LinkReview(workspace, actor, number).sitting().left) for number in numbers[:LATEST]]
    return [(number, count) for number, count in left if count]


def _records_among(connection: apsw.Connection, pairs: Sequence[tuple[str, str]]) -> set[str]:
    """Keys of the pairs that are records which somebody has."""
    keys = json.dumps([key for pair in pairs for key in pair])
    rows = connection.execute(
        "SELECT record_key FROM membership WHERE record_key IN (SELECT value FROM json_each(?))", (keys,)
    )
    return {str(row[0]) for row in rows}


def _is_record(connection: apsw.Connection, key: str) -> bool:
    """Whether it is the key of a record that somebody has, and not an identity's id."""
    return connection.execute("SELECT 1 FROM membership WHERE record_key = ?", (key,)).fetchone() is not None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
