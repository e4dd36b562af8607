"""Records to candidate pairs: several keys a record, common keys left to their more specific siblings."""

from linkage.block.candidates import CandidateChunk, active_entries, changed_status, stream
from linkage.block.keys import KEYS, Rule, block_keys, keys_by_rule
from linkage.block.terms import columns_of

__all__ = [
    "KEYS",
    "CandidateChunk",
    "Rule",
    "active_entries",
    "block_keys",
    "changed_status",
    "columns_of",
    "keys_by_rule",
    "stream",
]
