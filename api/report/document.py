"""What the report says, as one JSON document: counts, shares, weights and record keys, no value of any record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import apsw
import polars as pl

from api.compare_runs import list_runs
from api.evaluation import evaluation, pair_document
from api.partitions import truth_keys
from api.progress import Progress, Silent
from api.report.blocking import blocking_table
from api.self_weights import self_weights, unlinkables
from api.truth import EntityKind
from api.weakest import probability, weakest_links
from linkage.evaluate import curve
from linkage.ledger import Decisions, IdentityTables, Workspace
from linkage.model import Model, load_model
from linkage.training.reliability import Reliability, reliability

WEAKEST = 25
"""Identities listed by their weakest link."""

BIN = 2
"""Bits in one bar of the histogram of match weights."""

_SIZES = (1, 2, 3, 4, 5, 6, 8, 11, 16, 31)
"""Smallest number of records in each class of identities."""


def report_document(
    workspace: Workspace, truth: pl.DataFrame | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Everything that the report shows.

    Args:
        truth: as `read_truth` gives it for people; without one the report has no accuracy.
    """
    progress = progress or Silent()
    model = load_model()
    progress.stage("weighing records against themselves")
    reach = unlinkables(self_weights(workspace, model), model)
    with workspace.reading() as connection:
        tables = IdentityTables(connection)
        members, pairs = tables.memberships(), tables.scored_pairs()
        joined = _joined(pairs, members)
        progress.stage("counting what each blocking rule finds")
        document = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "workspace": workspace.path.resolve().name,
            "model": _model(model),
            "counts": {
                "records": members.height,
                "identities": members["identity_id"].n_unique(),
                "kept_pairs": pairs.height,
                "decisions": len(Decisions(connection).standing()),
            },
            "runs": list_runs(connection),
            "weights": _weights(pairs, joined),
            "levels": levels(model),
            "sizes": _sizes(members),
            "weakest": _weakest(connection),
            "blocking": blocking_table(workspace, model, pairs.filter(joined)),
            "unlinkables": reach,
        }
        progress.stage("measuring against the truth")
        accuracy = None if truth is None else _accuracy((workspace, connection), truth, pairs, model)
    return document | {"accuracy": accuracy}


def levels(model: Model) -> list[dict[str, Any]]:
    """What each level of agreement says, in bits, in the model's order."""
    return [
        {
            "attribute": name,
            "level": level_name,
            "bits": level.bits,
            "household": level.household if model.has_household else None,
            "information": level.information,
            "bars": level_name in attribute.bars,
        }
        for name, attribute in model.attributes.items()
        for level_name, level in attribute.levels.items()
    ]


def _model(model: Model) -> dict[str, Any]:
    return {
        "version": model.version,
        "digest": model.digest,
        "same": model.thresholds.same,
        "possible": model.thresholds.possible,
        "prior": model.prior_random,
        "is_calibrated": model.is_calibrated,
    }


def _joined(pairs: pl.DataFrame, members: pl.DataFrame) -> pl.Series:
    """Whether the two records of each kept pair are in one identity."""
    of = members.select("record_key", "identity_id")
    both = pairs.join(of, left_on="record_l", right_on="record_key", how="left", maintain_order="left").join(
        of, left_on="record_r", right_on="record_key", how="left", maintain_order="left", suffix="_r"
    )
    return (both["identity_id"] == both["identity_id_r"]).fill_null(value=False)


def _weights(pairs: pl.DataFrame, joined: pl.Series) -> list[dict[str, Any]]:
    """Kept pairs by match weight: those inside one identity, and those across two."""
    low = (pl.col("match_weight") / BIN).floor() * BIN
    rows = (
        pairs.select(low=low, joined=joined)
        .group_by("low")
        .agg(joined=pl.col("joined").sum(), apart=(~pl.col("joined")).sum())
        .sort("low")
    )
    return [{"from": a, "to": a + BIN, "joined": inside, "apart": across} for a, inside, across in rows.iter_rows()]


def _sizes(members: pl.DataFrame) -> list[dict[str, Any]]:
    """Identities by their number of records; the last class is open."""
    sizes = members.group_by("identity_id").len()["len"]
    ends: list[int | None] = [*(following - 1 for following in _SIZES[1:]), None]
    found = []
    for low, high in zip(_SIZES, ends, strict=True):
        inside = sizes.filter((sizes >= low) & ((sizes <= high) if high is not None else True))
        if len(inside):
            found.append({"from": low, "to": high, "identities": len(inside), "records": int(inside.sum())})
    return found


def _weakest(connection: apsw.Connection) -> list[dict[str, Any]]:
    return [
        {
            "identity_id": row["identity_id"],
            "left": row["record_l"],
            "right": row["record_r"],
            "bits": row["match_weight"],
            "probability": probability(row["match_weight"]),
        }
        for row in weakest_links(connection).head(WEAKEST).iter_rows(named=True)
    ]


def _accuracy(
    where: tuple[Workspace, apsw.Connection], truth: pl.DataFrame, pairs: pl.DataFrame, model: Model
) -> dict[str, Any]:
    """The evaluation, pairs by threshold before clustering, and how far probabilities can be believed."""
    workspace, connection = where
    named = truth.with_columns(truth_keys(truth, EntityKind.PERSON)).select("key", "entity_id")
    low = model.thresholds.possible
    steps = [low + step for step in range(int(30 - low) + 1)]
    points = [{"threshold": at, **pair_document(score)} for at, score in curve(named, pairs, steps)]
    return {
        "evaluation": evaluation(workspace, connection, truth),
        "curve": points,
        "reliability": _reliability(named, pairs),
    }


def _reliability(named: pl.DataFrame, pairs: pl.DataFrame) -> dict[str, Any] | None:
    both = pairs.join(named, left_on="record_l", right_on="key").join(
        named, left_on="record_r", right_on="key", suffix="_r"
    )
    if both.is_empty():
        return None
    is_match = (both["entity_id"] == both["entity_id_r"]).to_numpy()
    found: Reliability = reliability(both["match_probability"].to_numpy(), is_match)
    bins = [
        {
            name: getattr(one, name)
            for name in ("low", "high", "pairs", "matches", "predicted", "observed", "lower", "upper")
        }
        for one in found.bins
    ]
    return {"pairs": both.height, "brier": found.brier, "expected_error": found.expected_error, "bins": bins}
