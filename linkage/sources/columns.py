"""Where the text of one attribute comes from: a column, the first of several that is not blank, or several joined."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

JOINED_BY = " "


class Strict(BaseModel):
    """Base of the parts of a manifest: frozen, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class ColumnRule(Strict):
    """One attribute's column or columns.

    In TOML a text is one column, a list is the first of its columns that is not blank, and a table says the rest:
    `{ join = ["PREFIX", "NUMBER"], by = "" }`, `{ first = ["Port Code"], pad = 4 }`.

    Args:
        first: columns of which the first that is not blank counts.
        join: columns whose texts are joined.
        by: text between joined ones.
        skip_blank: blank parts of a join leave no separator behind; a key wants them kept.
        pad: texts of digits shorter than this get leading zeros, as a file that lost them needs.
    """

    first: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    by: str = JOINED_BY
    skip_blank: bool = False
    pad: int | None = Field(default=None, ge=1, le=40)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"first": (value,)}
        if isinstance(value, list):
            return {"first": tuple(value)}
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.first) == bool(self.join):
            message = "give a column, a list of columns, or a table with either first or join"
            raise ValueError(message)
        if any(not name.strip() for name in self.names):
            message = "a column name is blank"
            raise ValueError(message)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The file columns it names."""
        return self.first or self.join
