"""Work taken on: what it needs is on disk, and its job in the ledger, before anybody is told that it was."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.also import Also, nothing
from api.jobs.document import job_document
from api.jobs.incoming import Arrival, Incoming
from api.jobs.states import JobKind
from api.jobs.tables import Job, JobTables
from api.restriction import restriction_of
from linkage.errors import SourceError
from linkage.ledger import Workspace
from linkage.sources import LoadMode, ReadOptions, builtin_names, load_manifest

RECORDS = "records.jsonl"
ASKED = "asked.json"


@dataclass(frozen=True, slots=True)
class WhatToLoad:
    """How a file that was sent is to be read: the options of `load`.

    Args:
        source: a built-in manifest's name. A path is none: it would be one of this machine.
        today: the load day.
    """

    source: str
    today: date
    mode: str | None = None
    date_order: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    confirm: bool = False

    def __post_init__(self) -> None:
        """The source and the options can be used.

        Raises:
            SourceError: one of them cannot.
        """
        if self.source not in builtin_names():
            raise SourceError("source", "source-not-known", f"give one of {', '.join(builtin_names())}")
        if self.mode is not None and self.mode not in list(LoadMode):
            raise SourceError("mode", "option-not-usable", f"give one of {', '.join(LoadMode)}")
        ReadOptions(self.date_order, self.encoding, self.delimiter)

    def document(self) -> dict[str, Any]:
        """The same as JSON values, without what was left as the manifest says."""
        said = {
            name: getattr(self, name) for name in ("mode", "date_order", "encoding", "delimiter") if getattr(self, name)
        }
        return {"source": self.source, "today": self.today.isoformat(), "confirm": self.confirm, **said}


def new_job_id() -> str:
    """An id that no other job has and nobody guesses."""
    return f"j-{secrets.token_hex(8)}"


def accept_file(workspace: Workspace, arrival: Arrival, what: WhatToLoad, actor: str, also: Also = nothing) -> Job:
    """The file that arrived is a job's, which waits for its turn.

    Args:
        arrival: written whole; its folder is named for the job.
        also: what else is written with the job.

    Raises:
        SourceError: the workspace may not hold the source; the file is read by nobody.
    """
    _require_declared(workspace, what)
    file = {"file": arrival.path.name, "bytes": arrival.size, "sha256": arrival.sha256}
    return _accept(workspace, arrival, (JobKind.LOAD, actor, what.document() | file), also)


def accept_records(
    workspace: Workspace, records: Sequence[Mapping[str, Any]], what: WhatToLoad, actor: str, also: Also = nothing
) -> Job:
    """The records are a job's, one a line in the order given.

    Raises:
        SourceError: the workspace may not hold the source.
    """
    _require_declared(workspace, what)
    request = what.document() | {"records": len(records)}
    with Incoming(workspace.path).arriving(new_job_id(), RECORDS) as arrival:
        # Escaped, so that what cannot be text is rejected with its line as in a file, and no line ends early.
        arrival.write("".join(json.dumps(record) + "\n" for record in records).encode("ascii"))
        return _accept(workspace, arrival, (JobKind.RECORDS, actor, request), also)


def _require_declared(workspace: Workspace, what: WhatToLoad) -> None:
    with workspace.reading() as connection:
        restriction_of(connection).require("source", what.source, load_manifest(what.source))


def accept_judgement(
    workspace: Workspace, kind: JobKind, asked: Mapping[str, Any], actor: str, also: Also = nothing
) -> Job:
    """A decision, or taking one back, is a job's: what was asked is in its file, and words of it nowhere else.

    Args:
        asked: what `decide` or `undo` is given, as JSON values.
    """
    with Incoming(workspace.path).arriving(new_job_id(), ASKED) as arrival:
        arrival.write(json.dumps(asked).encode())
        return _accept(workspace, arrival, (kind, actor, {}), also)


def _accept(workspace: Workspace, arrival: Arrival, asked: tuple[JobKind, str, dict[str, Any]], also: Also) -> Job:
    kind, actor, request = asked
    arrival.settle()
    with workspace.transaction() as connection:
        job = JobTables(connection).add(arrival.path.parent.name, kind, actor, request)
        also(connection, job_document(job))
    arrival.keep()
    return job
