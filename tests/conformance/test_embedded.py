from collections.abc import Iterator

import apsw
import polars as pl
import pytest

from graph.days import UNDATED
from graph.embedded import MIGRATIONS, EmbeddedStore
from graph.embedded.statements import Statements
from graph.errors import ConstraintViolation, GraphError, StoreDamaged, StoreUnavailable
from graph.schema import EDGE, NODE, GraphChange, NodeKind, Projection
from graph.testing.conformance import GraphStoreConformance, small


def opened(path: str) -> apsw.Connection:
    connection = apsw.Connection(path)
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


@pytest.fixture
def connection() -> Iterator[apsw.Connection]:
    connection = opened(":memory:")
    for script in MIGRATIONS:
        connection.execute(script).fetchall()
    yield connection
    connection.close()


class TestEmbeddedStore(GraphStoreConformance):
    @pytest.fixture
    def store(self, connection: apsw.Connection) -> EmbeddedStore:
        self.connection = connection
        return EmbeddedStore(connection)

    def raw_put(self, store, held: Projection) -> None:
        ids = {}
        for row in held.nodes.with_columns(pl.col("known_on").to_physical()).iter_rows():
            self.connection.execute("INSERT INTO node (kind, key, known_on, props) VALUES (?, ?, ?, ?)", row)
            ids[row[:2]] = self.connection.last_insert_rowid()
        days = ["first_seen", "last_seen", "known_on"]
        for row in held.edges.with_columns(pl.col(days).to_physical()).iter_rows(named=True):
            first = UNDATED if row["first_seen"] is None else row["first_seen"]
            ends = ids[row["src_kind"], row["src"]], ids[row["dst_kind"], row["dst"]]
            rest = [row[c] for c in ("last_seen", "confidence", "known_on", "days", "props")]
            self.connection.execute(
                "INSERT INTO edge VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (row["kind"], *ends, row["record"], first, *rest),
            )

    def raw_get(self, store) -> Projection:
        nodes = self.connection.execute("SELECT kind, key, known_on, props FROM node").fetchall()
        edges = self.connection.execute(
            "SELECT e.kind, s.kind, s.key, d.kind, d.key, record, nullif(first_seen, ?), last_seen, confidence,"
            " e.known_on, days, e.props FROM edge e JOIN node s ON s.id = src JOIN node d ON d.id = dst",
            (UNDATED,),
        ).fetchall()
        as_days = {pl.Date: pl.Int32}
        frames = []
        for schema, rows in ((NODE, nodes), (EDGE, edges)):
            columns = {name: as_days.get(dtype, dtype) for name, dtype in schema.columns.items()}
            frames.append(schema.conform(pl.DataFrame(rows, schema=columns, orient="row")))
        return Projection(*frames)


def test_the_number_of_a_node_is_its_own_for_good(connection) -> None:
    store, none = EmbeddedStore(connection), NODE.empty()

    def put(*keys: str) -> dict[str, int]:
        rows = [{"kind": "Phone", "key": key, "known_on": None, "props": None} for key in keys]
        store.apply(
            GraphChange(none, NODE.conform(pl.DataFrame(rows, schema=NODE.columns)), EDGE.empty(), EDGE.empty())
        )
        return dict(connection.execute("SELECT key, id FROM node"))

    def drop(key: str) -> None:
        gone = store.nodes(NodeKind.PHONE, [key])
        store.apply(GraphChange(gone, none, EDGE.empty(), EDGE.empty()))

    first = put("a", "b")
    drop("b")  # the highest number is free again, which SQLite would give away
    second = put("c")
    assert first["b"] not in second.values()
    assert put("b")["b"] == first["b"]
    assert put("a", "b", "c") == {"a": first["a"], "b": first["b"], "c": second["c"]}
    drop("b")
    store.clear()
    assert put("d")["d"] > max(*first.values(), second["c"])
    assert put("c")["c"] == second["c"]


@pytest.mark.parametrize("name", ["edges_at", "degrees"])
def test_reads_at_nodes_search_edges_and_never_scan_them(connection, name: str) -> None:
    statement = getattr(Statements.load(), name)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", ("Carrier", "[]", "[]", None)).fetchall()
    at_edges = [step for *_, step in plan if step.startswith(("SEARCH e ", "SCAN e "))]
    assert len(at_edges) >= 2
    assert all(step.startswith("SEARCH e USING") and "kind=?" in step for step in at_edges)
    if name == "degrees":
        assert all("PRIMARY KEY" in step or "COVERING INDEX" in step for step in at_edges)


@pytest.mark.parametrize(
    "name",
    [
        "test_a_new_store_is_empty",
        "test_clear_empties",
        "test_keys_that_look_alike_stay_apart",
        "test_any_series_of_changes_gives_the_same_answers",
    ],
)
def test_a_subclass_may_not_change_a_test(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        type("Cheat", (GraphStoreConformance,), {name: lambda self, store: None})
    easy = type("Easy", (), {name: lambda self, store: None})
    with pytest.raises(TypeError, match=name):
        type("Cheat", (easy, GraphStoreConformance), {})


def test_every_fault_of_sqlite_becomes_ours() -> None:
    for fault in vars(apsw).values():
        if not (isinstance(fault, type) and issubclass(fault, apsw.Error)):
            continue

        class Failing:
            def execute(self, *args, fault=fault):
                raise fault(fault.__name__)

        with pytest.raises(GraphError) as caught:
            EmbeddedStore(Failing()).counts()
        assert isinstance(caught.value, StoreUnavailable | StoreDamaged | ConstraintViolation)
        assert isinstance(caught.value, StoreDamaged) == (fault in {apsw.CorruptError, apsw.NotADBError})
        assert caught.value.retryable == isinstance(caught.value, StoreUnavailable)


def test_the_caller_s_transaction_decides(tmp_path) -> None:
    from graph.project import change

    path = str(tmp_path / "ledger.db")
    writer = opened(path)
    for script in MIGRATIONS:
        writer.execute(script).fetchall()
    writer.execute("BEGIN IMMEDIATE")
    EmbeddedStore(writer).apply(change(Projection.empty(), small()), 1)
    writer.execute("ROLLBACK")
    assert EmbeddedStore(writer).counts().nodes == {}
    assert EmbeddedStore(writer).applied() == 0
    writer.close()


def test_a_locked_file_is_worth_another_try(tmp_path) -> None:
    from graph.project import change

    path = str(tmp_path / "ledger.db")
    one, two = opened(path), opened(path)
    for script in MIGRATIONS:
        one.execute(script).fetchall()
    one.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as caught:
        EmbeddedStore(two).apply(change(Projection.empty(), small()))
    assert caught.value.retryable
    one.close()
    two.close()
