"""Backups: a copy of a workspace that shows whether it is whole, and the way back from one.

A backup is a folder: the workspace's files under `workspace/`, `backup.json` about them, and `SHA256SUMS` in the form
of sha256sum(1), by which anybody can check it without this program. It holds people's records, for their owner alone.
"""

from api.backups.make import backup
from api.backups.restore import restore
from api.backups.told import Backup

__all__ = ["Backup", "backup", "restore"]
