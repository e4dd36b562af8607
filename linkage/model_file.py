"""A model back to the file that `load_model` reads: TOML a person can edit, frequencies as a table beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from linkage.model import Attribute, Field, Model


def write_model(model: Model, path: Path, training: Mapping[str, Any]) -> None:
    """The model is in `path`, its frequencies in `<stem>.frequencies.csv` beside it.

    Args:
        training: facts of the training, kept under `[training]`.
    """
    path.write_text(model_text(model, training), encoding="utf-8")
    model.frequencies.write_csv(path.with_suffix(".frequencies.csv"))


def model_text(model: Model, training: Mapping[str, Any]) -> str:
    """The model as TOML."""
    prior = {"random": model.prior_random, "organization": model.prior_organization}
    if model.prior_household is not None:
        prior["household"] = model.prior_household
    lines = [f"version = {_value(model.version)}"]
    lines += _table("training", training)
    if model.is_calibrated and (model.slope, model.intercept) != (1.0, 0.0):
        lines += _table("calibration", {"slope": model.slope, "intercept": model.intercept})
    for name, field in model.fields.items():
        lines += _table(f"fields.{_key(name)}", _field(field))
    lines += _table("prior", prior)
    lines += _table("thresholds", asdict(model.thresholds))
    lines += _table("limits", asdict(model.limits))
    lines += _table("floor", asdict(model.floors))
    lines += _table("clustering", {"entities": model.weighs_entities})
    lines += _table("shared", {"columns": list(model.shared)})
    lines += ["", "[blocking]", "rules = [", *(f"    {_value(list(rule))}," for rule in model.blocking), "]"]
    for attribute in model.attributes.values():
        lines += _attribute(attribute)
    return "\n".join(lines) + "\n"


def _attribute(attribute: Attribute) -> Iterator[str]:
    name = f"attributes.{_key(attribute.name)}"
    table = {"compare": attribute.compare, "columns": list(attribute.columns), **attribute.options}
    for word in ("contradicts", "bars", "vague", "slips"):
        if levels := getattr(attribute, word):
            table[word] = sorted(levels)
    yield from _table(name, table)
    yield f"[{name}.levels]"
    for level, figures in attribute.levels.items():
        said = {"bits": figures.bits, "household": figures.household, "information": figures.information}
        kept = {word: value for word, value in said.items() if value or word == "bits"} | dict(figures.when)
        yield f"{_key(level)} = {{ " + ", ".join(f"{word} = {_value(value)}" for word, value in kept.items()) + " }"


def _field(field: Field) -> dict[str, Any]:
    return {"type": field.type, **({"of": list(field.of)} if field.of else {}), "from": list(field.names)}


def _table(name: str, values: Mapping[str, Any]) -> list[str]:
    return ["", f"[{name}]", *(f"{_key(word)} = {_value(value)}" for word, value in values.items())]


def _key(word: str) -> str:
    return word if word.replace("_", "").replace("-", "").isalnum() and word.isascii() else _value(word)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    # Texts and numbers of TOML are written as those of JSON are.
    return json.dumps(value, ensure_ascii=False)
