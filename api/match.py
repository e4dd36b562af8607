"""Which people a record may be, without storing it: what a load of it and `why` would say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw
import polars as pl

from api.match_answer import Asked, Matched, Possible, RecordMatch
from api.match_batches import Batches
from api.match_index import Limits, MatchIndex
from api.match_records import RecordReader
from linkage.ledger import Decision, Decisions, IdentityTables, Workspace
from linkage.pipeline.kept_index import Candidate, Ledger, PeopleIndex, joined, match
from linkage.schema import Verdict


@dataclass(frozen=True, slots=True)
class _Stated:
    """One record with how it is to be read."""

    record: Mapping[str, str | None]
    today: date
    date_order: str | None


class Matcher:
    """Matches records against one workspace; safe to share between threads."""

    def __init__(self, workspace: Workspace, limits: Limits | None = None) -> None:
        self.reader = RecordReader()
        self.index = MatchIndex(workspace, limits)
        self._workspace = workspace
        self._batches = Batches(self._answer)

    def match(self, records: Sequence[Mapping[str, str | None]], asked: Asked) -> Matched:
        """Who each record may be; nothing is stored.

        Raises:
            MatchNotReady: the index of the workspace is still being made.
        """
        answers = self._batches.run([_Stated(record, asked.today, asked.date_order) for record in records])
        with self._workspace.reading() as connection:
            newest = _newest_load(connection)
        return Matched(tuple(answers), newest, self.index.model.version, asked.most)

    def _answer(self, batch: Sequence[_Stated]) -> list[RecordMatch]:
        """One batch; records that are written alike are read together, and all are matched together."""
        read: list[pl.DataFrame] = []
        places: list[int] = []
        issues: dict[int, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
        for today, order in dict.fromkeys((stated.today, stated.date_order) for stated in batch):
            alike = [i for i, stated in enumerate(batch) if (stated.today, stated.date_order) == (today, order)]
            found = self.reader.read([batch[i].record for i in alike], today, order)
            read.append(found.persons)
            places += [alike[line] for line in found.persons["line"].to_list()]
            rejected, warned = _issues(found.rejected), _issues(found.warned)
            issues.update({alike[i]: (rejected.get(i, []), warned.get(i, [])) for i in range(len(alike))})
        index = self.index.current()
        matched = dict(zip(places, self._match(index, pl.concat(read)), strict=True))
        return [RecordMatch(index.last, tuple(matched.get(i, ())), *issues[i]) for i in range(len(batch))]

    def _match(self, index: PeopleIndex, persons: pl.DataFrame) -> list[list[Possible]]:
        """One batch against one state of the records and one view of the ledger."""
        matching = match(index, persons)
        with self._workspace.reading() as connection:
            tables = IdentityTables(connection)
            ledger = Ledger(tables.kept_pairs, Decisions(connection).standing())
            groups = joined(index, matching, ledger)
            apart = [_judged_apart(group, ledger.decisions) for group in groups]
            named = {c.explanation.right for some in matching.candidates for c in some}
            identities = tables.identities_of(sorted(named.union(*apart)))
        return [
            list(_possible(candidates, (group, against), identities))
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
