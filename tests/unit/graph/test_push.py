"""What is pushed, how, and what an interruption or another writer leaves, on a target held in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import apsw
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import graph.push as pushing
from graph.batches import split
from graph.embedded import MIGRATIONS, ChangeLog, EmbeddedStore
from graph.errors import ForeignGraph, MarkMoved
from graph.project import change, snapshot
from graph.push import Ledger, push
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, EdgeKind, GraphChange, NodeKind, Projection
from graph.store import Counts, Exact, Mark
from graph.testing.conformance import small
from graph.testing.memory import MemoryStore
from graph.testing.strategies import worlds
from graph.verify import verify


class Target(MemoryStore):
    """A store outside the ledger that can die after any step."""

    def __init__(self) -> None:
        super().__init__()
        self.at = Mark()
        self.writes_left = 10**9
        self.sizes: list[int] = []

    def prepare(self) -> None:
        pass

    def exact(self, kind: NodeKind | EdgeKind) -> Exact:
        if isinstance(kind, NodeKind):
            return Exact(self.nodes(kind), NODE.empty().select(NODE_KEY))
        return Exact(self.edges([kind]), EDGE.empty().select(EDGE_KEY))

    def remove_foreign(self, expected: Mark) -> int:
        if self.at != expected:
            raise MarkMoved(self.name)
        return 0

    def mark(self) -> Mark:
        return self.at

    def write(self, part: GraphChange, expected: Mark, after: Mark) -> None:
        if self.at != expected:
            raise MarkMoved(self.name)
        if not self.writes_left:
            raise KeyboardInterrupt
        self.writes_left -= 1
        self.sizes.append(part.rows)
        self.apply(part)
        self.at = after


@dataclass
class Source:
    """A ledger's graph that changes."""

    connection: apsw.Connection

    @property
    def store(self) -> EmbeddedStore:
        return EmbeddedStore(self.connection)

    @property
    def log(self) -> ChangeLog:
        return ChangeLog(self.connection)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.store, self.log)

    def become(self, wanted: Projection) -> None:
        self.store.apply(change(snapshot(self.store), wanted), self.store.applied() + 1)

    def push(self, target: Target, *, is_drifted: bool = False) -> str:
        return push(self.ledger, target, lambda _: None, is_drifted=is_drifted).how

    def is_equal(self, target: Target) -> bool:
        return verify(target, snapshot(self.store)).is_equal and target.mark() == self.log.head()


@pytest.fixture
def source() -> Iterator[Source]:
    connection = apsw.Connection(":memory:")
    connection.execute("PRAGMA foreign_keys=ON")
    for script in MIGRATIONS:
        connection.execute(script).fetchall()
    yield Source(connection)
    connection.close()


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "split", lambda whole: split(whole, 3))


def less() -> Projection:
    whole = small()
    edges = whole.edges.filter(pl.col("kind") != "LIVES_AT").with_columns(confidence=pl.lit(0.5))
    return Projection(whole.nodes.filter(pl.col("key") != "h1"), edges)


def test_an_empty_store_is_filled_and_then_follows(source):
    target = Target()
    source.become(small())
    assert source.push(target) == "filled"
    assert source.is_equal(target)
    assert source.push(target) == "nothing"
    source.log.follow("somewhere")
    source.become(less())
    source.become(small())
    assert source.push(target) == "changes"
    assert source.is_equal(target)
    assert max(target.sizes) <= 3


def test_changes_that_were_not_kept_are_made_good_by_comparing(source):
    target = Target()
    source.become(small())
    source.push(target)
    source.become(less())  # nobody was known to follow
    assert source.push(target) == "mended"
    assert source.is_equal(target)


def test_another_workspace_s_graph_is_left_alone(source):
    target = Target()
    target.apply(change(Projection.empty(), small()))
    source.become(less())
    with pytest.raises(ForeignGraph):
        source.push(target)
    target.at = Mark("another", 1, "abc")
    with pytest.raises(ForeignGraph):
        source.push(target)
    assert verify(target, small()).is_equal


def test_an_empty_store_that_another_process_begins_to_fill_is_no_strangers(source):
    source.become(small())

    class Raced(Target):
        """Another process of the same workspace fills it between the look at the mark and the count."""

        is_raced = False

        def counts(self) -> Counts:
            if not self.is_raced:
                self.is_raced = True
                source.push(self)
            return super().counts()

    target = Raced()
    assert source.push(target) == "nothing", "the other one did it all"
    assert target.is_raced
    assert source.is_equal(target)


def test_what_somebody_changed_in_the_store_is_mended_when_told(source):
    target = Target()
    source.become(small())
    source.push(target)
    target.held = less()
    assert source.push(target) == "nothing"
    assert source.push(target, is_drifted=True) == "mended"
    assert source.is_equal(target)


@given(worlds(), worlds(), worlds(), st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_interrupted_or_put_back_ends_equal(source, first, second, third, rng, is_followed):
    """Pushes die after any step, and an older copy of the store comes back, while the ledger goes on."""
    source.store.clear()
    source.connection.execute("DELETE FROM graph_follower")
    target = Target()
    if is_followed:
        source.log.follow("somewhere")
    copies = [(target.held, target.at)]
    for world in (first, second, third, first):
        source.become(world.to_graph())
        for _ in range(rng.randint(0, 2)):
            target.writes_left = rng.randint(0, 4)
            try:
                source.push(target)
            except KeyboardInterrupt:
                copies.append((target.held, target.at))
        if rng.random() < 0.3:
            target.held, target.at = rng.choice(copies)
    target.writes_left = 10**9
    source.push(target)
    assert source.is_equal(target)


def test_a_ledger_put_back_to_an_earlier_day_is_told_from_the_one_that_went_on(source):
    target, other = Target(), Target()
    source.log.follow("somewhere")
    source.become(small())
    source.push(target)
    earlier = apsw.Connection(":memory:")
    with earlier.backup("main", source.connection, "main") as copy:
        copy.step()
    source.become(less())
    source.push(target)
    restored = Source(earlier)
    restored.become(replace(small(), edges=small().edges.head(2)))  # another change of the same number
    assert restored.push(target) == "mended"
    assert restored.is_equal(target)
    assert source.push(other) == "filled"
    earlier.close()


def test_another_writer_is_waited_for_and_then_told(source):
    class Busy(Target):
        def write(self, part, expected, after):
            raise MarkMoved(self.name)

    source.become(small())
    with pytest.raises(MarkMoved):
        source.push(Busy())


def test_the_log_keeps_what_fits_and_says_what_does_not(source):
    log = ChangeLog(source.connection, kept_bytes=20_000)
    log.follow("somewhere")
    for _ in range(6):
        for wanted in (small(), less()):
            source.become(wanted)
            log.record(source.store.applied(), change(Projection.empty(), wanted))
    head = log.head().sequence
    assert log.is_kept_after(head)
    assert log.is_kept_after(head - 1)
    assert not log.is_kept_after(0)
    assert log.change(head).edges_set.equals(less().edges)
