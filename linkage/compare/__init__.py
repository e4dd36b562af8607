"""Pairs of records to agreement levels, one module an attribute.

Every comparison works on integer codes: each column is dictionary-encoded once, and costly comparisons are made per
distinct pair of values. Level 0 is always "missing": neither agreement nor disagreement.
"""

from linkage.compare.coding import SHARED, CodedRecords, common_values, encode
from linkage.compare.pairs import ATTRIBUTES, Comparison, compare, is_hopeful

__all__ = [
    "ATTRIBUTES",
    "SHARED",
    "CodedRecords",
    "Comparison",
    "agreeing_identifier",
    "common_values",
    "compare",
    "encode",
    "is_hopeful",
]
