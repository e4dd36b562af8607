"""Finding a manifest by its built-in name or its path, and saying in one sentence why it cannot be used."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from linkage.errors import SourceError
from linkage.sources.columns import ColumnRule
from linkage.sources.declared import Completeness
from linkage.sources.manifest import Manifest, Mention

PACKAGE = "linkage.sources"
FOLDER = "builtin"
SUFFIX = ".toml"


def builtin_names() -> list[str]:
    """Names of the manifests that come along, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))


def load_manifest(name_or_path: str) -> Manifest:
    """The manifest of that built-in name, or the one in the TOML file of that path.

    Raises:
        SourceError: there is none, it is not TOML, or a key of it cannot be used; the text names the key.
    """
    content = _content(name_or_path)
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = "is not UTF-8; save the manifest as UTF-8"
        raise SourceError(name_or_path, "manifest-not-toml", message, line=line) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SourceError(name_or_path, "manifest-not-toml", f"is not valid TOML: {error}") from error
    if "digest" in document:
        message = "digest: is computed from the file; remove it"
        raise SourceError(name_or_path, "manifest-unknown-key", message)
    document["digest"] = hashlib.sha256(content).hexdigest()
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        raise _refusal(name_or_path, error) from error


def _folder() -> Traversable:
    return resources.files(PACKAGE).joinpath(FOLDER)


def _content(name_or_path: str) -> bytes:
    builtin = builtin_names()
    if name_or_path in builtin:
        return _folder().joinpath(name_or_path + SUFFIX).read_bytes()
    path = Path(name_or_path)
    try:
        if path.suffix == SUFFIX or len(path.parts) > 1 or path.is_file():
            return path.read_bytes()
    except (OSError, ValueError) as error:
        message = f"the manifest cannot be read ({type(error).__name__}); check the path"
        raise SourceError(name_or_path, "manifest-not-found", message) from error
    near = get_close_matches(name_or_path, builtin, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(builtin)}"
    message = f"no built-in source has this name; {hint} Another source is given as the path of its .toml manifest"
    raise SourceError(name_or_path, "manifest-not-found", message)


def _refusal(name_or_path: str, error: ValidationError) -> SourceError:
    """The first thing wrong with a document, as one sentence that names its key."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = first["loc"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    kind = first["type"]
    if kind == "extra_forbidden":
        known = _fields(where)
        near = get_close_matches(str(where[-1]), known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known keys are {', '.join(known)}"
        return SourceError(name_or_path, "manifest-unknown-key", f"{key}: unknown key; {hint}")
    if kind == "missing":
        return SourceError(name_or_path, "manifest-missing-key", f"{key}: is missing; add it")
    text = str(first["ctx"]["error"]) if kind == "value_error" else first["msg"][:1].lower() + first["msg"][1:]
    return SourceError(name_or_path, "manifest-bad-value", f"{key}: {text}")


def _fields(where: Sequence[int | str]) -> list[str]:
    """Names of the keys that the table holding an unknown key may have."""
    if len(where) == 1:
        return [name for name in Manifest.model_fields if name != "digest"]
    if where[0] == "complete_for":
        return list(Completeness.model_fields)
    return list((Mention if len(where) == 3 else ColumnRule).model_fields)
