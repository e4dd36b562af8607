"""Records to candidate pairs: several keys a record, common keys left to their more specific siblings."""

from linkage.block.candidates import CandidateChunk, changed_status, stream
from linkage.block.keys import block_keys

__all__ = ["CandidateChunk", "block_keys", "changed_status", "stream"]
