"""Records in, identities out: sources, standardise, block, compare, score, cluster, identities, ledger.

As a library: `linkage.dedupe(table)` and `linkage.link(left, right)`; see `docs/library.md`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Settings", "dedupe", "link", "load_model"]


def __getattr__(name: str) -> Any:
    """The public names, imported when asked for: a command that needs none of them starts faster."""
    if name not in __all__:
        raise AttributeError(f"module 'linkage' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module("linkage.model" if name == "load_model" else "linkage.pipeline.frames"), name)
