"""One driver with coverage, as the command line and the API show it."""

from __future__ import annotations

from typing import Any

from api.coverage import coverage
from api.show import show
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace


def show_driver(workspace: Workspace, reference: str, *, is_record: bool = False) -> dict[str, Any]:
    """The `show` document.

    Args:
        reference: identity id, former id or `source/record_id`.
        is_record: it names a record and nothing else.

    Raises:
        UnknownRecord: the reference names nothing.
    """
    with workspace.reading() as connection:
        document = show(workspace, connection, reference)
    if is_record and reference not in {record["key"] for record in document["records"]}:
        raise UnknownRecord("no such record")
    return document | {"coverage": coverage(workspace, document["identity_id"])}
