"""A raw frame while it is standardised: columns in, standard columns out, and the issues met on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import orjson
import polars as pl

from linkage.schema import FACTS, ISSUE, FrameSchema, Kind, Quality
from linkage.standardise.outcome import Context, Standardised
from linkage.standardise.standard import Standard

Row = tuple[str | None, ...]
_STANDARD = {"value": pl.String, "quality": pl.String, "rule": pl.String, "message": pl.String}


class Sheet:
    """One kind of mention of one file.

    Value functions run once for each distinct value, and their results are joined back.

    Args:
        kind: what the rows mention.
        raw: `file`, `line` and one text column an attribute, as received.
        context: what holds for all rows.
    """

    def __init__(self, kind: Kind, raw: pl.DataFrame, context: Context) -> None:
        self.context = context
        self.schema: FrameSchema = FACTS[kind]
        self._received = raw
        attributes = [name for name in raw.columns if name not in ("file", "line")]
        stripped = (pl.col(name).cast(pl.String).str.strip_chars() for name in attributes)
        self.rows = raw.select(
            pl.col("file").cast(pl.Int32),
            pl.col("line").cast(pl.Int64),
            *(pl.when(text.str.len_bytes() > 0).then(text).alias(text.meta.output_name()) for text in stripped),
        )
        self._columns: dict[str, pl.Series] = {}
        self._hidden: dict[str, pl.Series] = {}
        self._warned: list[pl.DataFrame] = []
        self._rejected: list[pl.DataFrame] = []
        self._dropped = pl.repeat(value=False, n=raw.height, dtype=pl.Boolean, eager=True)

    def text(self, attribute: str) -> pl.Series:
        """The attribute's text, trimmed; null where absent or blank."""
        if attribute in self.rows.columns:
            return self.rows[attribute]
        return pl.repeat(None, self.rows.height, dtype=pl.String, eager=True).alias(attribute)

    def has(self, *attributes: str) -> bool:
        """Whether the file gives any of the attributes."""
        return any(attribute in self.rows.columns for attribute in attributes)

    def set(self, column: str, values: pl.Series) -> None:
        """The fact column holds these values."""
        self._columns[column] = values.alias(column)

    def get(self, column: str) -> pl.Series:
        """A fact column that was set before."""
        return self._columns[column]

    def copy(self, *columns: str) -> None:
        """Fact columns that are the attributes' text, trimmed."""
        for column in columns:
            self.set(column, self.text(column))

    def apply(
        self,
        attribute: str,
        function: Callable[[str], Standard],
        *,
        column: str | None = None,
        source: pl.Series | None = None,
    ) -> pl.Series:
        """The fact column holds the standard values of the attribute; warnings are noted.

        Args:
            attribute: what the file calls it, for the warnings.
            function: text to its standard form; sees each distinct text once, never a blank.
            column: name of the fact column, where it is another.
            source: text to read instead of the attribute's own.

        Returns:
            State of each value, null where there is none.
        """
        text = self.text(attribute) if source is None else source
        if text.null_count() == len(text):
            self.set(column or attribute, text)
            return text.alias("quality")
        distinct = text.unique().drop_nulls()
        table = pl.DataFrame(
            [standard_row(function(value)) for value in distinct], schema=_STANDARD, orient="row"
        ).with_columns(distinct.alias("text"))
        found = pl.DataFrame({"text": text}).join(table, on="text", how="left", maintain_order="left")
        return self.keep(attribute, column or attribute, found)

    def apply_rows(
        self, attributes: Sequence[str | pl.Series], function: Callable[[Row], Row], outputs: Mapping[str, pl.DataType]
    ) -> pl.DataFrame:
        """Outputs of a function of several columns, run once for each distinct combination.

        Args:
            attributes: attributes, or series given in their stead.
            function: a combination, nulls included, to one value an output.
            outputs: names and types of the outputs, in the order the function gives them.
        """
        series = [self.text(item) if isinstance(item, str) else item for item in attributes]
        keys = [f"key{place}" for place in range(len(series))]
        frame = pl.DataFrame([one.alias(key) for one, key in zip(series, keys, strict=True)])
        distinct = frame.unique(maintain_order=True)
        table = pl.DataFrame([function(row) for row in distinct.iter_rows()], schema=dict(outputs), orient="row")
        joined = frame.join(
            pl.concat([distinct, table], how="horizontal"), on=keys, how="left", maintain_order="left", nulls_equal=True
        )
        return joined.select(list(outputs))

    def keep(self, attribute: str, column: str, found: pl.DataFrame) -> pl.Series:
        """The fact column holds `value` of the frame, and its rules are noted as warnings.

        Args:
            attribute: what the file calls it.
            column: the fact column.
            found: `value`, `quality`, `rule` and `message`, one row a row of the sheet.

        Returns:
            `quality`.
        """
        self.set(column, found["value"])
        self.warn(attribute, found["rule"], found["message"])
        return found["quality"]

    def warn(self, attribute: str, rule: pl.Series, message: pl.Series) -> None:
        """Rows with a rule are warned about, under the file's own column name."""
        if rule.null_count() < len(rule):
            self._warned.append(self._issues(rule.is_not_null(), attribute, rule, message))

    def warn_where(self, mask: pl.Series, attribute: str, rule: str, message: str) -> None:
        """Rows under the mask are warned about in the same words."""
        if mask.any():
            self._warned.append(self._issues(mask, attribute, rule, message))

    def reject(self, mask: pl.Series, attribute: str, rule: str, message: str) -> None:
        """Rows under the mask, unless rejected before, are no record."""
        fresh = mask.fill_null(value=False) & ~self._dropped
        if fresh.any():
            self._rejected.append(self._issues(fresh, attribute, rule, message))
            self._dropped |= fresh

    def require(self, *attributes: str) -> None:
        """Rows without one of the attributes have no key and are rejected."""
        for attribute in attributes:
            self.reject(
                self.text(attribute).is_null(), attribute, "no-key", f"no {attribute} given; the row names nothing"
            )

    def hide(self, attribute: str, text: pl.Series) -> None:
        """This text stands for the attribute wherever the row as received is kept."""
        self._hidden[attribute] = text

    def _issues(self, mask: pl.Series, attribute: str, rule: pl.Series | str, message: pl.Series | str) -> pl.DataFrame:
        """Frame ISSUE of the rows under the mask."""
        return self.rows.select(
            "file",
            "line",
            pl.lit(self.context.columns.get(attribute, attribute)).alias("column"),
            pl.lit(rule).cast(pl.String).alias("rule"),
            pl.lit(message).cast(pl.String).alias("message"),
        ).filter(mask)

    def finish(self, key: pl.Series) -> Standardised:
        """The facts with their keys, raw text and content, and all issues in the order of the file."""
        raw, content = as_received(self._received.with_columns(text.alias(name) for name, text in self._hidden.items()))
        facts = self.rows.select("file", "line").with_columns(
            key.alias("key"),
            raw.alias("raw"),
            content.alias("content"),
            self.text("source").alias("source"),
            pl.coalesce(
                self._columns.get("received_on", pl.lit(None, dtype=pl.Date)), pl.lit(self.context.today)
            ).alias("known_on"),
            *self._columns.values(),
        )
        kept = self.schema.conform(facts).filter(~self._dropped)
        rejected = ISSUE.conform(pl.concat([ISSUE.empty(), *self._rejected]))
        lost = rejected.select("file", "line").unique()
        warned = ISSUE.conform(pl.concat([ISSUE.empty(), *self._warned])).join(lost, on=["file", "line"], how="anti")
        return Standardised(kept, _in_order(rejected), _in_order(warned))


def standard_row(standard: Standard) -> Row:
    """The four parts of a standard value, as a row."""
    quality = None if standard.quality is None else standard.quality.value
    return (standard.value, quality, standard.rule, standard.message)


def is_suspect(quality: pl.Series) -> pl.Series:
    """Whether each state is `suspect`."""
    return (quality == Quality.SUSPECT.value).fill_null(value=False)


def as_received(received: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Each row as JSON, blanks left out and names sorted, and the 64-bit hash of it.

    The hash is BLAKE2b of the JSON text, which stays the same over versions and machines.
    """
    names = sorted(name for name in received.columns if name not in ("file", "line"))
    texts: list[str] = []
    hashes: list[int] = []
    for row in received.select(pl.col(name).cast(pl.String) for name in names).iter_rows():
        text = orjson.dumps({name: value for name, value in zip(names, row, strict=True) if value})
        texts.append(text.decode())
        hashes.append(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big"))
    return pl.Series("raw", texts, dtype=pl.String), pl.Series("content", hashes, dtype=pl.UInt64)


def _in_order(issues: pl.DataFrame) -> pl.DataFrame:
    return issues.sort("file", "line", "column", "rule", maintain_order=True)
