"""What lies between two runs: runs, decisions made and taken back, records that came, went or changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import apsw
import polars as pl

from linkage.compare import common_values
from linkage.evaluate import Changes
from linkage.ledger import Decisions, History, Run, Workspace
from linkage.model import Model
from linkage.pipeline import Explainer
from linkage.schema import FACT, PERSON, Kind

ATTRIBUTES = tuple(name for name in PERSON.columns if name not in {*FACT, "record_id"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's judgement on two records that began or ceased to hold.

    Args:
        run: the run that it caused.
        cause: decision, undo or load.
        judgement: same or different.
    """

    run: int
    cause: str
    a: str
    b: str
    judgement: str
    by: str
    reason: str


@dataclass(frozen=True)
class Span:
    """Everything between the state after one run and the state after another.

    Args:
        before: who was who: key, identity_id; `after` likewise.
        model: under which links are weighed now.
    """

    workspace: Workspace
    connection: apsw.Connection
    first: Run
    second: Run
    before: pl.DataFrame
    after: pl.DataFrame
    changes: Changes
    model: Model

    @cached_property
    def runs(self) -> dict[int, Run]:
        """Runs after the first, up to and including the second, by number."""
        between = History(self.connection).runs(self.first.run_id, self.second.run_id)
        return {run.run_id: run for run in between}

    @cached_property
    def added(self) -> frozenset[str]:
        """Records that only the second run knows."""
        return frozenset(self.changes.added)

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """Judgements that began to hold in between (cause decision or load) or ceased to (undo)."""
        decisions, found = Decisions(self.connection), []
        for run in self.runs.values():
            if run.cause in ("decision", "undo"):
                one = decisions.get(run.ref)
                found.append(Verdict(run.run_id, run.cause, one.a, one.b, one.judgement, one.by, one.reason))
            elif run.cause == "load":
                rows = self.workspace.fact_store.current(
                    Kind.DECISION, [run.ref], ["a", "b", "judgement", "by", "reason"]
                )
                found += [
                    Verdict(run.run_id, "load", min(a, b), max(a, b), judgement, by, reason)
                    for a, b, judgement, by, reason in rows.iter_rows()
                ]
        return found

    def run_of(self, records: Iterable[str]) -> Run | None:
        """The last run in between that took one of the records out of its identity."""
        numbers = [self._left[key] for key in records if key in self._left]
        return self.runs.get(max(numbers)) if numbers else None

    @cached_property
    def _left(self) -> dict[str, int]:
        rows = self.connection.execute(
            "SELECT record_key, max(run_id) FROM membership_change WHERE run_id > ? AND run_id <= ? "
            "GROUP BY record_key",
            (self.first.run_id, self.second.run_id),
        )
        return {str(key): int(run_id) for key, run_id in rows}

    def model_before(self, run: Run) -> str:
        """Digest of the model of the run before."""
        earlier = History(self.connection).runs(0, run.run_id - 1)
        return earlier[-1].model if earlier else run.model

    def members(self, identity_id: str, *, is_after: bool) -> list[str]:
        """Records of an identity after the second or the first run, in order."""
        held = self._after if is_after else self._before
        return held.get(identity_id, [])

    @cached_property
    def _before(self) -> dict[str, list[str]]:
        return _members(self.before)

    @cached_property
    def _after(self) -> dict[str, list[str]]:
        return _members(self.after)

    @cached_property
    def corrected(self) -> dict[str, list[str]]:
        """Records that changed in between, with the names of the attributes that did."""
        columns = ["key", "content", *ATTRIBUTES]
        store, history = self.workspace.fact_store, History(self.connection)
        then = store.current(Kind.PERSON, history.loads_until(self.first.run_id), columns)
        now = store.current(Kind.PERSON, history.loads_until(self.second.run_id), columns)
        both = then.join(now, on="key", suffix="_now").filter(pl.col("content") != pl.col("content_now"))
        return {
            row["key"]: [name for name in ATTRIBUTES if row[name] != row[f"{name}_now"]]
            for row in both.iter_rows(named=True)
        }

    @cached_property
    def explainer(self) -> Explainer:
        """Weighs the records of split identities as they are after the second run."""
        loads = History(self.connection).loads_until(self.second.run_id)
        persons = self.workspace.fact_store.current(Kind.PERSON, loads, PERSON.without("raw"))
        keys = sorted({key for one in self.changes.split for keys in one.records.values() for key in keys})
        common = common_values(persons, self.model)
        return Explainer(
            persons.filter(pl.col("key").is_in(pl.Series(keys, dtype=pl.String).implode())), self.model, common
        )

    def turned_common(self, records: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Contacts of the records that too many share now and did not before: attribute to records that share it."""
        found: dict[str, tuple[int, int]] = {}
        for name, (then, now) in self._sharing.items():
            values = {now[1][key] for key in records if key in now[1]}
            for value in sorted(values):
                counts = (then[0].get(value, 0), now[0].get(value, 0))
                if counts[0] <= self.model.limits.sharing < counts[1]:
                    found[name] = counts
        return found

    @cached_property
    def _sharing(self) -> dict[str, tuple[tuple[dict[str, int], dict[str, str]], ...]]:
        """For each contact, at both ends: how many records hold each value, and the value of each record."""
        history, sides = History(self.connection), []
        for run in (self.first, self.second):
            loads = history.loads_until(run.run_id)
            sides.append(self.workspace.fact_store.current(Kind.PERSON, loads, ["key", *self.model.shared]))
        return {name: tuple(_counts(side, name) for side in sides) for name in self.model.shared}


def _members(partition: pl.DataFrame) -> dict[str, list[str]]:
    grouped = partition.group_by("identity_id").agg(pl.col("key").sort())
    return {str(identity): list(keys) for identity, keys in grouped.iter_rows()}


def _counts(facts: pl.DataFrame, name: str) -> tuple[dict[str, int], dict[str, str]]:
    held = facts.select("key", name).drop_nulls()
    counts: Mapping[str, Any] = dict(held.group_by(name).len().iter_rows())
    return {str(value): int(number) for value, number in counts.items()}, dict(held.iter_rows())
