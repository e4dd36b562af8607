"""How well a partition of records agrees with a truth: pair counts and B-cubed, without enumerating pairs.

Both measures depend only on the sizes of the cells of the contingency table (entity x identity), so a cluster of n
records costs O(n), not O(n^2).

Source: Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector space model", ACL 1998 (B-cubed).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from linkage.schema import FrameSchema

TRUTH = FrameSchema("truth", {"key": pl.String, "entity_id": pl.String})
PREDICTED = FrameSchema("predicted", {"key": pl.String, "identity_id": pl.String})


@dataclass(frozen=True, slots=True)
class PairScore:
    """Pairs of records, counted once each.

    Args:
        true: pairs of one entity in the truth.
        predicted: pairs put in one identity.
        correct: pairs that are both.
    """

    true: int
    predicted: int
    correct: int

    @property
    def precision(self) -> float:
        """Share of predicted pairs that are true; 1 where nothing was predicted, since no claim is wrong."""
        return self.correct / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that were predicted; 1 where there was nothing to find."""
        return self.correct / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _f1(self.precision, self.recall)


@dataclass(frozen=True, slots=True)
class BCubed:
    """B-cubed: precision and recall averaged over records, each in [0, 1]."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _f1(self.precision, self.recall)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One comparison of a partition with a truth.

    Args:
        records: records in the truth.
        missing: those of them that the partition does not hold; each counts as standing alone.
        entities: entities in the truth.
        identities: identities over the records of the truth, a missing record being one.
    """

    records: int
    missing: int
    entities: int
    identities: int
    pairs: PairScore
    b_cubed: BCubed


def evaluate(truth: pl.DataFrame, predicted: pl.DataFrame) -> Evaluation:
    """The agreement of `predicted` with `truth`, over the records of the truth only.

    Args:
        truth: TRUTH, one row a record.
        predicted: PREDICTED, one row a record; records that the truth does not name are left out.
    """
    joined, missing = _joined(truth, predicted)
    return Evaluation(
        records=joined.height,
        missing=missing,
        entities=joined["entity_id"].n_unique(),
        identities=joined["identity_id"].n_unique(),
        pairs=_pair_score(joined),
        b_cubed=_b_cubed(joined),
    )


def evaluate_groups(truth: pl.DataFrame, predicted: pl.DataFrame, groups: pl.Series) -> dict[str, PairScore]:
    """Pair scores by the groups of the two records: "A" for pairs within a group, "A-B" (A < B) across two.

    Every pair falls under exactly one label, so the counts add up to those of `evaluate`.

    Args:
        truth: TRUTH, one row a record.
        predicted: PREDICTED.
        groups: the group of each row of `truth`, in its order; null counts as "?".
    """
    labelled = truth.with_columns(groups.fill_null("?").cast(pl.String).alias("group"))
    joined, _ = _joined(labelled, predicted)
    counts = {
        name: _pairs_by_group(joined, columns)
        for name, columns in (
            ("true", ["entity_id"]),
            ("predicted", ["identity_id"]),
            ("correct", ["entity_id", "identity_id"]),
        )
    }
    labels = sorted(set().union(*counts.values()))
    return {label: PairScore(**{name: found.get(label, 0) for name, found in counts.items()}) for label in labels}


def _joined(truth: pl.DataFrame, predicted: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    TRUTH.check(truth)
    joined = truth.join(PREDICTED.check(predicted), on="key", how="left", maintain_order="left")
    missing = joined["identity_id"].null_count()
    # A record that never got in stands alone under a name that no identity id can have.
    alone = pl.concat_str(pl.lit("\0missing\0"), pl.col("key"))
    return joined.with_columns(pl.col("identity_id").fill_null(alone)), missing


def _sizes(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    return frame.group_by(columns).agg(pl.len().cast(pl.Int64).alias("n"))


def _pairs(frame: pl.DataFrame, columns: list[str]) -> int:
    sizes = _sizes(frame, columns)["n"]
    return int((sizes * (sizes - 1) // 2).sum())


def _pair_score(joined: pl.DataFrame) -> PairScore:
    return PairScore(
        true=_pairs(joined, ["entity_id"]),
        predicted=_pairs(joined, ["identity_id"]),
        correct=_pairs(joined, ["entity_id", "identity_id"]),
    )


def _b_cubed(joined: pl.DataFrame) -> BCubed:
    if joined.is_empty():
        return BCubed(1.0, 1.0)
    cells = (
        _sizes(joined, ["entity_id", "identity_id"])
        .join(_sizes(joined, ["entity_id"]).rename({"n": "entity"}), on="entity_id")
        .join(_sizes(joined, ["identity_id"]).rename({"n": "identity"}), on="identity_id")
        .sort("entity_id", "identity_id")
    )
    square = cells["n"].cast(pl.Float64) ** 2
    precision = float((square / cells["identity"]).sum()) / joined.height
    recall = float((square / cells["entity"]).sum()) / joined.height
    return BCubed(min(precision, 1.0), min(recall, 1.0))


def _pairs_by_group(joined: pl.DataFrame, columns: list[str]) -> dict[str, int]:
    """Pairs that share `columns`, by the groups of the two records; work grows with groups a cluster, not pairs."""
    cells = _sizes(joined, [*columns, "group"])
    within = cells.select(pl.col("group").alias("label"), (pl.col("n") * (pl.col("n") - 1) // 2).alias("pairs"))
    across = (
        cells.join(cells, on=columns, suffix="_r")
        .filter(pl.col("group") < pl.col("group_r"))
        .select(
            pl.concat_str("group", "group_r", separator="-").alias("label"),
            (pl.col("n") * pl.col("n_r")).alias("pairs"),
        )
    )
    totals = pl.concat([within, across]).group_by("label").agg(pl.col("pairs").sum()).filter(pl.col("pairs") > 0)
    return {str(label): int(pairs) for label, pairs in totals.iter_rows()}


def _f1(precision: float, recall: float) -> float:
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
