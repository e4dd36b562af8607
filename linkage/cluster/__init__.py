"""Scored pairs to identities: components, then average linkage inside them under constraints."""

from linkage.cluster.components import components
from linkage.cluster.linkage import CANNOT, Batch, ClusterRules, inner_average, partition, partition_all, square

__all__ = [
    "CANNOT",
    "Batch",
    "ClusterRules",
    "components",
    "inner_average",
    "partition",
    "partition_all",
    "square",
]
