"""Which people a record may be, without storing it: what a load of it and `why` would say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import apsw
import polars as pl

from api.match_batches import Batches
from api.match_index import Limits, MatchIndex
from api.match_records import RecordReader
from linkage.ledger import Decision, Decisions, IdentityTables, Workspace
from linkage.pipeline import PairExplanation
from linkage.pipeline.kept_index import Candidate, Ledger, joined, match
from linkage.schema import Verdict


@dataclass(frozen=True, slots=True)
class Possible:
    """One stored record that a stated one may be.

    Args:
        verdict: what `why` would call the two after a load.
    """

    identity_id: str
    verdict: Verdict
    explanation: PairExplanation

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        said = self.explanation
        return {
            "identity_id": self.identity_id,
            "record": said.right,
            "verdict": str(self.verdict),
            "probability": said.probability,
            "bits": said.bits,
            "prior_bits": said.prior_bits,
            "by_attribute": [asdict(row) for row in said.by_attribute],
            "conflicts": list(said.conflicts),
        }


@dataclass(frozen=True, slots=True)
class RecordMatch:
    """What is found of one stated record.

    Args:
        load: the load after which the records stood as they were matched; 0 before the first.
        candidates: likeliest first.
    """

    load: int
    candidates: tuple[Possible, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """How records are to be matched.

    Args:
        most: candidates told of a record.
        today: day of the load that the match stands for.
        date_order: of their dates; None = year first.
    """

    today: date
    most: int = 10
    date_order: str | None = None


@dataclass(frozen=True)
class Matched:
    """The answer to one request.

    Args:
        records: by place in the request; None for a record that no load would take.
        newest_load: that the ledger held when the answer was made.
    """

    records: tuple[RecordMatch | None, ...]
    rejected: Mapping[int, list[dict[str, Any]]]
    warned: Mapping[int, list[dict[str, Any]]]
    newest_load: int
    model: str
    most: int

    @property
    def load(self) -> int:
        """The earliest state that any of the records was matched against."""
        return min((found.load for found in self.records if found), default=self.newest_load)

    @property
    def people(self) -> list[str]:
        """Every identity that is shown, once."""
        shown = (c.identity_id for found in self.records if found for c in found.candidates[: self.most])
        return list(dict.fromkeys(shown))

    def document(self) -> dict[str, Any]:
        """The `match` document."""
        rows = [self._row(place, found) for place, found in enumerate(self.records)]
        lags = self.load < self.newest_load
        cut = any(row["truncated"] for row in rows)
        notices = [f"records are as after load {self.load}; newer ones are not in yet"] * lags
        notices += [f"no more than {self.most} candidates a record are told"] * cut
        return {
            "load": self.load,
            "newest_load": self.newest_load,
            "model": self.model,
            "rows": rows,
            "truncated": cut,
            "notice": "; ".join(notices) or None,
        }

    def _row(self, place: int, found: RecordMatch | None) -> dict[str, Any]:
        candidates = found.candidates if found else ()
        return {
            "candidates": [candidate.document() for candidate in candidates[: self.most]],
            "truncated": len(candidates) > self.most,
            "rejected": self.rejected.get(place, []),
            "warned": self.warned.get(place, []),
        }


class Matcher:
    """Matches records against one workspace; safe to share between threads."""

    def __init__(self, workspace: Workspace, limits: Limits | None = None) -> None:
        self.reader = RecordReader()
        self.index = MatchIndex(workspace, limits)
        self._workspace = workspace
        self._batches = Batches(self._match)

    def match(self, records: Sequence[Mapping[str, str | None]], asked: Asked) -> Matched:
        """Who each record may be; nothing is stored.

        Raises:
            MatchNotReady: the index of the workspace is still being made.
        """
        stated = self.reader.read(records, asked.today, asked.date_order)
        found: list[RecordMatch | None] = [None] * len(records)
        answers = self._batches.run(stated.persons)
        for place, answer in zip(stated.persons["line"].to_list(), answers, strict=True):
            found[place] = answer
        with self._workspace.reading() as connection:
            newest = _newest_load(connection)
        return Matched(
            tuple(found), _issues(stated.rejected), _issues(stated.warned), newest, self.index.model.version, asked.most
        )

    def _match(self, persons: pl.DataFrame) -> list[RecordMatch]:
        """One batch against one state of the records and one view of the ledger."""
        index = self.index.current()
        matching = match(index, persons)
        with self._workspace.reading() as connection:
            tables = IdentityTables(connection)
            ledger = Ledger(tables.kept_pairs, Decisions(connection).standing())
            groups = joined(index, matching, ledger)
            apart = [_judged_apart(group, ledger.decisions) for group in groups]
            named = {c.explanation.right for some in matching.candidates for c in some}
            identities = tables.identities_of(sorted(named.union(*apart)))
        return [
            RecordMatch(index.last, tuple(_possible(candidates, (group, against), identities)))
            for candidates, group, against in zip(matching.candidates, groups, apart, strict=True)
        ]


def _judged_apart(group: frozenset[str], decisions: Sequence[Decision]) -> set[str]:
    """Records that a person judged to be nobody of the group."""
    different = [{d.a, d.b} for d in decisions if d.judgement == "different"] if group else []
    return {record for pair in different if len(pair & group) == 1 for record in pair - group}


def _possible(
    candidates: Sequence[Candidate], judged: tuple[frozenset[str], set[str]], identities: Mapping[str, str]
) -> Iterator[Possible]:
    """The candidates that are in an identity now, with what a load would call them.

    Args:
        judged: records that the query would be one person with, and those that people told apart from these.
    """
    group, apart = judged
    others = {identities[record] for record in apart if record in identities}
    for candidate in candidates:
        record = candidate.explanation.right
        identity = identities.get(record)
        if identity is None:
            continue  # withdrawn since the state that was matched against
        verdict = Verdict.DIFFERENT if identity in others else Verdict.POSSIBLE
        yield Possible(identity, Verdict.SAME if record in group else verdict, candidate.explanation)


def _newest_load(connection: apsw.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(load_id), 0) FROM load").get)


def _issues(issues: pl.DataFrame) -> dict[int, list[dict[str, Any]]]:
    out: dict[int, list[dict[str, Any]]] = {}
    for line, column, rule, message in issues.select("line", "column", "rule", "message").iter_rows():
        out.setdefault(line, []).append({"column": column, "rule": rule, "message": message})
    return out
