"""Numbers of nodes and edges: those that the server keeps, and a walk only where some are not ours."""

from __future__ import annotations

from neo4j import ManagedTransaction

from graph.neo4j.statements import Statements
from graph.schema import EdgeKind, NodeKind
from graph.store import Counts

STATE_LABEL = "CrosslaneState"
UNLABELLED = "(no label)"


def read_counts(tx: ManagedTransaction, cypher: Statements) -> Counts:
    """Nodes by label and edges by type, without the node of the state; others under their own name."""
    nodes = _counted(tx, cypher.count_nodes, cypher.count_other_nodes, [*NodeKind, STATE_LABEL])
    nodes.pop(STATE_LABEL, None)
    if "" in nodes:
        nodes[UNLABELLED] = nodes.pop("")
    return Counts(nodes, _counted(tx, cypher.count_edges, cypher.count_other_edges, [*EdgeKind]))


def _counted(tx: ManagedTransaction, kept: str, others: str, kinds: list[str]) -> dict[str, int]:
    numbers = {str(kind): int(n) for kind, n in tx.run(kept)}
    everything = numbers.pop("")
    if everything != sum(numbers.values()):
        numbers |= {str(kind): int(n) for kind, n in tx.run(others, kinds=kinds)}
    return {kind: n for kind, n in sorted(numbers.items()) if n}
