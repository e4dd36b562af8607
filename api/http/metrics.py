"""What Prometheus may read: counts and times by route template, and how the audit is written. No label tells who.

Several workers write to the files of one folder (`counted_together`), which whichever of them is asked adds up.
"""

from __future__ import annotations

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api.audit import Group
from api.counted_together import SHARED

CONTENT_TYPE = CONTENT_TYPE_LATEST
UNMATCHED = "unmatched"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self._registry = own = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter("crosslane_requests", "Requests answered.", (*labels, "status"), registry=own)
        self._seconds = Histogram(
            "crosslane_request_seconds", "Time until an answer was sent.", labels, registry=own, buckets=SECONDS
        )
        self._audited = Counter("crosslane_audit_requests", "Answers that waited for the audit.", registry=own)
        self._entries = Counter("crosslane_audit_entries", "Entries of the audit.", registry=own)
        self._groups = Counter("crosslane_audit_transactions", "Transactions of the audit.", registry=own)
        self._syncs = Counter("crosslane_audit_syncs", "Syncs of the audit to disk.", registry=own)

    def answered(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """One more request was answered."""
        known, template = method if method in METHODS else "other", route or UNMATCHED
        self._requests.labels(known, template, str(status)).inc()
        self._seconds.labels(known, template).observe(seconds)

    def audited(self, group: Group) -> None:
        """One more group of entries is on disk."""
        self._audited.inc(group.requests)
        self._entries.inc(group.entries)
        self._groups.inc()
        if group.is_synced:
            self._syncs.inc()

    def exposition(self) -> bytes:
        """All metrics as Prometheus reads them, those of all workers added up."""
        if SHARED not in os.environ:
            return generate_latest(self._registry)
        added_up = CollectorRegistry()
        MultiProcessCollector(added_up)  # type: ignore[no-untyped-call]
        return generate_latest(added_up)
