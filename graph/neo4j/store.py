"""A graph in a Neo4j database of its own.

Writes are transactions of bounded size that move the mark of the projection, and first lock it: writers wait for each
other there, and hold no other lock while they wait. Reads are one transaction each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import polars as pl
from neo4j import Driver, ManagedTransaction, Session

from graph.batches import BATCH_ROWS, split, steps
from graph.neo4j.counting import STATE_LABEL, read_counts
from graph.neo4j.exact import exact_edges, exact_nodes
from graph.neo4j.failures import NAME, translated
from graph.neo4j.reads import Reads
from graph.neo4j.state import expect, locked_state, make_state, read_state, set_mark
from graph.neo4j.statements import MIGRATIONS, Statements
from graph.neo4j.writes import Prepared, make
from graph.schema import ENDS, EdgeKind, GraphChange, NodeKind, check_ends
from graph.store import ALL_EDGE_KINDS, Counts, Exact, Mark, Neighbourhood, Reach
from linkage.errors import SettingsError

T = TypeVar("T")


class Neo4jStore:
    """The graph in one database.

    Args:
        driver: open driver; whoever made it closes it.
        database: name of the database. It holds the graph and nothing else: `clear` empties it.
    """

    name = NAME

    def __init__(self, driver: Driver, database: str) -> None:
        self._driver = driver
        self._database = database
        self._cypher = Statements.load()
        self._is_prepared = False

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE: the nodes of one kind, all or those of the keys that exist, ordered by key."""
        return self._read(lambda reads: reads.nodes(kind, keys))

    def edges(self, kinds: Collection[EdgeKind]) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds, ordered by EDGE_KEY."""
        return self._read(lambda reads: reads.edges(kinds))

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds, known by the day, at the nodes, ordered by EDGE_KEY."""
        return self._read(lambda reads: reads.edges_of(kind, keys, kinds, as_of))

    def degrees(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame key, degree: edges of these kinds at each of the nodes that exist, ordered by key."""
        return self._read(lambda reads: reads.degrees(kind, keys, kinds, as_of))

    def nodes_at(self, places: pl.DataFrame) -> pl.DataFrame:
        """Frame NODE of the places that exist, by kind and key."""
        return self._read(lambda reads: reads.nodes_at(places))

    def edges_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame EDGE at the places, ordered by EDGE_KEY."""
        return self._read(lambda reads: reads.edges_at(places, kinds, as_of))

    def degrees_at(self, places: pl.DataFrame, kinds: Collection[EdgeKind], as_of: date | None) -> pl.DataFrame:
        """Frame kind, key, degree of the places that exist, by kind and key."""
        return self._read(lambda reads: reads.degrees_at(places, kinds, as_of))

    def neighbours(self, kind: NodeKind, keys: Collection[str], reach: Reach) -> Neighbourhood:
        """What lies around the nodes; unknown keys are passed over."""
        return self._read(lambda reads: reads.neighbours(kind, keys, reach))

    def counts(self) -> Counts:
        """Numbers of nodes and edges by kind; labels and types that are not ours count under their own name."""
        with translated(), self._session() as session:
            return session.execute_read(read_counts, self._cypher)

    def applied(self) -> int:
        """Number of the newest ledger change in the graph; 0 before the first."""
        return self.mark().sequence

    def mark(self) -> Mark:
        """How far the projection got."""
        with translated(), self._session() as session:
            return session.execute_read(read_state, self._cypher).mark

    def exact(self, kind: NodeKind | EdgeKind) -> Exact:
        """The nodes or edges of one kind to the last property."""
        with translated(), self._session() as session:
            if isinstance(kind, NodeKind):
                return session.execute_read(exact_nodes, self._cypher, kind)
            return session.execute_read(exact_edges, self._cypher, kind)

    def prepare(self) -> None:
        """Constraints of this version are there, and a clearing that was cut short is finished.

        Raises:
            SettingsError: the database was prepared by a newer version.
        """
        with translated(), self._session() as session:
            state = session.execute_read(read_state, self._cypher)
            if state.schema > len(MIGRATIONS):
                raise SettingsError("the graph in Neo4j was written by a newer version; install that, or clear it")
            for migration in MIGRATIONS[state.schema :]:
                for statement in migration:
                    session.execute_write(_run, statement)
            if state.schema < len(MIGRATIONS):
                session.execute_write(make_state, self._cypher)
            self._is_prepared = True
            if state.clearing:
                self._empty(session)

    def write(self, part: GraphChange, expected: Mark, after: Mark) -> None:
        """In one transaction: the part, which may be empty, and the mark moved from `expected` to `after`.

        Raises:
            MarkMoved: the mark is not `expected`; another writer was here, and nothing was written.
            ConstraintViolation: an edge would lack an end, an end has the wrong kind, a removed node still has edges.
            StoreUnavailable: the server did not answer, also after the driver's own retries.
        """
        check_ends(part.edges_set)
        prepared = Prepared.of(part)
        self._ready()

        def work(tx: ManagedTransaction) -> None:
            expect(tx, self._cypher, expected)
            make(tx, self._cypher, prepared)
            if after != expected:
                set_mark(tx, self._cypher, after)

        with translated(), self._session() as session:
            session.execute_write(work)

    def apply(self, change: GraphChange, sequence: int | None = None) -> bool:
        """The graph with the change in it; False when `sequence` was applied before and nothing was done.

        A change of more than BATCH_ROWS rows is several transactions. Cut short, it goes on from where it got when the
        same change is applied with the same sequence.

        Raises:
            MarkMoved: another writer is at work.
            ConstraintViolation: an edge would lack an end, an end has the wrong kind, a removed node still has edges.
        """
        mark = self.mark()
        if sequence is not None and sequence <= mark.sequence:
            return False
        check_ends(change.edges_set)
        if sequence is None:
            for part in split(change):
                self.write(part, mark, mark)
            return True
        for part, after in steps(split(change), mark, replace(mark, sequence=sequence, step=0)):
            self.write(part, mark, after)
            mark = after
        return True

    def clear(self) -> None:
        """The graph without nodes and edges, ours or not, its mark the first; batch by batch."""
        self._ready()
        with translated(), self._session() as session:
            session.execute_write(self._begin_clearing)
            self._empty(session)

    def remove_foreign(self, expected: Mark) -> int:
        """Labels, edges and nodes that are not ours are gone, batch by batch; the number of them.

        Raises:
            MarkMoved: the mark is not `expected`.
        """
        self._ready()
        kinds = {"kinds": [*NodeKind, STATE_LABEL]}
        ends = {"ends": {kind.value: list(joined) for kind, joined in ENDS.items()}}
        statements = (
            (self._cypher.remove_other_labels, kinds),
            (self._cypher.remove_foreign_edges, ends),
            (self._cypher.remove_foreign_nodes, kinds),
        )
        removed = 0
        with translated(), self._session() as session:
            for statement, values in statements:
                while found := session.execute_write(self._removed, statement, values, expected):
                    removed += found
        return removed

    def _removed(self, tx: ManagedTransaction, statement: str, values: dict[str, Any], expected: Mark) -> int:
        expect(tx, self._cypher, expected)
        return int(tx.run(statement, values, limit=BATCH_ROWS).single(strict=True)["found"])

    def _begin_clearing(self, tx: ManagedTransaction) -> None:
        locked_state(tx, self._cypher)
        set_mark(tx, self._cypher, Mark(), clearing=True)

    def _empty(self, session: Session) -> None:
        for statement in (self._cypher.clear_edges, self._cypher.clear_nodes):
            while session.execute_write(self._emptied, statement) == BATCH_ROWS:
                pass
        session.execute_write(self._end_clearing)

    def _emptied(self, tx: ManagedTransaction, statement: str) -> int:
        if not locked_state(tx, self._cypher).clearing:
            return 0  # somebody else finished it, and may have begun to write
        return int(tx.run(statement, limit=BATCH_ROWS).single(strict=True)["found"])

    def _end_clearing(self, tx: ManagedTransaction) -> None:
        if locked_state(tx, self._cypher).clearing:
            set_mark(tx, self._cypher, Mark())

    def _ready(self) -> None:
        if not self._is_prepared:
            self.prepare()

    def _read(self, question: Callable[[Reads], T]) -> T:
        with translated(), self._session() as session:
            return session.execute_read(lambda tx: question(Reads(tx, self._cypher)))

    def _session(self) -> Session:
        return self._driver.session(database=self._database)


def _run(tx: ManagedTransaction, statement: str) -> None:
    tx.run(statement).consume()
