"""A graph in SQLite: nodes get small integer ids, edges join them, dates are days since 1970.

The store neither begins nor ends transactions: in a ledger the graph changes together with everything else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any

import apsw
import orjson
import polars as pl

from graph.days import UNDATED, day_number
from graph.embedded.change_log import ChangeLog
from graph.embedded.statements import Statements
from graph.errors import ConstraintViolation, StoreDamaged, StoreUnavailable
from graph.neighbours import look_around
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, GraphChange, NodeKind, check_ends
from graph.store import ALL_EDGE_KINDS, Counts, Neighbourhood, Reach
from linkage.disk import DAMAGED

_CHUNK = 20_000  # rows turned into columns at a time: larger lists wake the garbage collector

_EDGE_BODY: dict[str, Any] = {
    "record": pl.String,
    "first_seen": pl.Int32,
    "last_seen": pl.Int32,
    "confidence": pl.Float64,
    "known_on": pl.Int32,
    "days": pl.Int32,
    "props": pl.String,
}
_EDGE: dict[str, Any] = {name: pl.String for name in EDGE_KEY if name not in _EDGE_BODY} | _EDGE_BODY
_NODE: dict[str, Any] = {"kind": pl.String, "key": pl.String, "known_on": pl.Int32, "props": pl.String}


class EmbeddedStore:
    """The graph tables behind one connection.

    Args:
        connection: open connection to a file with the tables of `MIGRATIONS`, foreign keys on.
    """

    name = "embedded"

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._sql = Statements.load()

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE: the nodes of one kind, all or those of the keys that exist, ordered by key."""
        if keys is None:  # without the kind, which would cost as much as the key in millions of rows
            body = {name: dtype for name, dtype in _NODE.items() if name != "kind"}
            found = self._frame(self._sql.nodes_of_kind, (kind.value,), body)
            found = found.select(pl.lit(kind.value).alias("kind"), pl.all())
        else:
            found = self._frame(self._sql.nodes_by_key, (kind.value, _json(keys)), _NODE)
        return NODE.check(_dated(found, "known_on"))

    def edges(self, kinds: Collection[EdgeKind]) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds, ordered by EDGE_KEY."""
        ends = [end.value for kind in kinds for end in ENDS[kind]]
        ids = self._frame(self._sql.node_keys, (_json(ends),), {"id": pl.Int64, "kind": pl.String, "key": pl.String})
        head = {"kind": pl.String, "src": pl.Int64, "dst": pl.Int64}
        found = self._frame(self._sql.edges_of_kinds, (_json(kinds),), head | _EDGE_BODY)
        # places in the order of the keys are sorted in the keys' stead: numbers cost a fraction of texts
        names = ids.sort(NODE_KEY).with_row_index("place")
        for end in ("src", "dst"):
            places = names.select(pl.col("id").alias(end), pl.col("place").alias(f"{end}_place"))
            found = found.join(places, on=end, how="left")
        found = found.with_columns(_first_day()).sort("kind", "src_place", "dst_place", "record", "first_seen")
        named = [
            names[column].gather(found[f"{end}_place"]).alias(alias)
            for end in ("src", "dst")
            for column, alias in (("kind", f"{end}_kind"), ("key", end))
        ]
        return EDGE.conform(found.with_columns(named))

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds, known by the day, at the nodes, ordered by EDGE_KEY."""
        found = self._frame(self._sql.edges_at, (kind.value, _json(keys), _json(kinds), _day(as_of)), _EDGE)
        return EDGE.check(_dated(found, "first_seen", "last_seen", "known_on")).sort(EDGE_KEY)

    def degrees(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame key, degree: edges of these kinds at each of the nodes that exist, ordered by key."""
        schema = {"key": pl.String, "degree": pl.Int64}
        return self._frame(self._sql.degrees, (kind.value, _json(keys), _json(kinds), _day(as_of)), schema)

    def neighbours(self, kind: NodeKind, keys: Collection[str], reach: Reach) -> Neighbourhood:
        """What lies around the nodes; unknown keys are passed over."""
        return look_around(self, kind, keys, reach)

    def counts(self) -> Counts:
        """Numbers of nodes and edges by kind."""
        with _translated():
            nodes = {str(kind): int(n) for kind, n in self._connection.execute(self._sql.count_nodes)}
            edges = {str(kind): int(n) for kind, n in self._connection.execute(self._sql.count_edges)}
        return Counts(nodes, edges)

    def applied(self) -> int:
        """Number of the newest ledger change in the graph; 0 before the first."""
        with _translated():
            return int(str(self._connection.execute(self._sql.applied).fetchall()[0][0]))

    def apply(self, change: GraphChange, sequence: int | None = None) -> bool:
        """The graph with the change in it; False when `sequence` was applied before and nothing was done.

        Raises:
            ConstraintViolation: an edge would lack an end, an end has the wrong kind, a removed node still has edges.
        """
        if sequence is not None and sequence <= self.applied():
            return False
        check_ends(change.edges_set)
        with _translated(), self._connection:  # a savepoint when the caller is inside a transaction
            self._remove_edges(change.edges_removed)
            nodes = change.nodes_set.sort(NODE_KEY).select("kind", "key", pl.col("known_on").to_physical(), "props")
            self._connection.executemany(self._sql.set_node, nodes.iter_rows())
            self._set_edges(change.edges_set)
            self._remove_nodes(change.nodes_removed)
            if sequence is not None:
                self._connection.execute(self._sql.set_applied, (sequence,))
                ChangeLog(self._connection).record(sequence, change)
        return True

    def clear(self) -> None:
        """The graph without nodes, edges and applied changes."""
        with _translated(), self._connection:
            for _ in self._connection.execute(self._sql.clear):
                pass
            ChangeLog(self._connection).clear()

    def _remove_edges(self, edges: pl.DataFrame) -> None:
        rows = self._with_ids(edges).drop_nulls(["src_id", "dst_id"])  # an edge without its ends is gone already
        rows = rows.select("kind", "src_id", "dst_id", "record", _undated("first_seen"))
        self._connection.executemany(self._sql.remove_edge, rows.iter_rows())

    def _set_edges(self, edges: pl.DataFrame) -> None:
        rows = self._with_ids(edges)
        lost = rows.filter(pl.col("src_id").is_null() | pl.col("dst_id").is_null())
        if lost.height:
            raise ConstraintViolation("edge-needs-both-ends", str(lost["kind"][0]), lost.height)
        rows = rows.sort("src_id", "kind", "dst_id", "record").select(
            "kind",
            "src_id",
            "dst_id",
            "record",
            _undated("first_seen"),
            pl.col("last_seen").to_physical(),
            "confidence",
            pl.col("known_on").to_physical(),
            "days",
            "props",
        )
        self._connection.executemany(self._sql.set_edge, rows.iter_rows())

    def _remove_nodes(self, nodes: pl.DataFrame) -> None:
        try:
            self._connection.executemany(self._sql.remove_node, nodes.select(NODE_KEY).iter_rows())
        except apsw.ConstraintError as error:
            raise ConstraintViolation("node-with-edges-stays", "node") from error

    def _with_ids(self, edges: pl.DataFrame) -> pl.DataFrame:
        for end in ("src", "dst"):
            kinds = edges[f"{end}_kind"].unique().to_list()
            known = [pl.DataFrame(schema={f"{end}_kind": pl.String, end: pl.String, f"{end}_id": pl.Int64})]
            for kind in kinds:
                keys = edges.filter(pl.col(f"{end}_kind") == kind)[end].unique().to_list()
                schema = {end: pl.String, f"{end}_id": pl.Int64}
                found = self._frame(self._sql.node_ids, (kind, _json(keys)), schema)
                known.append(found.select(pl.lit(kind).alias(f"{end}_kind"), end, f"{end}_id"))
            edges = edges.join(pl.concat(known), on=[f"{end}_kind", end], how="left", maintain_order="left")
        return edges

    def _frame(self, statement: str, values: Sequence[str | int | None], schema: Mapping[str, Any]) -> pl.DataFrame:
        """The rows of a statement as a frame with these columns."""
        parts: list[pl.DataFrame] = []
        with _translated():
            cursor = self._connection.execute(statement, values)
            while not parts or parts[-1].height == _CHUNK:
                parts.append(pl.DataFrame(list(islice(cursor, _CHUNK)), schema=schema, orient="row"))
        return parts[0] if len(parts) == 1 else pl.concat(parts)


def _dated(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The same frame with these columns, days since 1970, as dates.

    A cast of every column, as `FrameSchema.conform` does, takes ten times as long; one driver's reasons need thirty
    small frames.
    """
    for name in names:
        frame.replace_column(frame.get_column_index(name), frame.get_column(name).cast(pl.Date))
    return frame


def _undated(name: str) -> pl.Expr:
    return pl.col(name).to_physical().fill_null(UNDATED)


def _first_day() -> pl.Expr:
    return pl.when(pl.col("first_seen") != UNDATED).then(pl.col("first_seen")).alias("first_seen")


def _json(values: Collection[str]) -> str:
    return orjson.dumps(sorted(set(values))).decode()


def _day(as_of: date | None) -> int | None:
    return day_number(as_of) if as_of else None


@contextmanager
def _translated() -> Iterator[None]:
    """Faults of SQLite as errors of the graph."""
    try:
        yield
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreUnavailable("embedded", "the file is locked by another process") from error
    except apsw.ConstraintError as error:
        raise ConstraintViolation("table-constraint", "row") from error
    except DAMAGED as error:
        raise StoreDamaged("embedded") from error
    except apsw.Error as error:
        raise StoreUnavailable("embedded", type(error).__name__) from error
