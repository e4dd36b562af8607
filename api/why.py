"""Why two records or identities are, may be or are not one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from linkage.compare import common_values
from linkage.errors import SettingsError
from linkage.ledger import Decision, Decisions, IdentityTables, Workspace
from linkage.model import Model, load_model
from linkage.pipeline import Explainer, PairExplanation
from linkage.schema import PERSON, Kind, Verdict


def why(workspace: Workspace, a: str, b: str) -> dict[str, Any]:
    """The `why` document of two references; of identities, their best-fitting pair of records is explained.

    Args:
        a: identity id, former id or source/record_id; `b` likewise.

    Raises:
        UnknownRecord: a or b names nothing.
        SettingsError: both name one record.
    """
    with workspace.reading() as connection:
        tables = IdentityTables(connection)
        left_identity, right_identity = tables.require(a), tables.require(b)
        left_records, right_records = tables.records_of(left_identity), tables.records_of(right_identity)
        standing = Decisions(connection).standing()
    left = [a] if a in left_records else left_records
    right = [b] if b in right_records else right_records
    if left == right and len(left) == 1:
        raise SettingsError("both name one record; give two")
    model = load_model()
    persons, common = _records(workspace, [*left_records, *right_records], model)
    explainer = Explainer(persons, model, common)
    pair = explainer.best_pair(*_apart(left, right))
    explanation = explainer.explain(*pair)
    is_same = left_identity == right_identity
    decisions = [d for d in standing if {d.a, d.b} <= {*left_records, *right_records}]
    chain = explainer.chain(left_records, *pair) if is_same else []
    together = []
    if is_same and model.weighs_entities:
        for key in pair:
            others = sorted(record for record in left_records if record != key)
            together.append(explainer.explain_together(key, others))
    verdict = Verdict.SAME if is_same else _verdict(explanation, model, decisions, left_records)
    return _document(explanation, verdict, chain, decisions, model) | {"together": [_together(e) for e in together]}


def _together(explanation: PairExplanation) -> dict[str, Any]:
    """One record set against all others of its identity."""
    return {
        "record": explanation.left,
        "bits": explanation.bits,
        "probability": explanation.probability,
        "prior_bits": explanation.prior_bits,
        "by_attribute": [asdict(row) for row in explanation.by_attribute],
    }


def _document(
    explanation: PairExplanation,
    verdict: Verdict,
    chain: Sequence[tuple[str, str, float]],
    decisions: Sequence[Decision],
    model: Model,
) -> dict[str, Any]:
    return {
        "verdict": str(verdict),
        "left": explanation.left,
        "right": explanation.right,
        "probability": explanation.probability,
        "bits": explanation.bits,
        "prior_bits": explanation.prior_bits,
        "by_attribute": [asdict(row) for row in explanation.by_attribute],
        "chain": [
            {"left": x, "right": y, "bits": weight, "probability": model.probability(weight)} for x, y, weight in chain
        ],
        "decisions": [asdict(decision) for decision in decisions],
        "conflicts": list(explanation.conflicts),
        "model": model.version,
    }


def _verdict(explanation: PairExplanation, model: Model, decisions: Sequence[Decision], left: Sequence[str]) -> Verdict:
    """Of two identities: what a person judged, else what the bits say."""
    if any(d.judgement == "different" and (d.a in left) != (d.b in left) for d in decisions):
        return Verdict.DIFFERENT
    return Verdict.POSSIBLE if explanation.bits >= model.thresholds.possible else Verdict.DIFFERENT


def _apart(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """Two sets of records without one in common; of one identity named twice, its first record and the others."""
    if left == right:
        return left[:1], left[1:]
    return [key for key in left if key not in right] or left, [key for key in right if key not in left] or right


def _records(workspace: Workspace, keys: Sequence[str], model: Model) -> tuple[pl.DataFrame, dict[str, frozenset[str]]]:
    persons = workspace.facts(Kind.PERSON, PERSON.without("raw"))
    common = common_values(persons, model)
    return persons.filter(pl.col("key").is_in(pl.Series(sorted(set(keys))).implode())), common
