"""What a review would look like without one fact: the trace and the score worked out again, and nothing stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from api.records import facts_of
from api.reviews.case import Case, open_case
from eligibility.own_factors import own_factors
from graph.embedded import EmbeddedStore
from graph.policy_file import load_policy
from graph.risk import score_one
from graph.schema import EdgeKind, NodeKind
from graph.store import ALL_EDGE_KINDS, EdgeReader
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace
from linkage.schema import Kind

_FIGURES = ("score", "band", "own", "linked", "linked_band", "linked_with_possible")


@dataclass(frozen=True, slots=True)
class Without:
    """A graph that does not hold some events, nor what rests on some records."""

    reader: EdgeReader
    events: frozenset[str]
    records: frozenset[str]

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """The nodes; one that nothing leads to any more has no effect."""
        return self.reader.nodes(kind, keys)

    def edges(self, kinds: Collection[EdgeKind]) -> pl.DataFrame:
        """The edges that are left."""
        return self._left(self.reader.edges(kinds))

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """The edges at the nodes that are left."""
        return self._left(self.reader.edges_of(kind, keys, kinds, as_of))

    def _left(self, edges: pl.DataFrame) -> pl.DataFrame:
        is_event = (pl.col("kind") == EdgeKind.COMMITTED.value) & pl.col("dst").is_in(sorted(self.events))
        return edges.filter(~(is_event | pl.col("record").is_in(sorted(self.records))))


def without(workspace: Workspace, review_id: int, fact: str, actor: str, as_of: date | None = None) -> dict[str, Any]:
    """The `review without` document: figures and factors with the fact and without it.

    Args:
        fact: key of an event, id of an incident (also as `incident:ID`), or key of a person record.

    Raises:
        UnknownRecord: the fact is none that the review rests on.
    """
    case = open_case(workspace, review_id, actor, as_of)
    events, records = _fact(case, fact)
    policy, risk_policy = case.policy, load_policy()
    left = {key: value for key, value in case.records.items() if key not in records}
    with workspace.reading() as connection:
        rows = facts_of(workspace, connection, Kind.EVENT, "record_key", list(left))
        reader = Without(EmbeddedStore(connection), events, records)
        identity = case.review.identity_id
        before = score_one(reader.reader, risk_policy, identity, case.as_of).row(0, named=True)
        after = score_one(reader, risk_policy, identity, case.as_of).row(0, named=True)
    kept = rows.filter(~pl.col("key").is_in(sorted(events)))
    factors = own_factors(kept, left, (case.as_of, case.review.audience), (policy, risk_policy))
    now = {factor.factor: factor for factor in factors}
    was = {factor.factor: factor for factor in case.factors if factor.kind == "own"}
    return {
        "review_id": review_id,
        "identity_id": identity,
        "without": {"fact": fact, "events": sorted(events), "records": sorted(records)},
        "before": {name: before[name] for name in _FIGURES},
        "after": {name: after[name] for name in _FIGURES},
        "factors_gone": sorted(name for name in was if was[name].must_resolve and not _stands(now, name)),
        "factors_changed": sorted(n for n in was if _stands(now, n) and now[n].level != was[n].level),
        "factors_new": sorted(n for n in now if now[n].must_resolve and not _stands(was, n)),
        "as_of": case.as_of.isoformat(),
        "policy": policy.name,
        "risk_policy": risk_policy.name,
    }


def _stands(factors: dict[str, Any], name: str) -> bool:
    return name in factors and factors[name].must_resolve


def _fact(case: Case, fact: str) -> tuple[frozenset[str], frozenset[str]]:
    """Events and records that a fact stands for: of the driver's own, or of others where linked risk rests on them."""
    plain = fact.removeprefix("cleared:").removeprefix("incident:").removeprefix("linked:")
    incidents: dict[str, set[str]] = {}
    for factor in case.factors:
        name = factor.factor.removeprefix("cleared:").removeprefix("incident:")
        incidents.setdefault(name, set()).update(item.event for item in factor.evidence)
    linked = case.risk["linked"]["contributions"] if case.risk else []
    for item in linked:
        further = {other["event"] for other in item["corroboration"] if "event" in other}
        incidents.setdefault(item["incident"], set()).update({item["event"], *further})
    events = {event for held in incidents.values() for event in held}
    records = {*case.records, *(record for item in linked for record in item["records"])}
    if incidents.get(plain):
        return frozenset(incidents[plain]), frozenset()
    if plain in events:
        return frozenset({plain}), frozenset()
    if plain in records:
        return frozenset(), frozenset({plain})
    raise UnknownRecord("review without: the review rests on no such event, incident or record; see: review show")
