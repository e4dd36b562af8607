"""The graph as files of Neo4j's offline importer: the fastest way to fill a server that can be stopped.

After the import the database holds what an online push would have made, to the last property; only constraints and
indexes are missing, which the first push or rebuild brings.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import polars as pl

from graph.neo4j.flatten import Flat, flatten
from graph.neo4j.properties import FIRST_DAY
from graph.schema import ENDS, EdgeKind, NodeKind
from graph.store import GraphScan, Mark
from linkage.errors import SettingsError

ARGUMENTS_FILE = "import.args"
"""Holds the importer's arguments, one a line, in the form that `neo4j-admin` reads after an @."""

COMMAND = f"neo4j-admin database import full neo4j --overwrite-destination=true @{ARGUMENTS_FILE}"
"""Fills the database `neo4j` of a stopped server, in the folder of the files."""

_SLICE = 50_000  # rows whose JSON is read at a time
_TYPES: dict[type, tuple[str, type[pl.DataType]]] = {
    bool: ("boolean", pl.Boolean),
    int: ("long", pl.Int64),
    float: ("double", pl.Float64),
    str: ("string", pl.String),
    list: ("string[]", pl.String),
}


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """What was written.

    Args:
        folder: holds the files and nothing else.
        arguments: what follows `neo4j-admin database import full neo4j`, file names relative to the folder.
        nodes: how many nodes of the graph.
        edges: how many edges.
    """

    folder: Path
    arguments: tuple[str, ...]
    nodes: int
    edges: int


def write_import(reader: GraphScan, mark: Mark, folder: Path) -> ImportFiles:
    """The folder holds the whole graph as the importer takes it, and the importer's arguments.

    A kind has a file of column names and a file of values; a kind that says the same thing now as a number and now as
    text has one pair for each. What the folder held before is gone.

    Args:
        reader: the graph; one kind of it is held in memory at a time.
        mark: how far the ledger is in it.
        folder: is made; replaced when it holds an earlier export.

    Raises:
        SettingsError: the folder holds something else.
    """
    for separator in _separators():
        _make_room(folder)
        writer = _Writer(folder, separator)
        try:
            return writer.write(reader, mark)
        except _SeparatorInText:
            continue
    raise AssertionError("a list holds every character there is")


class _SeparatorInText(Exception):
    """A text of a list holds the character that was to separate the texts of a list."""


def _separators() -> Iterator[str]:
    """Single characters: control characters that no text should hold, then ever rarer ones."""
    yield from map(chr, chain(range(0x1F, 0x1B, -1), range(0xE000, 0xF900)))


def _make_room(folder: Path) -> None:
    if folder.exists():
        if any(folder.iterdir()) and not (folder / ARGUMENTS_FILE).is_file():
            raise SettingsError(f"{folder} holds something else than an earlier export; name a folder of its own")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / ARGUMENTS_FILE).touch()  # a folder left half written is known as ours


