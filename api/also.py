"""What else is written in the transaction of a change, by whoever asked for the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import apsw

Also: TypeAlias = Callable[[apsw.Connection, Mapping[str, Any]], None]
"""Called last in the transaction with the document that tells of the change; what it raises takes the change back."""


def nothing(_: apsw.Connection, __: Mapping[str, Any]) -> None:
    """Nothing else is written."""
