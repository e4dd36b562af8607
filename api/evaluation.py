"""The `evaluate` document: what belongs together now against a truth file, in all and by group."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import apsw
import polars as pl

from api.partitions import partition, truth_keys
from api.truth import GROUP, EntityKind
from linkage.evaluate import GroupScores, PairScore, evaluate, evaluate_groups, spread
from linkage.ledger import Workspace

NAMING = ("hispanic", "french", "punjabi")
"""Naming groups that are looked at apart; all others are one."""

LEAST = 200
"""True pairs that a group needs before its figures are compared with others'. Assumed."""


def evaluation(
    workspace: Workspace,
    connection: apsw.Connection,
    truth: pl.DataFrame,
    sources: Collection[str] = (),
    kind: EntityKind = EntityKind.PERSON,
) -> dict[str, Any]:
    """How well what belongs together agrees with the truth, over the mentions of the truth only.

    Args:
        connection: the view of the ledger that is measured.
        truth: as `read_truth` gives it for the kind.
        sources: only truth rows of these sources count; none means all.
    """
    rows = truth.filter(pl.col("source").is_in(list(sources))) if sources else truth
    rows = rows.with_columns(truth_keys(rows, kind))
    held = partition(workspace, connection, kind)
    now, labelled = held.select("key", "identity_id"), rows.select("key", "entity_id")
    result = evaluate(labelled, now)
    groups = _groups(rows, held)
    scores = {name: evaluate_groups(labelled, now, column) for name, column in groups.items()}
    return {
        "kind": str(kind),
        "records": result.records,
        "missing": result.missing,
        "entities": result.entities,
        "identities": result.identities,
        "pairs": pair_document(result.pairs),
        "b_cubed": {
            "precision": result.b_cubed.precision,
            "recall": result.b_cubed.recall,
            "f1": result.b_cubed.f1,
        },
        "by_group": {name: _pairs_document(_shown(name, found)) for name, found in scores.items()},
        "spread": {name: _spread(_shown(name, found)) for name, found in scores.items() if name != "source"},
    }


def pair_document(score: PairScore) -> dict[str, Any]:
    """Pair counts and ratios as JSON values."""
    return {
        "true": score.true,
        "predicted": score.predicted,
        "correct": score.correct,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
    }


def _groups(rows: pl.DataFrame, held: pl.DataFrame) -> dict[str, pl.Series]:
    """The groups that each row of the truth belongs to."""
    country = rows.join(held, on="key", how="left", maintain_order="left")["country"]
    found = {"country": country, "source": rows["source"]}
    if GROUP in rows.columns:
        head = pl.col(GROUP).str.split("-").list.first()
        found[GROUP] = rows[GROUP]
        found["naming"] = rows.select(pl.when(head.is_in(NAMING)).then(head).otherwise(pl.lit("other"))).to_series()
    return found


def _shown(name: str, scores: GroupScores) -> dict[str, PairScore]:
    """Naming groups by every pair that touches them, so that the groups can be compared; the others by pair."""
    return scores.touching if name == "naming" else scores.labelled()


def _pairs_document(scores: Mapping[str, PairScore]) -> dict[str, Any]:
    return {label: pair_document(score) for label, score in scores.items()}


def _spread(scores: Mapping[str, PairScore]) -> dict[str, float]:
    precision, recall = spread(scores.values(), LEAST)
    return {"precision": precision, "recall": recall}
