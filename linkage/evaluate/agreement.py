"""How well a partition of records agrees with a truth: pair counts and B-cubed, without enumerating pairs.

Both measures depend only on the sizes of the cells of the contingency table (entity x identity), so a cluster of n
records costs O(n), not O(n^2).

Source: Bagga and Baldwin, "Entity-based cross-document coreferencing using the vector space model", ACL 1998 (B-cubed).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class GroupScores:
    """Pair scores by the groups of the two records.

    Args:
        by_pair: (A, A) for pairs within a group, (A, B) with A < B across two; the counts add up to those of
            `evaluate`.
        touching: pairs with at least one record of a group, so that a wrong link across two groups counts against
            both.
    """

    by_pair: dict[tuple[str, str], PairScore]
    touching: dict[str, PairScore]

    def labelled(self) -> dict[str, PairScore]:
        """`by_pair` under "A" and "A-B"."""
        return {a if a == b else f"{a}-{b}": score for (a, b), score in self.by_pair.items()}


def evaluate_groups(truth: pl.DataFrame, predicted: pl.DataFrame, groups: pl.Series) -> GroupScores:
    """Pair scores by the groups of the two records.

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
    pairs = sorted(set().union(*counts.values()))
    by_pair = {pair: PairScore(**{name: found.get(pair, 0) for name, found in counts.items()}) for pair in pairs}
    named = sorted({group for pair in pairs for group in pair})
    return GroupScores(by_pair, {group: _sum([s for p, s in by_pair.items() if group in p]) for group in named})


def spread(scores: Iterable[PairScore], least: int) -> tuple[float, float]:
    """How far the precisions of groups lie apart, and their recalls.

    Args:
        least: true pairs that a group needs to be looked at; a handful says nothing.
    """
    kept = [score for score in scores if score.true >= least]
    if not kept:
        return 0.0, 0.0
    precisions, recalls = [score.precision for score in kept], [score.recall for score in kept]
    return max(precisions) - min(precisions), max(recalls) - min(recalls)


def curve(truth: pl.DataFrame, pairs: pl.DataFrame, thresholds: Sequence[float]) -> list[tuple[float, PairScore]]:
    """Scores of the pairs themselves, before clustering, were those of at least each match weight taken for one.

    Args:
        truth: TRUTH, one row a record.
        pairs: columns record_l, record_r, match_weight; pairs that are not there count as missed.
        thresholds: match weights in bits.
    """
    entity = TRUTH.check(truth).select("key", "entity_id")
    both = pairs.join(entity, left_on="record_l", right_on="key").join(
        entity, left_on="record_r", right_on="key", suffix="_r"
    )
    is_true = (both["entity_id"] == both["entity_id_r"]).to_numpy()
    weight, true = both["match_weight"].to_numpy(), _pairs(truth, ["entity_id"])
    return [
        (at, PairScore(true, int((weight >= at).sum()), int((is_true & (weight >= at)).sum()))) for at in thresholds
    ]


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


def _sum(scores: Sequence[PairScore]) -> PairScore:
    return PairScore(*(sum(getattr(score, name) for score in scores) for name in ("true", "predicted", "correct")))


def _pairs_by_group(joined: pl.DataFrame, columns: list[str]) -> dict[tuple[str, str], int]:
    """Pairs that share `columns`, by the groups of the two records; work grows with groups a cluster, not pairs."""
    cells = _sizes(joined, [*columns, "group"])
    within = cells.select("group", group_r="group", pairs=pl.col("n") * (pl.col("n") - 1) // 2)
    across = (
        cells.join(cells, on=columns, suffix="_r")
        .filter(pl.col("group") < pl.col("group_r"))
        .select("group", "group_r", pairs=pl.col("n") * pl.col("n_r"))
    )
    totals = pl.concat([within, across]).group_by("group", "group_r").agg(pl.col("pairs").sum())
    return {(str(a), str(b)): int(pairs) for a, b, pairs in totals.filter(pl.col("pairs") > 0).iter_rows()}


def _f1(precision: float, recall: float) -> float:
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
