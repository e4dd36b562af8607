"""What Polars raises where a file is not what it takes it for."""

from __future__ import annotations

import polars as pl

UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""A damaged file can also make Polars panic, which is no PolarsError and not even an Exception."""
