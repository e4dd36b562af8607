"""What is special about the store on Neo4j: races, interruptions, drift, and a server that is not there."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import neo4j
import neo4j.exceptions
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from graph.batches import NOTHING, split
from graph.errors import ConstraintViolation, GraphError, MarkMoved, StoreRefused, StoreUnavailable
from graph.neo4j import Server, connect
from graph.neo4j.failures import translated
from graph.neo4j.statements import MIGRATIONS, Statements
from graph.neo4j.store import Neo4jStore
from graph.project import change, snapshot
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, NodeKind, Projection
from graph.store import Mark, Reach
from graph.testing.conformance import small
from graph.testing.conformance_text import HOSTILE
from graph.testing.memory import MemoryStore
from graph.testing.worlds import Happening, Hold, World
from graph.verify import verify
from linkage.errors import LinkageError, SettingsError

DAY = dt.date(2025, 3, 1)


@pytest.fixture
def server(neo4j_server) -> Server:
    return Server(neo4j_server.uri, neo4j_server.user, neo4j_server.password)


@pytest.fixture
def store(server: Server) -> Iterator[Neo4jStore]:
    with connect(server) as store:
        store.clear()
        yield store


@pytest.fixture
def cypher(server: Server):
    with neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        yield lambda text, **values: driver.execute_query(text, values).records


def filled(held: Projection):
    return change(Projection.empty(), held)


def test_one_of_two_writers_is_told_that_the_mark_moved(server: Server, store: Neo4jStore) -> None:
    first, after = Mark(), Mark("ledger", 1, "one")
    with connect(server) as other:
        store.write(filled(small()), first, after)
        with pytest.raises(MarkMoved) as caught:
            other.write(filled(small()), first, after)
        assert caught.value.retryable
        assert other.mark() == after


def test_writers_at_once_come_one_by_one(server: Server, store: Neo4jStore) -> None:
    world = World(holds=tuple(Hold(f"d{n}", "truck", f"t{n % 7}", DAY, DAY) for n in range(200)))
    parts = list(split(filled(world.to_graph()), rows=40))
    outcomes: list[str] = []

    def run(start: int) -> None:
        with connect(server) as mine:
            for number in range(len(parts)):
                at = mine.mark()
                try:
                    mine.write(parts[(start + number) % len(parts)], at, replace(at, step=at.step + 1))
                    outcomes.append("written")
                except (MarkMoved, ConstraintViolation) as error:  # an edge may come before its ends
                    outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(n,)) for n in (0, 2, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 3 * len(parts)
    assert store.mark().step == outcomes.count("written")
    at = store.mark()
    for part in parts:
        store.write(part, at, at)
    assert verify(store, world.to_graph()).is_equal


def test_a_change_cut_short_goes_on_from_its_step(server: Server, store: Neo4jStore, monkeypatch) -> None:
    world = World(holds=tuple(Hold(f"d{n:05}", "truck", f"t{n % 90}", DAY, DAY) for n in range(12_000)))
    towards = filled(world.to_graph())
    written = itertools.count()
    write = store.write

    def failing(*arguments) -> None:
        if next(written) == 1:
            raise StoreUnavailable("neo4j", "no answer")
        write(*arguments)

    monkeypatch.setattr(store, "write", failing)
    with pytest.raises(StoreUnavailable):
        store.apply(towards, 5)
    assert store.mark() == Mark("", 0, "", 10_000)
    monkeypatch.undo()
    assert store.apply(towards, 5)
    assert store.mark() == Mark("", 5, "", 0)
    assert verify(store, world.to_graph()).is_equal


def test_a_clearing_cut_short_is_finished_before_anything_is_written(store: Neo4jStore, server, cypher) -> None:
    store.apply(filled(small()), 3)
    cypher("MATCH (s:CrosslaneState) SET s.clearing = true, s.sequence = 0")
    with pytest.raises(MarkMoved):
        store.write(filled(small()), Mark(), Mark("ledger", 1))
    with connect(server) as later:
        later.prepare()
        assert later.counts().nodes == {}
        later.write(filled(small()), Mark(), Mark("ledger", 1))
        assert verify(later, small()).is_equal


def test_a_newer_database_is_left_alone(store: Neo4jStore, server, cypher) -> None:
    cypher("MATCH (s:CrosslaneState) SET s.schema = 999")
    with connect(server) as other, pytest.raises(SettingsError, match="newer"):
        other.prepare()
    cypher("MATCH (s:CrosslaneState) SET s.schema = $schema", schema=len(MIGRATIONS))


def test_fields_are_properties_and_go_when_they_become_null(store: Neo4jStore, cypher) -> None:
    def held(text: str) -> Projection:
        return replace(
            small(),
            nodes=small().nodes.with_columns(props=pl.lit(text)),
            edges=small().edges.with_columns(props=pl.lit(text)),
        )

    store.apply(filled(held('{"name":"A","n":1,"list":["a","b"],"key":"no","deep":{"a":1}}')))
    found = cypher("MATCH (n:Identity {key: 'd1'})-[r:DROVE]->() RETURN n.name, n.list, n.key, n.deep, r.n, r.list")
    assert found[0].values() == ["A", ["a", "b"], "d1", None, 1, ["a", "b"]]
    store.apply(filled(held('{"name":null,"n":2.5}')))
    found = cypher("MATCH (n:Identity {key: 'd1'})-[r:DROVE]->() RETURN n.name, n.list, n.n, r.list")
    assert found[0].values() == [None, None, 2.5, None]
    assert verify(store, held('{"name":null,"n":2.5}')).is_equal


def test_hostile_keys_fields_and_records(store: Neo4jStore) -> None:
    texts = (HOSTILE, "", " ", "NODE_KIND", "$keys", "\x00", "\U0001f69b", "a" * 5000)
    world = World(
        holds=tuple(Hold(text, "truck", text, DAY, DAY) for text in texts),
        props=dict.fromkeys(texts, '{"`}) DETACH DELETE n //":1,"a b":"x","ok":"' + "`'$x" + '"}'),
    )
    store.apply(filled(world.to_graph()))
    assert verify(store, world.to_graph()).is_equal
    assert store.exact(NodeKind.IDENTITY).drifted.height == 0
    assert store.edges_of(NodeKind.VEHICLE, texts).height == len(texts)


@pytest.mark.parametrize(
    "change_by_hand",
    [
        "MATCH (n:Identity {key: 'd1'}) SET n.note = 'x'",
        "MATCH (n:Identity {key: 'd1'}) SET n.name = 'B'",
        "MATCH (n:Identity {key: 'd1'}) REMOVE n.name",
        "MATCH (n:Identity {key: 'd1'}) SET n.count = 1.0",
        "MATCH (n:Identity {key: 'd1'}) SET n.known_on = toString(n.known_on)",
        "MATCH (n:Identity {key: 'd1'}) SET n:Suspect",
    ],
)
def test_a_node_changed_by_hand_is_found_and_mended(store: Neo4jStore, cypher, change_by_hand: str) -> None:
    held = World(holds=(Hold("d1", "truck", "t1", DAY, DAY),), props={"d1": '{"name":"A","count":1}'}).to_graph()
    store.apply(filled(held))
    assert store.exact(NodeKind.IDENTITY).drifted.height == 0
    cypher(change_by_hand)
    found = store.exact(NodeKind.IDENTITY)
    assert found.drifted.rows() == [("Identity", "d1")]
    assert_frame_equal(found.rows, held.nodes.filter(pl.col("kind") == "Identity"))
    store.remove_foreign(store.mark())
    store.apply(replace(NOTHING, nodes_set=held.nodes))
    assert store.exact(NodeKind.IDENTITY).drifted.height == 0


@pytest.mark.parametrize(
    "change_by_hand",
    [
        "MATCH ()-[r:DROVE]->() SET r.note = 'x'",
        "MATCH ()-[r:DROVE]->() SET r.first_seen = date('2001-01-01')",
        "MATCH ()-[r:DROVE]->() SET r.days = 1.5",
        "MATCH (a)-[r:DROVE]->(b) CREATE (a)-[s:DROVE]->(b) SET s = properties(r)",
    ],
)
def test_an_edge_changed_by_hand_is_found_and_mended(store: Neo4jStore, cypher, change_by_hand: str) -> None:
    held = World(holds=(Hold("d1", "truck", "t1", DAY, DAY),)).to_graph()
    store.apply(filled(held))
    assert store.exact(EdgeKind.DROVE).drifted.height == 0
    cypher(change_by_hand)
    found = store.exact(EdgeKind.DROVE)
    assert_frame_equal(found.drifted, held.edges.select(EDGE_KEY))
    store.apply(replace(NOTHING, edges_removed=found.drifted))
    store.apply(replace(NOTHING, edges_set=held.edges))
    assert_frame_equal(store.exact(EdgeKind.DROVE).rows, held.edges)
    assert store.exact(EdgeKind.DROVE).drifted.height == 0
    assert store.counts().edges == {"DROVE": 1}


def test_what_is_not_ours_is_counted_and_can_be_removed(store: Neo4jStore, cypher) -> None:
    store.apply(filled(small()), 3)
    cypher("CREATE (:Note {text: 'x'})-[:ABOUT]->(:Identity {text: 'without key'}), ()")
    cypher("MATCH (v:Vehicle), (i:Identity {key: 'd1'}) CREATE (v)-[:DROVE {record: '', first_day: 1}]->(i)")
    cypher("MATCH (v:Vehicle) SET v:Carrier")
    held = store.counts()
    assert (held.nodes["Note"], held.nodes["(no label)"], held.edges["ABOUT"], held.edges["DROVE"]) == (1, 1, 1, 3)
    with pytest.raises(MarkMoved):
        store.remove_foreign(Mark("other"))
    assert store.remove_foreign(store.mark()) > 0
    store.apply(change(snapshot(store), small()))
    assert store.counts().nodes == {"Address": 1, "Carrier": 1, "Event": 1, "Identity": 3, "Vehicle": 1}
    assert verify(store, small()).is_equal
    assert store.mark().sequence == 3


def test_reads_pages_of_any_length(store: Neo4jStore, monkeypatch) -> None:
    held = World(holds=tuple(Hold(f"d{n}", "truck", f"t{n % 3}", DAY, DAY) for n in range(10))).to_graph()
    store.apply(filled(held))
    for size in (1, 3, 5, 10):
        monkeypatch.setattr("graph.neo4j.reads.PAGE_NODES", size)
        assert verify(store, held).is_equal
        assert store.exact(EdgeKind.DROVE).rows.height == 10


def test_a_day_in_the_past_as_in_memory(store: Neo4jStore) -> None:
    days = [DAY + dt.timedelta(days=n) for n in range(4)]
    holds = [Hold(f"d{n}", "truck", "t1", DAY, DAY, known_on=day) for n, day in enumerate(days)]
    held = World(holds=tuple(holds), events=(Happening("d1", "e1", DAY, known_on=days[3]),)).to_graph()
    held = replace(
        held, edges=held.edges.with_columns(pl.when(pl.col("src") != "d3").then("known_on").alias("known_on"))
    )
    store.apply(filled(held))
    memory = MemoryStore(held)
    for as_of in (None, *days):
        for kind, key in ((NodeKind.VEHICLE, "t1"), (NodeKind.IDENTITY, "d1")):
            assert_frame_equal(store.edges_of(kind, [key], as_of=as_of), memory.edges_of(kind, [key], as_of=as_of))
            assert_frame_equal(store.degrees(kind, [key], as_of=as_of), memory.degrees(kind, [key], as_of=as_of))
            mine, theirs = (s.neighbours(kind, [key], Reach(hops=3, as_of=as_of)) for s in (store, memory))
            assert_frame_equal(mine.nodes, theirs.nodes)
            assert_frame_equal(mine.edges, theirs.edges)


def test_a_hub_is_passed_by_where_another_kind_is_asked(store: Neo4jStore, cypher) -> None:
    cypher("CREATE (:Vehicle {key: 'hub'})")
    for start in range(0, 100_000, 20_000):  # the memory of a test's server holds no larger transaction
        cypher(
            "MATCH (v:Vehicle {key: 'hub'}) UNWIND range($start, $start + 19999) AS n"
            " CREATE (:Identity {key: toString(n)})-[:DROVE {record: '', first_day: n, confidence: 1.0}]->(v)",
            start=start,
        )
    others = [kind.value for kind in EdgeKind if kind is not EdgeKind.DROVE]
    keys, cypher = {"Vehicle": ["hub"]}, Statements.load()
    assert store.edges_of(NodeKind.VEHICLE, ["hub"], [EdgeKind.OPERATES]).height == 0
    assert store.degrees(NodeKind.VEHICLE, ["hub"]).rows() == [("hub", 100_000)]
    assert _touched(store, cypher.edges_at, keys=keys, kinds=others, as_of=None) < 500
    assert _touched(store, cypher.degrees_at, keys=keys, kinds=[*EdgeKind]) < 500


def _touched(store: Neo4jStore, text: str, **values) -> int:
    """Rows and records that the server touched for a statement."""
    with store._session() as session:
        plan = session.run("PROFILE " + text, values).consume().profile

    def total(step) -> int:
        return step["args"].get("DbHits", 0) + sum(total(child) for child in step.get("children", ()))

    return total(plan)


def test_counts_are_numbers_the_server_keeps(store: Neo4jStore) -> None:
    store.apply(filled(small()))
    with store._session() as session:
        for text in (Statements.load().count_nodes, Statements.load().count_edges):
            plan = session.run("EXPLAIN " + text).consume().plan["args"]["string-representation"]
            assert "Scan" not in plan


def test_every_statement_is_about_one_kind_and_parses(store: Neo4jStore) -> None:
    cypher = Statements.load()
    lists = "key known_on props flat src dst record first_day first_seen last_seen confidence days kinds"
    values = {name: [] for name in lists.split()} | {"keys": {}, "from": "", "first": True, "limit": 1}
    values |= {"as_of": None, "mark": {}, "ends": {}, "schema": 0}
    with store._session() as session:
        for name in Statements.__slots__:
            held = getattr(cypher, name)
            for text in held.values() if isinstance(held, dict) else [held]:
                assert "_KIND" not in text
                session.run("EXPLAIN " + text, values).consume()
    assert set(cypher.set_edges) == set(ENDS)


def test_every_kind_has_its_term_in_the_counting_statements() -> None:
    cypher = Statements.load()
    for kind in EdgeKind:
        assert f"'{kind.value}' IN $kinds THEN COUNT {{ (n)-[:{kind.value}]-()" in cypher.degrees_at
        assert f"'{kind.value}' IN $kinds THEN COUNT {{ (n)-[r:{kind.value}]-()" in cypher.degrees_at_by
        src, dst = (end.value for end in ENDS[kind])
        for end, pattern in (
            (src, f"(:{src} {{key: key}})-[r:{kind.value}]->(:{dst})"),
            (dst, f"(:{src})-[r:{kind.value}]->(:{dst} {{key: key}})"),
        ):
            walk = f"UNWIND CASE WHEN '{kind.value}' IN $kinds THEN $keys.{end} END AS key\n    MATCH {pattern}"
            assert walk in cypher.edges_at
        assert f"[r:{kind.value}]" in cypher.count_edges
    for node in NodeKind:
        assert f"(n:{node.value})" in cypher.count_nodes
        found = f"UNWIND $keys.{node.value} AS key MATCH (n:{node.value} {{key: key}}) RETURN '{node.value}' AS kind"
        assert all(found in text for text in (cypher.nodes_at, cypher.degrees_at, cypher.degrees_at_by))
        assert any(f"(n:{node.value})" in statement for migration in MIGRATIONS for statement in migration)


def _faults(base: type) -> Iterator[type]:
    for fault in base.__subclasses__():
        yield fault
        yield from _faults(fault)


def _fault_classes() -> list[type]:
    found = {neo4j.exceptions.GqlError, *_faults(neo4j.exceptions.GqlError)}
    return sorted((fault for fault in found if fault.__module__.startswith("neo4j")), key=lambda fault: fault.__name__)


@pytest.mark.parametrize("fault", _fault_classes())
def test_every_fault_of_the_driver_becomes_ours(fault: type) -> None:
    error = fault.__new__(fault)
    Exception.__init__(error, "holds SECRET text")
    with pytest.raises(LinkageError) as caught, translated():
        raise error
    assert isinstance(caught.value, GraphError | SettingsError)
    assert "SECRET" not in str(caught.value)
    assert caught.value.__suppress_context__
    if getattr(error, "is_retryable", bool)() and not isinstance(error, neo4j.exceptions.AuthError):
        assert isinstance(caught.value, StoreUnavailable)
        assert caught.value.retryable


def test_faults_have_the_kind_that_helps() -> None:
    faults = neo4j.exceptions
    for fault, ours in (
        (faults.ServiceUnavailable, StoreUnavailable),
        (faults.IncompleteCommit, StoreUnavailable),
        (faults.SessionExpired, StoreUnavailable),
        (faults.TransientError, StoreUnavailable),
        (faults.ConnectionAcquisitionTimeoutError, StoreUnavailable),
        (faults.ConstraintError, ConstraintViolation),
        (faults.AuthError, SettingsError),
        (faults.Forbidden, SettingsError),
        (faults.CertificateConfigurationError, SettingsError),
        (faults.CypherSyntaxError, StoreRefused),
        (faults.DatabaseError, StoreRefused),
        (OSError, StoreUnavailable),
    ):
        with pytest.raises(ours), translated():
            raise fault("text")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"password": "wrong"}, "user or password"),
        ({"database": "nowhere"}, "no such database"),
        ({"uri": "+s"}, "neo4j"),
    ],
)
def test_what_the_server_refuses_is_said_without_the_secret(server: Server, settings, said: str) -> None:
    if "uri" in settings:
        settings = {"uri": server.uri.replace("bolt://", "bolt+s://")}
    with pytest.raises(LinkageError) as caught, connect(replace(server, **settings)):
        pass
    assert said in str(caught.value)
    assert server.password not in str(caught.value)
    assert "wrong" not in repr(replace(server, **settings))


def test_a_server_that_is_down_is_told_quickly_and_quietly(capfd) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable) as caught, connect(Server(f"bolt://127.0.0.1:{port}", password="p")):
        pass
    assert time.monotonic() - begun < 5
    assert caught.value.retryable
    assert capfd.readouterr() == ("", "")


def test_a_server_that_does_not_answer_is_waited_for_so_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"bolt://127.0.0.1:{silent.getsockname()[1]}"
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable), connect(Server(where, password="p", connect_seconds=0.5)):
            pass
        assert time.monotonic() - begun < 5


def test_something_else_on_the_port_is_no_store() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            connection, _ = other.accept()
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with (
            pytest.raises((StoreUnavailable, StoreRefused, SettingsError)),
            connect(Server(f"bolt://127.0.0.1:{other.getsockname()[1]}", password="p", connect_seconds=1.0)),
        ):
            pass
        thread.join()


def test_a_host_without_address() -> None:
    with pytest.raises(LinkageError), connect(Server("bolt://nowhere.invalid:7687", password="p")):
        pass


def test_a_server_that_ends_and_comes_back_between_steps(neo4j_server, server: Server, store: Neo4jStore) -> None:
    store.write(filled(small()), Mark(), Mark("ledger", 1))
    neo4j_server.kill()
    waiting = replace(server, retry_seconds=1.0)
    with pytest.raises(StoreUnavailable), connect(waiting):
        pass
    neo4j_server.start()
    assert store.mark() == Mark("ledger", 1)
    assert verify(store, small()).is_equal
    assert logging.getLogger("neo4j").handlers


def test_node_and_edge_frames_are_the_schema_s(store: Neo4jStore) -> None:
    store.apply(filled(small()))
    NODE.check(store.exact(NodeKind.IDENTITY).rows)
    EDGE.check(store.exact(EdgeKind.DROVE).rows)
    assert store.exact(NodeKind.IDENTITY).rows.sort(NODE_KEY).height == 3
