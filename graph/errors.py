"""The errors of graph stores.

    LinkageError
    └── GraphError
        ├── StoreUnavailable      the store did not answer; trying again may help
        ├── StoreRefused          the store answered and will not do it; trying again does not help
        ├── ConstraintViolation   a change would break the graph: an edge without its ends, a node under an edge

Texts hold kinds, counts and ids of ours, never a name or an identifier of a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from linkage.errors import LinkageError


class GraphError(LinkageError):
    """Base of every error of a graph store."""


@dataclass
class StoreUnavailable(GraphError):
    """The store did not answer or is busy.

    Args:
        store: name of the store.
        reason: what happened, without data.
    """

    store: str
    reason: str
    retryable = True

    def __str__(self) -> str:
        return f"{self.store}: {self.reason}; try again, or run: crosslane doctor"


@dataclass
class StoreDamaged(GraphError):
    """The files of the store are not what it wrote; only an earlier copy helps.

    Args:
        store: name of the store.
    """

    store: str

    def __str__(self) -> str:
        return f"{self.store}: the database is damaged; restore it from a backup"


@dataclass
class StoreRefused(GraphError):
    """The store answered and does not do what it was asked, for a reason that stays: a fault of it or of ours.

    Args:
        store: name of the store.
        reason: what happened, without data.
    """

    store: str
    reason: str

    def __str__(self) -> str:
        return f"{self.store}: refused, {self.reason}; run: crosslane doctor"


@dataclass
class ConstraintViolation(GraphError):
    """A change would break a rule of the graph; nothing of it was kept.

    Args:
        rule: kebab-case name of the rule.
        kind: kind of node or edge that breaks it.
        count: how many of them.
    """

    rule: str
    kind: str
    count: int = 1

    def __str__(self) -> str:
        return f"{self.count} of kind {self.kind} break the rule {self.rule}; run: crosslane graph rebuild"


@dataclass
class MarkMoved(GraphError):
    """Another writer moved a projection on; nothing of this write was kept.

    Args:
        store: name of the store.
    """

    store: str
    retryable = True

    def __str__(self) -> str:
        return f"{self.store}: another process writes the graph at the same time; try again when it is done"


@dataclass
class ForeignGraph(GraphError):
    """A store holds the graph of another workspace, or nodes that are not ours; nothing was written.

    Args:
        store: name of the store.
    """

    store: str
    exit_code = 2

    def __str__(self) -> str:
        return (
            f"{self.store}: the database holds another workspace's graph or other data; name an empty database, "
            "or have all that is in it deleted with: crosslane graph rebuild --replace"
        )


@dataclass
class UnknownIdentity(GraphError):
    """An id names no identity of the graph.

    Args:
        identity_id: the id as asked for.
    """

    identity_id: str
    exit_code = 2

    def __str__(self) -> str:
        return f"no identity {self.identity_id} in the graph; find ids with: crosslane search"
