"""Quarters of a year, each told by its first day."""

from __future__ import annotations

from datetime import date


def quarter_name(day: date) -> str:
    """The quarter of a day, such as 2026Q1."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def first_day(day: date) -> date:
    """First day of the quarter of a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def next_quarter(quarter: date) -> date:
    """First day of the quarter after the one that begins on a day."""
    return quarters_back(quarter, -1)


def quarters_back(quarter: date, count: int) -> date:
    """First day of the quarter so many before."""
    months = quarter.year * 12 + quarter.month - 1 - 3 * count
    return date(months // 12, months % 12 + 1, 1)
