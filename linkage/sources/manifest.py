"""Manifests: what the columns of one kind of file mean, as a typed TOML document.

A manifest is data. A new source is a new TOML file; no code knows any source by name. `builtin/*.toml` are the ones
that come along, and each is commented as a worked example.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from linkage.schema import Kind
from linkage.sources.attributes import ATTRIBUTES
from linkage.sources.columns import ColumnRule, Strict
from linkage.sources.declared import Completeness, Country
from linkage.sources.options import DateOrder, FileFormat, LoadMode, checked_delimiter, checked_encoding


class Mention(Strict):
    """One thing that each row mentions.

    Args:
        kind: what the thing is.
        columns: attribute -> where its text comes from.
        constants: attribute -> text that holds for every row.
        defaults: attribute -> text used where the file has no such column or the cell is blank.
        values: attribute -> (text as received -> text wanted), compared without case and outer blanks.
        when: file column -> texts; the row mentions the thing only if every column has one of its texts ("" = blank).
        required: attributes without whose column the file is refused; the keys of the kind always are.
    """

    kind: Kind
    columns: dict[str, ColumnRule] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    defaults: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    required: tuple[str, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Attributes whose column must be in the file."""
        settled = {*self.constants, *self.defaults}
        wanted = dict.fromkeys((*ATTRIBUTES[self.kind].keys, *self.required))
        return tuple(name for name in wanted if name not in settled)

    @model_validator(mode="after")
    def _known_attributes(self) -> Self:
        known = ATTRIBUTES[self.kind].all
        for table in ("columns", "constants", "defaults", "values", "required"):
            for name in getattr(self, table):
                if name not in known:
                    message = f"{table}.{name}: a {self.kind} has no such attribute; it has {', '.join(known)}"
                    raise ValueError(message)
        both = sorted({*self.columns} & {*self.constants})
        if both:
            message = f"constants.{both[0]}: has a column too; use defaults for a text that a column may replace"
            raise ValueError(message)
        absent = [name for name in self.needs if name not in self.columns]
        if absent:
            message = f"columns.{absent[0]}: a {self.kind} needs it; map it to a column or give it as a constant"
            raise ValueError(message)
        unmapped = [name for name in self.values if name not in self.columns]
        if unmapped:
            message = f"values.{unmapped[0]}: has no column; add it under columns"
            raise ValueError(message)
        return self


class Manifest(Strict):
    """What one kind of file is and means.

    Args:
        name: how a user asks for it.
        title: one line for lists.
        format: how rows are written unless the file itself shows another format.
        encoding: of text files; a byte-order mark overrides it.
        delimiter: of CSV files; None = found from the header among comma, semicolon, tab and bar.
        country: US, MX, CA where all rows are of one.
        authority: who keeps the records.
        is_derogatory: being in the file speaks against a person.
        shares_in_full: the partner sends all it holds on a person.
        complete_for: record types of which absence from a full dump proves "clear", each with the people it does so
            for; a bare word stands for those the source holds a record of.
        legal_basis: under which the source may be asked.
        owner: country whose facts the rows are; None = that of each fact.
        may_go_to: countries that the facts may be passed on to; None = as the exchange policy says for their owner.
        mode: what a file stands for unless the user says otherwise.
        mention: the things a row mentions.
        digest: sha256 of the document, to tell versions apart.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
    title: Annotated[str, Field(min_length=1)]
    format: FileFormat = FileFormat.CSV
    encoding: Annotated[str, AfterValidator(checked_encoding)] = "utf-8"
    delimiter: Annotated[str, AfterValidator(checked_delimiter)] | None = None
    country: str | None = None
    authority: str | None = None
    date_order: DateOrder = DateOrder.YMD
    is_derogatory: bool = False
    shares_in_full: bool = False
    complete_for: tuple[Completeness, ...] = ()
    legal_basis: str | None = None
    owner: Country | None = None
    may_go_to: tuple[Country, ...] | None = None
    mode: LoadMode = LoadMode.DELTA
    mention: Annotated[tuple[Mention, ...], Field(min_length=1)]
    digest: str = ""

    @field_validator("delimiter", mode="before")
    @classmethod
    def _auto(cls, value: Any) -> Any:
        return None if value == "auto" else value

    @field_validator("complete_for", mode="before")
    @classmethod
    def _held(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        return [{"record_type": entry} if isinstance(entry, str) else entry for entry in value]

    @field_validator("complete_for")
    @classmethod
    def _somewhere(cls, value: tuple[Completeness, ...], told: ValidationInfo) -> tuple[Completeness, ...]:
        if value and told.data.get("country") is None:
            raise ValueError("say the country whose records these are, under country")
        return value

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kinds that a row may mention, each once, in order."""
        return tuple(dict.fromkeys(mention.kind for mention in self.mention))

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Every file column the manifest names, each once, in order."""
        named = (
            column
            for mention in self.mention
            for column in (*(c for rule in mention.columns.values() for c in rule.names), *mention.when)
        )
        return tuple(dict.fromkeys(named))
