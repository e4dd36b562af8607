"""The node that says how far the projection got. Whoever writes holds its lock, so that writers come one by one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from neo4j import ManagedTransaction

from graph.errors import MarkMoved
from graph.neo4j.failures import NAME
from graph.neo4j.statements import MIGRATIONS, Statements
from graph.store import Mark


@dataclass(frozen=True, slots=True)
class State:
    """What the node holds.

    Args:
        mark: how far the projection got.
        clearing: the graph is being emptied, or was when that was cut short.
        schema: migrations that were run.
    """

    mark: Mark = field(default_factory=Mark)
    clearing: bool = False
    schema: int = 0


def read_state(tx: ManagedTransaction, cypher: Statements) -> State:
    """What the node holds; the first state where there is none."""
    found = tx.run(cypher.mark).single()
    if found is None:
        return State()
    mark = Mark(found["workspace"], found["sequence"], found["token"], found["step"])
    return State(mark, found["clearing"], found["schema"])


def locked_state(tx: ManagedTransaction, cypher: Statements) -> State:
    """What the node holds, which no other transaction changes before this one ends."""
    tx.run(cypher.lock).consume()
    return read_state(tx, cypher)


def expect(tx: ManagedTransaction, cypher: Statements, expected: Mark) -> None:
    """The mark is `expected` and stays it until the transaction ends.

    Raises:
        MarkMoved: it is another one, or the graph is being emptied.
    """
    state = locked_state(tx, cypher)
    if state.clearing or state.mark != expected:
        raise MarkMoved(NAME)


def set_mark(tx: ManagedTransaction, cypher: Statements, mark: Mark, *, clearing: bool = False) -> None:
    """The node holds the mark."""
    values = asdict(mark) | {"clearing": clearing or None}  # null takes the property away
    tx.run(cypher.set_mark, mark=values).consume()


def make_state(tx: ManagedTransaction, cypher: Statements) -> None:
    """The node is there, and says that every migration was run."""
    tx.run(cypher.make_mark, mark=asdict(Mark()), schema=len(MIGRATIONS)).consume()
