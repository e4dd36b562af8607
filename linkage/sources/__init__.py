"""Files in, mentions out: manifests say what columns mean, readers give every row or say why not."""

from linkage.sources.catalogue import builtin_names, load_manifest
from linkage.sources.describe import FileDescription, MentionSummary, RejectSummary, describe
from linkage.sources.manifest import Manifest, Mention
from linkage.sources.mentions import MentionRows
from linkage.sources.options import DateOrder, FileFormat, LoadMode, ReadOptions
from linkage.sources.read import ReadFile, read

__all__ = [
    "DateOrder",
    "FileDescription",
    "FileFormat",
    "LoadMode",
    "Manifest",
    "Mention",
    "MentionRows",
    "MentionSummary",
    "ReadFile",
    "ReadOptions",
    "RejectSummary",
    "builtin_names",
    "describe",
    "load_manifest",
    "read",
]