@dataclass(slots=True)
class _Writer:
    folder: Path
    separator: str
    sources: list[str] = field(default_factory=list)
    has_line_breaks: bool = False

    def write(self, reader: GraphScan, mark: Mark) -> ImportFiles:
        self._state(mark)
        nodes = sum(self._nodes(kind, reader.nodes(kind)) for kind in NodeKind)
        edges = sum(self._edges(kind, reader.edges([kind])) for kind in EdgeKind)
        arguments = (
            "--id-type=string",
            f"--array-delimiter=U+{ord(self.separator):04X}",
            f"--multiline-fields={'true' if self.has_line_breaks else 'false'}",
            *self.sources,
        )
        (self.folder / ARGUMENTS_FILE).write_text("\n".join(arguments) + "\n", "utf-8")
        return ImportFiles(self.folder, arguments, nodes, edges)

    def _state(self, mark: Mark) -> None:
        values = pl.DataFrame(
            {
                "name:ID(CrosslaneState)": ["projection"],
                "workspace:string": [mark.workspace],
                "sequence:long": [mark.sequence],
                "token:string": [mark.token],
                "step:long": [mark.step],
            }
        )
        self._put("nodes", "CrosslaneState", values)

    def _nodes(self, kind: NodeKind, nodes: pl.DataFrame) -> int:
        columns = {"key": f"key:ID({kind.value})", "known_on": "known_on:date", "props": "props:string"}
        self._kind("nodes", kind.value, nodes.select(*columns).rename(columns), nodes["props"])
        return nodes.height

    def _edges(self, kind: EdgeKind, edges: pl.DataFrame) -> int:
        src, dst = ENDS[kind]
        values = edges.select(
            pl.col("src").alias(f":START_ID({src.value})"),
            pl.col("dst").alias(f":END_ID({dst.value})"),
            pl.col("record").alias("record:string"),
            FIRST_DAY.alias("first_day:long"),
            pl.col("first_seen").alias("first_seen:date"),
            pl.col("last_seen").alias("last_seen:date"),
            pl.col("confidence").alias("confidence:double"),
            pl.col("known_on").alias("known_on:date"),
            pl.col("days").alias("days:long"),
            pl.col("props").alias("props:string"),
        )
        self._kind("relationships", kind.value, values, edges["props"])
        return edges.height

    def _kind(self, what: str, kind: str, values: pl.DataFrame, props: pl.Series) -> None:
        if values.is_empty():
            return
        flat = self._flat(props)
        for rows, columns in _layouts(flat):
            both = [values, flat.select(columns)] if rows is None else [values.filter(rows), flat.filter(rows)[columns]]
            self._put(what, kind, pl.concat(both, how="horizontal"))

    def _flat(self, props: pl.Series) -> pl.DataFrame:
        """What the JSON texts say, one column a field and type, named as in the importer's header."""
        if props.null_count() == props.len():
            return pl.DataFrame(height=props.len())
        slices = (props.slice(start, _SLICE) for start in range(0, props.len(), _SLICE))
        return pl.concat([self._flat_slice(part.to_list()) for part in slices], how="diagonal")

    def _flat_slice(self, props: Collection[str | None]) -> pl.DataFrame:
        columns: dict[tuple[str, type], list[Flat | None]] = {}
        for row, text in enumerate(props):
            for name, value in flatten(text).items():
                key = (name, type(value))
                column = columns.get(key)
                if column is None:
                    column = columns[key] = [None] * len(props)
                column[row] = self._joined(value) if isinstance(value, list) else value
        return pl.DataFrame(
            [pl.Series(f"{name}:{_TYPES[kind][0]}", rows, _TYPES[kind][1]) for (name, kind), rows in columns.items()],
            height=len(props),
        )

    def _joined(self, texts: list[str]) -> str:
        joined = self.separator.join(texts)
        if joined.count(self.separator) >= len(texts):
            raise _SeparatorInText
        return joined

    def _put(self, what: str, kind: str, values: pl.DataFrame) -> None:
        """A header and a data file more; the importer is told of them."""
        number = sum(source.startswith(f"--{what}={kind}=") for source in self.sources)
        stem = f"{what}-{kind}" if not number else f"{what}-{kind}-{number + 1}"
        values.clear().write_csv(self.folder / f"{stem}-header.csv")
        # A quoted field is text, even if empty; a field without quotes and characters is no value at all.
        values.write_csv(self.folder / f"{stem}.csv", include_header=False, quote_style="non_numeric")
        self.sources.append(f"--{what}={kind}={stem}-header.csv,{stem}.csv")
        texts = values.select(pl.selectors.string().str.contains("[\r\n]").any())
        self.has_line_breaks |= any(texts.row(0)) if texts.width else False


def _layouts(flat: pl.DataFrame) -> Iterator[tuple[pl.Series | None, list[str]]]:
    """Rows and the columns they need, so that no property has two columns: the importer wants one type a property.

    Rows are None where all rows share one layout, as they do unless a field has values of several types.
    """
    types: dict[str, list[str]] = {}
    for column in flat.columns:
        types.setdefault(column.rpartition(":")[0], []).append(column)
    mixed = [column for columns in types.values() if len(columns) > 1 for column in columns]
    if not mixed:
        yield None, flat.columns
        return
    used = flat.select(pl.col(mixed).is_not_null()).with_row_index("row")
    for flags, part in used.group_by(mixed, maintain_order=True):
        absent = {column for column, is_used in zip(mixed, flags, strict=True) if not is_used}
        rows = used.select(pl.col("row").is_in(part["row"].implode()))["row"]
        yield rows, [column for column in flat.columns if column not in absent]
