"""Every read of a store, compared with the plainest store to the last row and its place."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass, fields

import polars as pl
from polars.testing import assert_frame_equal

from graph.export import Format, write_graph, write_neighbourhood
from graph.paths import Place, Search, find_paths
from graph.schema import NodeKind
from graph.store import ALL_EDGE_KINDS, GraphReader, Reach
from graph.testing.memory import MemoryStore


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of both stores.

    Args:
        start: where looks around and routes start.
        end: where routes end.
        reach: hops, kinds, caps and day of the looks and the routes.
        keys: keys of the start's kind to ask for at once.
        with_longer: whether routes longer than the shortest are asked for.
    """

    start: Place = Place(NodeKind.IDENTITY, "a")  # noqa: RUF009 - a value
    end: Place = Place(NodeKind.IDENTITY, "A")  # noqa: RUF009 - a value
    reach: Reach = Reach(hops=4)  # noqa: RUF009 - a value
    keys: Collection[str] = ("a", "A", "nobody")
    with_longer: bool = False


def assert_same_answers(store: GraphReader, plain: MemoryStore, question: Question) -> None:
    """Both stores answer every question alike: values, types, rows and their order."""
    assert store.counts() == plain.counts()
    assert store.applied() == plain.applied()
    kind, reach = question.start.kind, question.reach
    for each in NodeKind:
        _same(store.nodes(each), plain.nodes(each))
        asked = (each, question.keys, reach.kinds, reach.as_of)
        _same(store.edges_of(*asked), plain.edges_of(*asked))
        _same(store.degrees(*asked), plain.degrees(*asked))
    _same(store.edges(ALL_EDGE_KINDS), plain.edges(ALL_EDGE_KINDS))
    _same(store.nodes(kind, question.keys), plain.nodes(kind, question.keys))
    assert_same_fields(store.neighbours(kind, question.keys, reach), plain.neighbours(kind, question.keys, reach))
    search = Search(reach, max_routes=6, with_longer=question.with_longer)
    found, wanted = (find_paths(one, question.start, question.end, search) for one in (store, plain))
    assert_same_fields(found, wanted)


def assert_same_texts(store: GraphReader, plain: MemoryStore, question: Question) -> None:
    """Both stores export letter for letter alike."""
    for form in Format:
        assert _exported(store, form) == _exported(plain, form)
        found, wanted = (_around(one, form, question) for one in (store, plain))
        assert found == wanted


def assert_same_fields(found: object, wanted: object) -> None:
    """Two answers of one dataclass are equal, field by field."""
    assert type(found) is type(wanted)
    for field in fields(found):  # type: ignore[arg-type]
        one, other = getattr(found, field.name), getattr(wanted, field.name)
        if isinstance(other, pl.DataFrame):
            _same(one, other)
        else:
            assert one == other, field.name


def _same(found: pl.DataFrame, wanted: pl.DataFrame) -> None:
    assert_frame_equal(found, wanted, check_exact=True)


def _exported(reader: GraphReader, form: Format) -> str:
    out = io.StringIO(newline="")
    write_graph(reader, form, out)
    return out.getvalue()


def _around(reader: GraphReader, form: Format, question: Question) -> str:
    out = io.StringIO(newline="")
    write_neighbourhood(reader.neighbours(question.start.kind, question.keys, question.reach), form, out)
    return out.getvalue()
