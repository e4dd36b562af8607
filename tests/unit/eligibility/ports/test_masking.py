"""Hidden cells stay hidden from whoever subtracts: checked by an attacker with a linear programme."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from eligibility.ports.masking import Cell, Line, hidden_cells

LIMIT = 5


def table(counts: list[list[int]]) -> tuple[dict[Cell, int], list[Line]]:
    """Ports by quarters with the sums over both and over all."""
    values: dict[Cell, int] = {}
    lines = []
    height, width = len(counts), len(counts[0])
    for row in range(height):
        parts = [(f"p{row}", f"q{column}") for column in range(width)]
        values |= {part: counts[row][column] for column, part in enumerate(parts)}
        values[f"p{row}", "all"] = sum(counts[row])
        lines.append(Line((f"p{row}", "all"), tuple(parts)))
    for column in range(width):
        values["all", f"q{column}"] = sum(row[column] for row in counts)
        lines.append(Line(("all", f"q{column}"), tuple((f"p{row}", f"q{column}") for row in range(height))))
    values["all", "all"] = sum(map(sum, counts))
    lines.append(Line(("all", "all"), tuple((f"p{row}", "all") for row in range(height))))
    lines.append(Line(("all", "all"), tuple(("all", f"q{column}") for column in range(width))))
    return values, lines


def ranges(values: dict[Cell, int], lines: list[Line], hidden: frozenset[Cell]) -> dict[Cell, tuple[float, float]]:
    """What an attacker who knows all shown cells and that counts are not negative can say of each hidden one."""
    cells = sorted(hidden)
    place = {cell: number for number, cell in enumerate(cells)}
    left, right = [], []
    for line in lines:
        row, known = np.zeros(len(cells)), 0.0
        for cell, sign in [(part, 1) for part in line.parts] + [(line.total, -1)]:
            if cell in place:
                row[place[cell]] += sign
            else:
                known -= sign * values[cell]
        left.append(row)
        right.append(known)
    found = {}
    for cell in cells:
        aim = np.zeros(len(cells))
        aim[place[cell]] = 1.0
        ends = [linprog(sign * aim, A_eq=np.array(left), b_eq=np.array(right)) for sign in (1, -1)]
        assert ends[0].success
        found[cell] = (ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun)
    return found


def test_one_small_cell_takes_its_smallest_neighbour_along() -> None:
    values = {("a",): 3, ("b",): 20, ("c",): 9, ("all",): 32}
    assert hidden_cells(values, [Line(("all",), (("a",), ("b",), ("c",)))]) == {("a",), ("c",)}


def test_two_small_cells_with_a_small_sum_take_a_third_along() -> None:
    values = {("a",): 0, ("b",): 0, ("c",): 9, ("d",): 30, ("all",): 39}
    assert hidden_cells(values, [Line(("all",), (("a",), ("b",), ("c",), ("d",)))]) == {("a",), ("b",), ("c",)}


def test_with_nobody_to_hide_behind_the_total_goes_too() -> None:
    assert hidden_cells({("a",): 3, ("all",): 3}, [Line(("all",), (("a",),))]) == {("a",), ("all",)}


def test_large_cells_are_shown() -> None:
    assert hidden_cells({("a",): 5, ("b",): 6, ("all",): 11}, [Line(("all",), (("a",), ("b",)))]) == frozenset()


@pytest.mark.parametrize("counts", [[[3, 10, 20], [30, 40, 50], [60, 70, 80]], [[2, 9], [9, 50]]])
def test_a_cell_cannot_be_had_through_the_other_direction(counts: list[list[int]]) -> None:
    values, lines = table(counts)
    hidden = hidden_cells(values, lines)
    assert len(hidden) >= 4  # a rectangle: two in each of its rows and columns
    assert all(high - low >= 1 for low, high in ranges(values, lines, hidden).values())


@settings(max_examples=60)
@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.one_of(st.integers(0, 6), st.integers(0, 60)), min_size=width, max_size=width),
            min_size=2,
            max_size=5,
        )
    )
)
def test_no_hidden_cell_can_be_worked_out(counts: list[list[int]]) -> None:
    values, lines = table(counts)
    hidden = hidden_cells(values, lines, LIMIT)
    assert {cell for cell, value in values.items() if value < LIMIT} <= hidden
    for low, high in ranges(values, lines, hidden).values():
        assert high - low > 1e-6
