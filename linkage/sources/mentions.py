"""From rows to mentions: what each row says about a person, a carrier, an event, in the manifest's words."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from linkage.schema import Kind
from linkage.sources.attributes import ATTRIBUTES
from linkage.sources.columns import ColumnRule
from linkage.sources.header import Header
from linkage.sources.manifest import Manifest, Mention
from linkage.sources.rows import LINE, Reject

FILE = "file"
LINE_OUT = "line"


@dataclass(frozen=True, slots=True)
class MentionRows:
    """What the rows of one file say about one kind of thing, all as text.

    Args:
        kind: what is mentioned.
        raw: `file` (Int32), `line` (Int64) and one String column an attribute that the manifest maps; text as received
            (null = no such cell), one row a mention, in file order.
        columns: attribute -> the file's own column name; where the file lacks it, the manifest's.
    """

    kind: Kind
    raw: pl.DataFrame
    columns: dict[str, str]


def mentions_of(
    rows: pl.DataFrame, header: Header, manifest: Manifest, file: int
) -> tuple[list[MentionRows], list[Reject]]:
    """The mentions of all rows, and a reject for each row that mentions nothing."""
    applies = [_applies(mention, header).alias(f"\0{place}") for place, mention in enumerate(manifest.mention)]
    marked = rows.with_columns(applies)
    found = []
    for place, mention in enumerate(manifest.mention):
        chosen = marked.filter(f"\0{place}") if mention.when else marked
        raw = chosen.select(
            pl.lit(file, dtype=pl.Int32).alias(FILE), pl.col(LINE).alias(LINE_OUT), *_attributes(mention, header)
        )
        found.append(MentionRows(mention.kind, raw, _columns(mention, header)))
    if not all(mention.when for mention in manifest.mention):
        return found, []
    none = marked.filter(~pl.any_horizontal(f"\0{place}" for place in range(len(applies))))
    column = next(iter(manifest.mention[0].when))
    message = "this column holds none of the values that say what the row mentions; correct it or extend the manifest"
    own = header.found.get(column, column)
    return found, [Reject(line, own, "mentions-nothing", message) for line in none[LINE]]


def _applies(mention: Mention, header: Header) -> pl.Expr:
    """Whether the row mentions the thing: every column of `when` has one of its texts; "" is blank or absent."""
    tests = [
        _key(header.found[column]).is_in(sorted({text.strip().lower() for text in texts}))
        if column in header.found
        else pl.lit("" in texts)
        for column, texts in mention.when.items()
    ]
    return pl.all_horizontal(tests) if tests else pl.lit(value=True)


def _key(column: str) -> pl.Expr:
    """The text as it is compared: without outer blanks and case, "" where absent."""
    return pl.col(column).fill_null("").str.strip_chars().str.to_lowercase()


def _attributes(mention: Mention, header: Header) -> list[pl.Expr]:
    """One text expression an attribute, in the order in which the kind's attributes are documented."""
    expressions = []
    for attribute in ATTRIBUTES[mention.kind].all:
        text = _text(mention, attribute, header)
        if text is not None:
            expressions.append(text.cast(pl.String).alias(attribute))
    return expressions


def _text(mention: Mention, attribute: str, header: Header) -> pl.Expr | None:
    if attribute in mention.constants:
        return pl.lit(mention.constants[attribute])
    default = mention.defaults.get(attribute)
    if attribute not in mention.columns:
        return None if default is None else pl.lit(default)
    rule = mention.columns[attribute]
    text = _joined(rule, header) if rule.join else _first(rule, header)
    if rule.pad is not None:
        text = pl.when(text.str.contains(r"^[0-9]+$")).then(text.str.zfill(rule.pad)).otherwise(text)
    values = mention.values.get(attribute)
    if values:
        wanted = {received.strip().lower(): text for received, text in values.items()}
        text = _mapped(text, wanted)
    return text if default is None else pl.when(_is_blank(text)).then(pl.lit(default)).otherwise(text)


def _first(rule: ColumnRule, header: Header) -> pl.Expr:
    """The first text that is not blank; where all are, the first cell there is."""
    cells = [pl.col(header.found[name]) for name in rule.first if name in header.found]
    if not cells:
        return pl.lit(None, dtype=pl.String)
    if len(cells) == 1:
        return cells[0]
    filled = [pl.when(~_is_blank(cell)).then(cell) for cell in cells]
    return pl.coalesce(*filled, *cells)


def _joined(rule: ColumnRule, header: Header) -> pl.Expr:
    """The texts with the separator between; null where every part is blank, for then nothing was said."""
    there = [pl.col(header.found[name]) for name in rule.join if name in header.found]
    if not there:
        return pl.lit(None, dtype=pl.String)
    nothing = pl.all_horizontal(_is_blank(cell) for cell in there)
    if rule.skip_blank:
        parts = [pl.when(~_is_blank(cell)).then(cell) for cell in there]
        whole = pl.concat_str(parts, separator=rule.by, ignore_nulls=True)
    else:
        kept = (pl.col(header.found[name]) if name in header.found else pl.lit("") for name in rule.join)
        whole = pl.concat_str([part.fill_null("") for part in kept], separator=rule.by)
    return pl.when(~nothing).then(whole)


def _is_blank(text: pl.Expr) -> pl.Expr:
    return text.fill_null("").str.strip_chars() == ""


def _mapped(text: pl.Expr, wanted: dict[str, str]) -> pl.Expr:
    """The wanted text where the received one is known, else the text as received."""
    key = text.fill_null("").str.strip_chars().str.to_lowercase()
    known = key.replace_strict(list(wanted), list(wanted.values()), default=None, return_dtype=pl.String)
    return pl.coalesce(known, text)


def _columns(mention: Mention, header: Header) -> dict[str, str]:
    """The file's own name of each attribute's column: the first of its columns that is there."""
    return {
        attribute: next((header.found[name] for name in rule.names if name in header.found), rule.names[0])
        for attribute, rule in mention.columns.items()
    }
