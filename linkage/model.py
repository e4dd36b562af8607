"""A linkage model: what is compared and how, which records meet, and what each level of agreement says.

All of it stands in one readable file, so that an attribute, a level, a blocking rule or a whole kind of entity is
added there and not in the engine. The model is a versioned input that a load never changes; the same records under
the same model give the same identities, in whatever order they came.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from linkage.errors import ModelError
from linkage.phonetics import fold

SHIPPED = {
    "driver": "driver_model.toml",
    "person": "person_model.toml",
    "carrier": "carrier_model.toml",
    "carrier_succession": "carrier_succession_model.toml",
}
GRAIN = 1024
"""Every figure is a multiple of 1/1024 bit: sums of them are exact, so the order of additions never shows."""
NAME_SHARES = {"token": pl.String, "given_share": pl.Float64, "surname_share": pl.Float64}
FREQUENCIES = {"attribute": pl.String, "value": pl.String, "share": pl.Float64}
_NO_FREQUENCIES = ",".join(FREQUENCIES).encode() + b"\n"
BITS = ("bits", "household", "information")


@dataclass(frozen=True, slots=True)
class Level:
    """What one level of agreement says.

    Args:
        bits: log2(m/u) against two random records.
        household: log2(m/u) against two people of one household.
        information: share of the agreed value's own rarity (-log2 of its frequency) that is added to `bits`.
        when: how near two values must be for this level, where the kind of comparison leaves that to the file.
    """

    bits: float
    household: float = 0.0
    information: float = 0.0
    when: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: how it is compared, and what its levels say.

    Args:
        compare: kind of comparison (see `linkage.compare`).
        columns: of the records, as that kind wants them.
        options: further settings of the kind.
        levels: level name to level, best first.
        contradicts: levels that speak against a match by themselves.
        bars: levels at which two records are never one entity.
        vague: levels that count for an entity only where no other level of the attribute is known.
        slips: levels that one wrong record explains; they do not speak for two groups whose own records agree on
            another value each.
    """

    name: str
    compare: str
    columns: tuple[str, ...]
    options: Mapping[str, Any]
    levels: Mapping[str, Level]
    contradicts: frozenset[str] = frozenset()
    bars: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()
    slips: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """A column that the model wants of any table.

    Args:
        type: text, date or code (see `linkage.standardise.plain`), or tokens: those of other fields together.
        of: for tokens, the fields whose tokens they are.
        names: what the column is usually called.
    """

    name: str
    type: str
    of: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Match weights, in bits, that separate same, possible and different, and rules of the clustering.

    Args:
        same: from which one pair is a match by itself.
        possible: from which a pair is kept for a person to judge.
        clip: bound on what one pair may say for or against inside a cluster.
        margin: a record that fits two identities within this joins neither.
        cut: weight from which two groups that a chain of ties holds together are one.
        tie: from which a pair holds records together, so that their groups are weighed.
    """

    same: float
    possible: float
    clip: float
    margin: float
    cut: float
    tie: float


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


@dataclass(frozen=True, slots=True)
class NicknameForms:
    """What the table of nicknames says of any two tokens, worked out once.

    Args:
        pairs: formal, variant: tokens that stand for one name.
        sounds: the same of their sounds.
        letters: formal, letter: initials that its variants have.
    """

    pairs: pl.DataFrame
    sounds: pl.DataFrame
    letters: pl.DataFrame

    @classmethod
    def of(cls, nicknames: pl.DataFrame) -> NicknameForms:
        """Of a table with `formal` and `variant`."""
        forms = nicknames.select("formal", "variant")
        # Two variants of one formal name stand for each other as well (Bob, Robbie).
        siblings = forms.join(forms, on="formal").select(formal="variant", variant="variant_right")
        pairs = pl.concat([forms, siblings]).filter(pl.col("formal") != pl.col("variant")).unique()
        both = pl.concat([forms, forms.select(formal="variant", variant="formal")])
        letters = both.select("formal", letter=pl.col("variant").str.slice(0, 1)).unique().sort("formal", "letter")
        words = pl.concat([pairs["formal"], pairs["variant"].alias("formal")]).unique()
        heard = pl.DataFrame({"word": words, "sound": pl.Series([fold(word) for word in words], dtype=pl.String)})
        sounds = (
            pairs.join(heard, left_on="formal", right_on="word")
            .join(heard, left_on="variant", right_on="word", suffix="_variant")
            .select(formal="sound", variant="sound_variant")
            .unique()
        )
        return cls(pairs, sounds, letters)


@dataclass(frozen=True)
class Model:
    """Everything scoring needs, read from one TOML file and tables of frequencies.

    Args:
        prior_random: log2 odds that two random records are one entity.
        prior_organization: log2 odds that two random records of organisations are one.
        prior_household: log2 odds that two records fitting one household are one person; None where the model knows
            no household.
        attributes: in the file's order.
        blocking: rules, each a tuple of terms (`column` or `column.transform`).
        fields: columns of any table that the model can use; empty for models of standardised facts.
        shared: columns whose common values stop being evidence (see `limits.sharing`).
        weighs_entities: groups of records are weighed with all their values, not by the average of their pairs.
        slope: of the log2 odds over the match weight, with `intercept` in bits: what labels made of the weight
            (Platt scaling); 1 and 0 take the weight at its word.
        is_calibrated: whether the probabilities were checked against labels.
        names: folded token, given_share, surname_share (shares of the population).
        nicknames: formal, variant (folded tokens).
        frequencies: attribute, value, share: rarity of values that the model was trained with.
        digest: of the file and the tables; part of every run's account.
    """

    version: str
    prior_random: float
    prior_organization: float
    prior_household: float | None
    thresholds: Thresholds
    limits: Limits
    floors: Floors
    attributes: Mapping[str, Attribute]
    blocking: tuple[tuple[str, ...], ...]
    fields: Mapping[str, Field]
    shared: tuple[str, ...]
    names: pl.DataFrame
    nicknames: pl.DataFrame
    frequencies: pl.DataFrame
    digest: str
    weighs_entities: bool = False
    slope: float = 1.0
    intercept: float = 0.0
    is_calibrated: bool = True

    def probability(self, weight: float) -> float:
        """Probability of a match for a match weight in bits (log2 of the posterior odds, as the model sees them)."""
        odds = self.slope * weight + self.intercept
        return 1.0 / (1.0 + math.exp2(-max(min(odds, 60.0), -60.0)))

    @cached_property
    def shares(self) -> Mapping[str, Mapping[str, float]]:
        """`frequencies` for looking up single values."""
        out: dict[str, dict[str, float]] = {}
        for attribute, value, share in self.frequencies.iter_rows():
            out.setdefault(attribute, {})[value] = share
        return out

    @cached_property
    def nickname_forms(self) -> NicknameForms:
        """`nicknames` for looking up pairs of tokens."""
        return NicknameForms.of(self.nicknames)

    def restricted(self, attributes: Mapping[str, Attribute], rules: tuple[tuple[str, ...], ...]) -> Model:
        """The model with only these attributes and blocking rules."""
        return replace(self, attributes=MappingProxyType(dict(attributes)), blocking=rules)

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Attributes that repeat each other, by the name of their group (option `group`): parts of one address."""
        out: dict[str, tuple[str, ...]] = {}
        for name, attribute in self.attributes.items():
            if group := attribute.options.get("group"):
                out[str(group)] = (*out.get(str(group), ()), name)
        return {group: members for group, members in out.items() if len(members) > 1}

    @property
    def has_household(self) -> bool:
        """Whether pairs are weighed against two people of one household as well."""
        return self.prior_household is not None

    @property
    def has_contradictions(self) -> bool:
        """Whether any attribute names levels that speak against a match by themselves."""
        return any(attribute.contradicts for attribute in self.attributes.values())


