"""A linkage model: what each level of agreement says, and the limits that keep the work bounded.

The model is a versioned input that a load never changes; the same records under the same model give the same
identities, in whatever order they came.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from linkage.errors import ModelError

SHIPPED = "driver_model.toml"
NAME_SHARES = {"token": pl.String, "given_share": pl.Float64, "surname_share": pl.Float64}


@dataclass(frozen=True, slots=True)
class Level:
    """What one level of agreement says.

    Args:
        bits: log2(m/u) against two random people.
        household: log2(m/u) against two people of one household.
        information: share of the agreed value's own rarity (-log2 of its frequency) that is added to `bits`.
    """

    bits: float
    household: float
    information: float = 0.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Match weights, in bits, that separate same, possible and different, and rules of the clustering."""

    same: float
    possible: float
    clip: float
    margin: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers of records beyond which a key, a shared value or a component is treated as common."""

    block: int
    sharing: int
    component: int


@dataclass(frozen=True, slots=True)
class Floors:
    """Largest information, in bits, that one name token may carry."""

    given: float
    surname: float
    organization: float


@dataclass(frozen=True)
class Model:
    """Everything scoring needs, read from one TOML file and two tables of names.

    Args:
        prior_random: log2 odds that two random records are one person.
        prior_household: log2 odds that two records fitting one household are one person.
        levels: attribute to level name to level, in the file's order.
        names: folded token, given_share, surname_share (shares of the population).
        nicknames: formal, variant (folded tokens).
        digest: of the file and the tables; part of every run's account.
    """

    version: str
    prior_random: float
    prior_household: float
    thresholds: Thresholds
    limits: Limits
    floors: Floors
    levels: Mapping[str, Mapping[str, Level]]
    names: pl.DataFrame
    nicknames: pl.DataFrame
    digest: str

    def probability(self, weight: float) -> float:
        """Probability of a match for a match weight in bits (log2 of the posterior odds)."""
        return 1.0 / (1.0 + math.exp2(-max(min(weight, 60.0), -60.0)))


def load_model(path: Path | None = None) -> Model:
    """The model in a TOML file, or the shipped one.

    Raises:
        ModelError: the file cannot be read, or a key is missing, unknown or no number.
    """
    folder = resources.files("linkage") / "data"
    try:
        text = path.read_bytes() if path else (folder / SHIPPED).read_bytes()
        document = tomllib.loads(text.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"model {path or SHIPPED} cannot be read: {error}") from error
    names = (folder / "name_frequency.csv").read_bytes()
    nicknames = (folder / "nicknames.csv").read_bytes()
    digest = hashlib.sha256(b"\0".join((text, names, nicknames))).hexdigest()
    try:
        return Model(
            version=str(document["version"]),
            prior_random=float(document["prior"]["random"]),
            prior_household=float(document["prior"]["household"]),
            thresholds=Thresholds(**_floats(document["thresholds"])),
            limits=Limits(**{name: int(value) for name, value in document["limits"].items()}),
            floors=Floors(**_floats(document["floor"])),
            levels=MappingProxyType(
                {
                    attribute: MappingProxyType({name: Level(**_floats(level)) for name, level in levels.items()})
                    for attribute, levels in document["attributes"].items()
                }
            ),
            names=pl.read_csv(names, schema=NAME_SHARES),
            nicknames=pl.read_csv(nicknames, infer_schema=False),
            digest=digest,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"model {path or SHIPPED}: {error!r} is missing, unknown or no number") from error


def _floats(table: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in table.items()}
