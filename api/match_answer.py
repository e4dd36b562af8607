"""What a match says, and how it is told as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from linkage.pipeline import PairExplanation
from linkage.schema import Verdict


@dataclass(frozen=True, slots=True)
class Possible:
    """One stored record that a stated one may be.

    Args:
        verdict: what `why` would call the two after a load.
    """

    identity_id: str
    verdict: Verdict
    explanation: PairExplanation

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        said = self.explanation
        return {
            "identity_id": self.identity_id,
            "record": said.right,
            "verdict": str(self.verdict),
            "probability": said.probability,
            "bits": said.bits,
            "prior_bits": said.prior_bits,
            "by_attribute": [asdict(row) for row in said.by_attribute],
            "conflicts": list(said.conflicts),
        }


@dataclass(frozen=True, slots=True)
class RecordMatch:
    """What is found of one stated record.

    Args:
        load: the load after which the records stood as they were matched; 0 before the first.
        candidates: likeliest first.
        rejected: why no load would take the record; `warned` which values say nothing, or not what they seem to.
    """

    load: int
    candidates: tuple[Possible, ...]
    rejected: Sequence[Mapping[str, Any]] = ()
    warned: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """How records are to be matched.

    Args:
        most: candidates told of a record.
        today: day of the load that the match stands for.
        date_order: of their dates; None = year first.
    """

    today: date
    most: int = 10
    date_order: str | None = None


@dataclass(frozen=True)
class Matched:
    """The answer to one request.

    Args:
        records: by place in the request.
        newest_load: that the ledger held when the answer was made.
    """

    records: tuple[RecordMatch, ...]
    newest_load: int
    model: str
    most: int

    @property
    def load(self) -> int:
        """The earliest state that any of the records was matched against."""
        return min((found.load for found in self.records), default=self.newest_load)

    @property
    def people(self) -> list[str]:
        """Every identity that is shown, once."""
        shown = (c.identity_id for found in self.records for c in found.candidates[: self.most])
        return list(dict.fromkeys(shown))

    def document(self) -> dict[str, Any]:
        """The `match` document."""
        rows = [self._row(found) for found in self.records]
        lags = self.load < self.newest_load
        cut = any(row["truncated"] for row in rows)
        notices = [f"records are as after load {self.load}; newer ones are not in yet"] * lags
        notices += [f"no more than {self.most} candidates a record are told"] * cut
        return {
            "load": self.load,
            "newest_load": self.newest_load,
            "model": self.model,
            "rows": rows,
            "truncated": cut,
            "notice": "; ".join(notices) or None,
        }

    def _row(self, found: RecordMatch) -> dict[str, Any]:
        return {
            "candidates": [candidate.document() for candidate in found.candidates[: self.most]],
            "truncated": len(found.candidates) > self.most,
            "rejected": list(found.rejected),
            "warned": list(found.warned),
        }
