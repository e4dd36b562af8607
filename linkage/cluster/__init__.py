"""Scored pairs to identities: components, then average linkage inside them under constraints."""

from linkage.cluster.components import components
from linkage.cluster.linkage import CANNOT, ClusterRules, partition

__all__ = ["CANNOT", "ClusterRules", "components", "partition"]
