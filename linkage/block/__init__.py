"""Records to candidate pairs: several keys a record, common keys left to their more specific siblings."""

from linkage.block.candidates import CandidateChunk, active_entries, changed_status, stream
from linkage.block.keys import block_keys

__all__ = ["CandidateChunk", "active_entries", "block_keys", "changed_status", "stream"]
