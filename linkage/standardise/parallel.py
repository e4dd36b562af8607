"""Large frames standardised by two processes: rows of people are independent of each other."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import polars as pl

from linkage.schema import Kind
from linkage.standardise import Context, Standardised, standardise

ENOUGH_ROWS = 15_000
"""Rows from which a second process saves more time than its start costs (about a second)."""


def standardise_on_all_cores(kind: Kind, raw: pl.DataFrame, context: Context) -> Standardised:
    """The same as `standardise`, row for row, whatever the number of processes."""
    if kind is not Kind.PERSON or raw.height < ENOUGH_ROWS or (os.cpu_count() or 1) < 2:
        return standardise(kind, raw, context)
    half = raw.height // 2
    try:
        # A fork would copy the threads' locks of the frame library; a fresh process has none.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rest = pool.submit(standardise, kind, raw[half:], context)
            first, second = standardise(kind, raw[:half], context), rest.result()
    except BrokenProcessPool:  # no second process can be had here: an interactive session, a small container
        return standardise(kind, raw, context)
    return Standardised(
        facts=pl.concat([first.facts, second.facts]),
        rejected=pl.concat([first.rejected, second.rejected]),
        warned=pl.concat([first.warned, second.warned]),
    )
