"""How partitions of records compare: with a truth, and with one another."""

from linkage.evaluate.agreement import (
    PREDICTED,
    TRUTH,
    BCubed,
    Evaluation,
    GroupScores,
    PairScore,
    curve,
    evaluate,
    evaluate_groups,
    spread,
)
from linkage.evaluate.changes import Changes, Merged, Moved, Split, compare_partitions

__all__ = [
    "PREDICTED",
    "TRUTH",
    "BCubed",
    "Changes",
    "Evaluation",
    "GroupScores",
    "Merged",
    "Moved",
    "PairScore",
    "Split",
    "compare_partitions",
    "curve",
    "evaluate",
    "evaluate_groups",
    "spread",
]
