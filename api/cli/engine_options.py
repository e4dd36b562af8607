"""Options of commands whose work may be done on Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.engine import Place

EngineOption = Annotated[
    str, typer.Option(help="Where records are compared: local, this machine; or spark.", show_default=False)
]
MasterOption = Annotated[
    str | None, typer.Option(help="Spark's master: local[*], spark://HOST:7077, yarn, ...", show_default=False)
]
SparkFolderOption = Annotated[
    str | None,
    typer.Option(help="Path or URL that all of Spark's executors reach, for what they hand on.", show_default=False),
]

SparkOutputOption = Annotated[
    str | None, typer.Option(help="Path or URL where identities and pairs are left in Parquet.", show_default=False)
]


def place_of(text: str) -> Place:
    """A URL as it stands, and everything else as a path."""
    return text if "://" in text else Path(text)