def load_model(source: Path | str | None = None) -> Model:
    """The model in a TOML file, a shipped one by its name, or the shipped driver model.

    A trained model may have `<file stem>.frequencies.csv` beside it.

    Raises:
        ModelError: the file cannot be read, or a key is missing, unknown or no number.
    """
    name = "driver" if source is None else str(source)
    if name in SHIPPED:
        return _shipped(name)
    try:
        text, beside = Path(name).read_bytes(), Path(name).with_suffix(".frequencies.csv")
        frequencies = beside.read_bytes() if beside.exists() else _NO_FREQUENCIES
    except (OSError, ValueError) as error:
        raise ModelError(f"model {name} cannot be read: {error}") from error
    return _read(name, text, frequencies)


@cache
def _shipped(name: str) -> Model:
    """A model that comes with the program and stays as it is; what is worked out of it is worked out once."""
    return _read(name, (resources.files("linkage") / "data" / SHIPPED[name]).read_bytes(), _NO_FREQUENCIES)


def _read(name: str, text: bytes, frequencies: bytes) -> Model:
    folder = resources.files("linkage") / "data"
    try:
        document = tomllib.loads(text.decode("utf-8"), parse_float=finite)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"model {name} cannot be read: {error}") from error
    names = (folder / "name_frequency.csv").read_bytes()
    nicknames = (folder / "nicknames.csv").read_bytes()
    tables = (
        pl.read_csv(names, schema=NAME_SHARES),
        pl.read_csv(nicknames, infer_schema=False),
        pl.read_csv(frequencies, schema=FREQUENCIES),
    )
    digest = hashlib.sha256(b"\0".join((text, names, nicknames, frequencies))).hexdigest()
    try:
        return build_model(document, tables, digest)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ModelError(f"model {name}: {error!r} is missing, unknown or no number") from error


