"""Partners' answers taken in: loaded like any source, and what is made of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.coverage import day_of, documents
from api.exchange import Act
from api.exchange_list import list_requests
from api.exchange_state import exchange_on
from api.load import LoadRequest, load
from api.progress import Progress
from linkage.ledger import Workspace
from linkage.schema import Kind

SOURCE = "partner_answers"


def take_answers(
    workspace: Workspace, files: Sequence[Path], act: Act, source: str = SOURCE, progress: Progress | None = None
) -> dict[str, Any]:
    """The answers are in the workspace, each judged against the request that it names.

    Args:
        source: the manifest that the files are read by.

    Returns:
        The requests that the files name as rows, every answer of the files with what is made of it, and the `load`
        document.

    Raises:
        SourceError: a file is refused.
    """
    with workspace.reading() as connection:
        day = act.today or day_of(connection)
    loaded = load(workspace, LoadRequest(tuple(files), source, day, reason=act.reason, actor=act.actor), progress)
    with workspace.reading() as connection:
        judged = exchange_on(workspace, connection, day)[1]
    loads = [] if loaded["load_id"] is None else [loaded["load_id"]]
    brought = workspace.fact_store.current(Kind.PARTNER_ANSWER, loads, ["key"])
    judged = judged.join(brought, on="key", how="semi")
    requests = list_requests(workspace, day, only=judged["request_id"].to_list())
    return requests | {"answers": documents(judged), "load": loaded}
