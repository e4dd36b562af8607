"""Candidate pairs from blocks, compiled by numba."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def expand(begin, stop, holders, position, entry_starts, ends, touched, seen, left, right):
    """Distinct pairs of the records in [begin, stop) with those after them in their blocks; returns how many.

    Args:
        holders: record of each place in the blocks, block after block in order of records.
        position: place of each entry, entries in order of records; `ends` where its block ends.
        seen: scratch, one entry a record, that holds no number in [begin, stop).
    """
    count = 0
    for record in range(begin, stop):
        for entry in range(entry_starts[record], entry_starts[record + 1]):
            for place in range(position[entry] + 1, ends[entry]):
                partner = holders[place]
                if seen[partner] != record and (touched[record] or touched[partner]):
                    seen[partner] = record
                    left[count] = record
                    right[count] = partner
                    count += 1
    return count


@njit(cache=True, nogil=True)
def places_by_record(holders, free, out):
    """Places of the entries, record after record.

    Args:
        free: where each record's places begin in `out`; moved on while they are filled.
    """
    for place in range(len(holders)):
        record = holders[place]
        out[free[record]] = place
        free[record] += 1