def finite(text: str) -> float:
    """The number that a figure of a document says: no weight and no bound is infinite or no number.

    Raises:
        ValueError: it is.
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no finite number")
    return value


def training_of(name: str) -> Mapping[str, Any]:
    """What the file of a shipped model says of its training (data, method, calibrated); empty where it is silent."""
    text = (resources.files("linkage") / "data" / SHIPPED[name]).read_text("utf-8")
    return MappingProxyType(dict(tomllib.loads(text).get("training", {})))


def build_model(
    document: Mapping[str, Any], tables: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], digest: str
) -> Model:
    """A model from a parsed file and its tables (names, nicknames, frequencies)."""
    prior = document["prior"]
    household = prior.get("household")
    calibration = document.get("calibration", {})
    thresholds = {name: float(value) for name, value in document["thresholds"].items()}
    return Model(
        version=str(document["version"]),
        prior_random=_grained(prior["random"]),
        prior_organization=_grained(prior.get("organization", prior["random"])),
        prior_household=None if household is None else _grained(household),
        thresholds=Thresholds(**dict.fromkeys(("cut", "tie"), thresholds["same"]) | thresholds),
        limits=Limits(**{name: int(value) for name, value in document["limits"].items()}),
        floors=Floors(**{name: float(value) for name, value in document["floor"].items()}),
        attributes=MappingProxyType({name: _attribute(name, table) for name, table in document["attributes"].items()}),
        blocking=tuple(tuple(str(term) for term in rule) for rule in document["blocking"].get("rules", ())),
        fields=MappingProxyType({name: _field(name, table) for name, table in document.get("fields", {}).items()}),
        shared=tuple(document.get("shared", {}).get("columns", ())),
        names=tables[0],
        nicknames=tables[1],
        frequencies=tables[2],
        digest=digest,
        weighs_entities=bool(document.get("clustering", {}).get("entities", False)),
        slope=float(calibration.get("slope", 1.0)),
        intercept=float(calibration.get("intercept", 0.0)),
        is_calibrated=bool(calibration) or bool(document.get("training", {}).get("calibrated", True)),
    )


def _field(name: str, table: Mapping[str, Any]) -> Field:
    return Field(name, str(table["type"]), tuple(table.get("of", ())), tuple(table.get("from", ())))


def _attribute(name: str, table: Mapping[str, Any]) -> Attribute:
    known = ("compare", "columns", "levels", "contradicts", "bars", "vague", "slips")
    return Attribute(
        name=name,
        compare=str(table["compare"]),
        columns=tuple(str(column) for column in table["columns"]),
        options=MappingProxyType({key: value for key, value in table.items() if key not in known}),
        levels=MappingProxyType({level: _level(figures) for level, figures in table["levels"].items()}),
        contradicts=frozenset(table.get("contradicts", ())),
        bars=frozenset(table.get("bars", ())),
        vague=frozenset(table.get("vague", ())),
        slips=frozenset(table.get("slips", ())),
    )


def _level(table: Mapping[str, Any]) -> Level:
    figures = {name: _grained(table[name]) for name in BITS if name in table}
    when = MappingProxyType({name: float(value) for name, value in table.items() if name not in BITS})
    return Level(bits=figures.pop("bits", 0.0), when=when, **figures)


def _grained(value: Any) -> float:
    return round(float(value) * GRAIN) / GRAIN
