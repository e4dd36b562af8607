"""Small cells hidden so that no hidden one can be had by subtraction from what is shown.

Cells are counts with sums over some of them: a *line* is a total and its parts. A cell below the limit is hidden;
then, until nothing changes, another cell of every line in which the hidden ones could be told from the shown ones:
where only one is hidden, where all hidden parts of a shown total together are below the limit, and where a
combination of lines leaves one value. All hidden cells look alike, so that nobody knows which were the small ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eligibility.ports.rules import RULES

Cell = tuple[str, ...]

_EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """A total that is the sum of its parts."""

    total: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The parts and the total, which comes last."""
        return (*self.parts, self.total)


def hidden_cells(values: Mapping[Cell, int], lines: Sequence[Line], limit: int = RULES.small_cell) -> frozenset[Cell]:
    """The cells to hide.

    Args:
        values: count of each cell; cells that could hold nothing (no truck examined, so nothing found) are left out
            of it and of the lines: everybody knows that they are 0.
        lines: every sum over cells that a reader can make up.
        limit: counts below it are hidden, 0 too.
    """
    hidden = {cell for cell, value in values.items() if value < limit}
    while more := _one_more(values, lines, hidden, limit):
        hidden.add(more)
    return frozenset(hidden)


def _one_more(values: Mapping[Cell, int], lines: Sequence[Line], hidden: set[Cell], limit: int) -> Cell | None:
    """A cell that must be hidden too, None where all is well."""
    for line in lines:
        if _tells(values, line, hidden, limit) and (cell := _cheapest(values, line, hidden)):
            return cell
    for told in _determined(lines, hidden):
        for line in lines:
            if told in line.cells and (cell := _cheapest(values, line, hidden)):
                return cell
    return None


def _tells(values: Mapping[Cell, int], line: Line, hidden: set[Cell], limit: int) -> bool:
    parts = [cell for cell in line.parts if cell in hidden]
    if line.total in hidden:
        return not parts
    return bool(parts) and (len(parts) == 1 or sum(values[cell] for cell in parts) < limit)


def _cheapest(values: Mapping[Cell, int], line: Line, hidden: set[Cell]) -> Cell | None:
    """The smallest part still shown, else the total; ties go by name, so that equal tables are hidden alike."""
    shown = [cell for cell in line.parts if cell not in hidden]
    if shown:
        return min(shown, key=lambda cell: (values[cell], cell))
    return None if line.total in hidden else line.total


def _determined(lines: Sequence[Line], hidden: set[Cell]) -> list[Cell]:
    """Hidden cells that the lines together leave one value: their unit vectors lie in the row space of the lines."""
    cells = sorted(hidden)
    place = {cell: number for number, cell in enumerate(cells)}
    rows = []
    for line in lines:
        row = np.zeros(len(cells))
        for cell in line.parts:
            if cell in place:
                row[place[cell]] = 1.0
        if line.total in place:
            row[place[line.total]] = -1.0
        if row.any():
            rows.append(row)
    if not rows:
        return []
    _, sizes, axes = np.linalg.svd(np.array(rows), full_matrices=False)
    reach = (axes[sizes > _EXACT] ** 2).sum(axis=0)  # 1 where the unit vector lies in the row space
    return [cell for cell, share in zip(cells, reach.tolist(), strict=True) if share > 1 - _EXACT]
