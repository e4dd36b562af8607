"""The rows of a pattern's answer as people read them: people by name, things by label and page, the rest as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.drivers import names_of
from api.explore.labels import label_of
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from api.masking import masker_of
from api.pattern_refs import digest_of, listed
from api.things import numbers_of
from graph.patterns import pattern_named
from graph.schema import NodeKind
from linkage.ledger import Workspace

_KINDS = {
    "vehicle": NodeKind.VEHICLE,
    "driven_for": NodeKind.CARRIER,
    "registered_to": NodeKind.CARRIER,
    "older": NodeKind.CARRIER,
    "younger": NodeKind.CARRIER,
    "event": NodeKind.EVENT,
}
"""Columns that hold keys of things, with their kind; `thing` is of the kind that its tie says."""
_TIES = {
    "truck": NodeKind.VEHICLE,
    "carrier": NodeKind.CARRIER,
    "phone": NodeKind.PHONE,
    "home": NodeKind.ADDRESS,
}
THINGS = frozenset({*_KINDS, "thing", "places"})
"""Columns whose cells are `things`."""

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer.

    Args:
        number: its place in the whole answer, from 1.
        digest: by which it is found in another answer.
        cells: by column: `people` (identity_id, name), `things` (kind, label, detail, number), or `value`.
        people: identity ids that it shows.
        nodes: KIND:KEY of everybody and everything in it, for a picture.
    """

    number: int
    digest: str
    cells: dict[str, dict[str, Any]]
    people: list[str]
    nodes: list[str]


def rows_shown(
    workspace: Workspace,
    document: Mapping[str, Any],
    store: GraphStoreChoice = LEDGER,
    offset: int = 0,
    count: int | None = None,
) -> list[Row]:
    """Rows of a `pattern` document.

    Args:
        offset: rows to pass over.
        count: rows at most; None = all of the others.

    Raises:
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    pattern = pattern_named(document["pattern"])
    rows = document["rows"][offset:][:count]
    places = {place for row in rows for column in row for place in _places(row, column)}
    people = {one for row in rows for column in pattern.people for one in listed(row[column])}
    people |= {key for kind, key in places if kind == NodeKind.IDENTITY}
    with workspace.reading() as connection, open_graph(connection, store) as reader:
        names = names_of(connection, sorted(people))
        numbers, key = numbers_of(connection, sorted(places)), masker_of(connection).key
        labels = {
            (kind, one): label_of(NodeKind(kind), one, json.loads(props or "{}"))
            for kind in sorted({kind for kind, _ in places})
            for one, props in reader.nodes(NodeKind(kind), sorted({key for of, key in places if of == kind}))
            .select("key", "props")
            .iter_rows()
        }
    told = _Told(names, numbers, labels, frozenset(pattern.people), columns_shown(document))
    digests = [digest_of(key, pattern.name, row) for row in rows]
    return [told.row(offset + n, digest, row) for n, (digest, row) in enumerate(zip(digests, rows, strict=True), 1)]


def columns_shown(document: Mapping[str, Any]) -> list[str]:
    """Columns of the answer without those that only name what another one holds, a whole plate among them."""
    columns = document["columns"]
    return [one for one in columns if not (one.endswith("_name") and one.removesuffix("_name") in columns)]


@dataclass(frozen=True, slots=True)
class _Told:
    """What people and things are called."""

    names: Mapping[str, str]
    numbers: Mapping[Place, int]
    labels: Mapping[Place, Mapping[str, Any]]
    people: frozenset[str]
    columns: Sequence[str]

    def row(self, number: int, digest: str, row: Mapping[str, Any]) -> Row:
        people = [one for column in row if column in self.people for one in listed(row[column])]
        places = [place for column in row for place in _places(row, column)]
        nodes = [f"{NodeKind.IDENTITY}:{one}" for one in people] + [f"{kind}:{key}" for kind, key in places]
        cells = {column: self._cell(row, column) for column in self.columns}
        return Row(number, digest, cells, list(dict.fromkeys(people)), list(dict.fromkeys(nodes)))

    def _cell(self, row: Mapping[str, Any], column: str) -> dict[str, Any]:
        if column in self.people:
            return {"people": [self._person(one) for one in listed(row[column])]}
        if column in THINGS:
            return {"things": [self._thing(place) for place in _places(row, column)]}
        return {"value": row[column]}

    def _person(self, identity: str) -> dict[str, Any]:
        return {"identity_id": identity, "name": self.names.get(identity, identity)}

    def _thing(self, place: Place) -> dict[str, Any]:
        kind, key = place
        if kind == NodeKind.IDENTITY:
            return {"kind": kind, "label": self.names.get(key, key), "detail": "", "identity_id": key}
        label = self.labels.get(place) or label_of(NodeKind(kind), key, {})
        return {"kind": kind, "label": label["label"], "detail": label["detail"], "number": self.numbers.get(place)}


def _places(row: Mapping[str, Any], column: str) -> Iterable[Place]:
    """Kind and key of the things that a column holds."""
    if column == "places":
        return [(kind, key) for kind, _, key in (one.partition(" ") for one in row[column])]
    kind = _TIES.get(row["tie"]) if column == "thing" else _KINDS.get(column)
    return [] if kind is None else [(kind.value, key) for key in listed(row[column])]
