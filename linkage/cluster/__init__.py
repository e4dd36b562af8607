"""Scored pairs to identities: components, then agglomeration inside them under constraints."""

from linkage.cluster.components import components
from linkage.cluster.entities import Evidence, partition_entities
from linkage.cluster.linkage import CANNOT, Batch, ClusterRules, inner_average, partition, partition_all, square

__all__ = [
    "CANNOT",
    "Batch",
    "ClusterRules",
    "Evidence",
    "components",
    "inner_average",
    "partition",
    "partition_all",
    "partition_entities",
    "square",
]
