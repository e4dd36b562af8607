"""A synthetic world in a workspace, as far as some kinds of facts are concerned."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import loads
from linkage.ledger import Workspace
from linkage.schema import Kind
from linkage.sources import load_manifest


def load_world(settings: WorldSettings, folder: Path, kinds: Collection[Kind]) -> tuple[Path, Workspace]:
    """The folder of a new world, and a workspace that holds those of its files that tell of these kinds."""
    world = folder / "world"
    generate(settings, world)
    workspace = create_workspace(folder / "workspace")
    for path, source in loads(world):
        if set(kinds) & set(load_manifest(source).kinds):
            load(workspace, LoadRequest((path,), source, settings.today))
    return world, workspace
