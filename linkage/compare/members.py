"""Sets of things that two records hold, such as the trucks of two carriers: by how many, and what share, both have.

Levels are listed in the model file, best first: each asks for `count` (things in common, at least) and may ask for
`share` (of those that the earlier record holds, at least). The last one, `else`, is reached in no other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.compare.column import Ints
from linkage.compare.kinds import Agreement, Kind, Levels
from linkage.compare.spans import UNKNOWN, Spans
from linkage.errors import ModelError
from linkage.model import Attribute, Model


@dataclass(frozen=True)
class Common:
    """What each pair has in common.

    Args:
        count: things that both hold.
        of: things that the earlier one holds, the larger number of the two where none is known to be earlier.
        is_known: whether both hold anything.
    """

    count: Ints
    of: Ints
    is_known: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class MembersComparator:
    """Members of every record.

    Args:
        holds: frame record (position), member (code), each once.
        sizes: how many each record holds.
        spans: which of two records is the earlier; None where the model does not ask.
        levels: least count and least share of each level but the last.
    """

    holds: pl.DataFrame
    sizes: Ints
    spans: Spans | None
    levels: tuple[tuple[int, float], ...]

    @classmethod
    def build(cls, records: pl.DataFrame, attributes: Sequence[Attribute], model: Model) -> MembersComparator:
        """From the attribute's column of lists and, where it names them, two columns of dates, start and end.

        Raises:
            ModelError: a level says neither how many must be common nor that it is the last.
        """
        attribute = attributes[0]
        holds = (
            records.select(pl.int_range(pl.len(), dtype=pl.Int32).alias("record"), member=attribute.columns[0])
            .explode("member", empty_as_null=True, keep_nulls=True)
            .drop_nulls("member")
            .unique()
        )
        sizes = np.bincount(holds["record"].to_numpy(), minlength=len(records)).astype(np.int32)
        spans = Spans.of(records, attribute.columns[1:]) if len(attribute.columns) > 1 else None
        return cls(holds, sizes, spans, _levels(attribute))

    def common(self, left: Ints, right: Ints) -> Common:
        """What the records of each pair have in common."""
        pairs = pl.DataFrame({"pair": np.arange(len(left), dtype=np.int32), "left": left, "right": right})
        here = pairs.select("pair", "right", record="left").join(self.holds, on="record").drop("record")
        both = here.join(self.holds, left_on=["right", "member"], right_on=["record", "member"], how="semi")
        count = np.bincount(both["pair"].to_numpy(), minlength=len(left)).astype(np.int32)
        of_left, of_right = self.sizes[left], self.sizes[right]
        of = np.maximum(of_left, of_right)
        if self.spans is not None:
            days, is_left = self.spans.gap(left, right)
            of = np.where(days == UNKNOWN, of, np.where(is_left, of_left, of_right))
        return Common(count, of, (of_left > 0) & (of_right > 0))

    def compare(self, left: Ints, right: Ints) -> tuple[Agreement]:
        """Level of each pair; a record that holds nothing is missing."""
        common = self.common(left, right)
        share = common.count / np.maximum(common.of, 1)
        level: Levels = np.full(len(left), len(self.levels) + 1, dtype=np.int8)
        for code in range(len(self.levels), 0, -1):
            least, part = self.levels[code - 1]
            level[(common.count >= least) & (share >= part)] = code
        level[~common.is_known] = 0
        return (Agreement(level),)


MEMBERS = Kind(MembersComparator.build, None)


def _levels(attribute: Attribute) -> tuple[tuple[int, float], ...]:
    *rows, last = attribute.levels.items()
    for name, level in (*rows, last):
        if ("count" in level.when) == (name == last[0]) or not set(level.when) <= {"count", "share", "else"}:
            raise ModelError(f"attribute {attribute.name}: level {name} needs `count`, the last one `else`")
    return tuple((int(level.when["count"]), float(level.when.get("share", 0.0))) for _, level in rows)
