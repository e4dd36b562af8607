"""All person records laid out to be matched against: in memory, or in files that processes map and share."""

from linkage.pipeline.kept_index.as_loaded import joined
from linkage.pipeline.kept_index.files import KeptFiles
from linkage.pipeline.kept_index.matching import Candidate, Matching, match
from linkage.pipeline.kept_index.people import PeopleIndex
from linkage.pipeline.kept_index.row_text import COLUMNS
from linkage.pipeline.kept_index.segment import Segment
from linkage.pipeline.kept_index.worlds import Ledger

__all__ = ["COLUMNS", "Candidate", "KeptFiles", "Ledger", "Matching", "PeopleIndex", "Segment", "joined", "match"]
