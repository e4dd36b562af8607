"""Pairs of records to agreement levels, one module a kind of comparison.

Every comparison works on integer codes: each column is dictionary-encoded once, and costly comparisons are made per
distinct pair of values. Level 0 is always "missing": neither agreement nor disagreement.
"""

from linkage.compare.kinds import Agreement
from linkage.compare.records import Agreements, CodedRecords, columns_of, common_values, encode
from linkage.compare.registry import attribute_levels, levels_of

__all__ = [
    "Agreement",
    "Agreements",
    "CodedRecords",
    "attribute_levels",
    "columns_of",
    "common_values",
    "encode",
    "levels_of",
]
