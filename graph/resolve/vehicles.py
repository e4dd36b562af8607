"""Which mentions of vehicles are one vehicle: by VIN, by a VIN with a slip, by plate.

A valid VIN is the same vehicle in every source. One that fails its check digit is the vehicle of its own source, unless
it is a slip away from one valid VIN that wears the same plate or belongs to the same carrier. A plate without a VIN is
the one vehicle known to wear it; plates are handed on, so that a plate of two vehicles is decided by the carrier, or
stays by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

MENTION = {
    "source": pl.String,
    "vin": pl.String,
    "vin_quality": pl.String,
    "plate": pl.String,
    "plate_jurisdiction": pl.String,
    "carrier": pl.String,
}
"""What a row says of a vehicle; `carrier` is the carrier's node."""

_LETTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
_VALUES = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9])
_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
_CHECK = 8
_LENGTH = 17


def vehicle_key(mentions: pl.DataFrame) -> pl.Expr:
    """Key of the vehicle that each mention names by itself, null where it names none.

    The VIN; source and VIN while its check digit fails; without a VIN, plate with jurisdiction.

    Args:
        mentions: frame with source, vin, vin_quality and, if it has them, plate and plate_jurisdiction.
    """
    usable = pl.col("vin").is_not_null() & ~pl.col("vin_quality").is_in(["malformed", "placeholder"])
    suspect = pl.col("vin_quality") == "suspect"
    by_vin = pl.when(usable & suspect).then(pl.format("{}/{}", "source", "vin")).when(usable).then(pl.col("vin"))
    return by_vin if "plate" not in mentions.columns else pl.coalesce(by_vin, pl.format("plate:{}", _plate()))


def resolve_vehicles(mentions: pl.DataFrame) -> pl.DataFrame:
    """Which vehicle each key of `vehicle_key` is.

    Args:
        mentions: frame MENTION, all of them.

    Returns:
        Frame key, vehicle, ordered by key: the key of a vehicle with a valid VIN where one is known.

    Complexity: some fifty look-ups for each VIN that fails its check digit.
    """
    named = mentions.select(
        "carrier", key=vehicle_key(mentions), plate=_plate(), is_vin=pl.col("vin").is_not_null(),
        is_valid=(pl.col("vin_quality") == "valid").fill_null(value=False), vin="vin",
    ).drop_nulls("key")  # fmt: skip
    # Words of the two tables: which plates a key wears, and which carriers run it.
    plates = named.select("key", "plate").drop_nulls().unique()
    carriers = named.select("key", "carrier").drop_nulls().unique()
    valid = named.filter("is_valid").select(vin="key").unique()
    slips = _slips(named.filter(pl.col("is_vin") & ~pl.col("is_valid")).select("key", "vin").unique(), valid)
    righted = _only(slips, plates, carriers)
    wearers = plates.join(righted, on="key", how="left").select(
        "plate", vehicle=pl.coalesce("vehicle", "key"), is_plate=pl.col("key").str.starts_with("plate:")
    )
    worn = (
        wearers.filter("is_plate")
        .select("plate", key="vehicle")
        .join(wearers.filter(~pl.col("is_plate")).select("plate", "vehicle").unique(), on="plate")
    )
    alone = worn.filter(pl.col("vehicle").n_unique().over("key") == 1).select("key", "vehicle").unique()
    run = carriers.join(righted, on="key", how="left").select("carrier", key=pl.coalesce("vehicle", "key")).unique()
    torn = worn.join(alone, on="key", how="anti").select("key", "vehicle")
    decided = _only(torn, pl.DataFrame(schema={"key": pl.String, "plate": pl.String}), run)
    moved = pl.concat([righted, alone, decided])
    keys = named.select("key").unique().join(moved, on="key", how="left")
    return keys.select("key", vehicle=pl.coalesce("vehicle", "key")).sort("key")


def judge_vins(events: pl.DataFrame, mentions: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The events with `vin_quality`: valid where any vehicle or driving row calls that VIN valid, else suspect.

    Args:
        events: frame EVENT, which says nothing of the quality of its VINs.
        mentions: frames with vin and vin_quality.
    """
    judged = [m.filter(pl.col("vin_quality") == "valid").select("vin") for m in mentions]
    valid = pl.concat([pl.DataFrame(schema={"vin": pl.String}), *judged]).unique()["vin"]
    quality = pl.when(pl.col("vin").is_in(valid.implode())).then(pl.lit("valid")).otherwise(pl.lit("suspect"))
    return events.with_columns(vin_quality=quality)


def _plate() -> pl.Expr:
    return pl.when(pl.col("plate").is_not_null() & pl.col("plate_jurisdiction").is_not_null()).then(
        pl.format("{}/{}", "plate_jurisdiction", "plate")
    )


def _only(choices: pl.DataFrame, plates: pl.DataFrame, carriers: pl.DataFrame) -> pl.DataFrame:
    """Frame key, vehicle: the one choice of each key that shares its plate, else the one that shares its carrier.

    Args:
        choices: frame key, vehicle.
        plates: frame key, plate; `carriers` likewise.
    """

    def sharing(known: pl.DataFrame, column: str) -> pl.DataFrame:
        both = choices.join(known, on="key").join(known.rename({"key": "vehicle"}), on=["vehicle", column])
        found = both.select("key", "vehicle").unique()
        return found.filter(pl.len().over("key") == 1)

    by_plate = sharing(plates, "plate")
    by_carrier = sharing(carriers, "carrier").join(by_plate, on="key", how="anti")
    return pl.concat([by_plate, by_carrier]).sort("key")


def _slips(suspect: pl.DataFrame, valid: pl.DataFrame) -> pl.DataFrame:
    """Frame key, vehicle: valid VINs that one misread place or one swapped pair turns into the suspect one.

    Args:
        suspect: frame key, vin.
        valid: frame vin.
    """
    schema = {"key": pl.String, "vehicle": pl.String}
    codes = _codes(suspect["vin"])
    if not len(codes):
        return pl.DataFrame(schema=schema)
    rows, variants = _variants(codes)
    letters = np.array(list(_LETTERS))
    texts = letters[variants].view(f"<U{_LENGTH}").ravel() if len(variants) else np.array([], dtype=str)
    found = pl.DataFrame({"key": suspect["key"].gather(rows), "vehicle": pl.Series(texts.tolist(), dtype=pl.String)})
    return found.join(valid, left_on="vehicle", right_on="vin", how="semi").unique().sort("key", "vehicle")


def _codes(vins: pl.Series) -> np.ndarray:
    """Letters of each VIN as numbers, shape (n, 17)."""
    place = {letter: number for number, letter in enumerate(_LETTERS)}
    return np.array([[place[letter] for letter in vin] for vin in vins], dtype=np.int64).reshape(len(vins), _LENGTH)


def _variants(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and letters of all VINs with a valid check digit that are one slip from one of `codes`."""
    rows, found = [], []
    for position in range(_LENGTH):
        for letter in range(len(_LETTERS)):
            changed = codes.copy()
            changed[:, position] = letter
            rows.append(np.flatnonzero(_is_valid(changed) & (codes[:, position] != letter)))
            found.append(changed[rows[-1]])
    for position in range(_LENGTH - 1):
        changed = codes.copy()
        changed[:, [position, position + 1]] = codes[:, [position + 1, position]]
        rows.append(np.flatnonzero(_is_valid(changed)))
        found.append(changed[rows[-1]])
    return np.concatenate(rows), np.concatenate(found)


def _is_valid(codes: np.ndarray) -> np.ndarray:
    """Whether the check digit holds (49 CFR 565.15)."""
    rest = (_VALUES[codes] * _WEIGHTS).sum(axis=1) % 11
    digit = codes[:, _CHECK]
    return np.asarray(np.where(rest == 10, digit == _LETTERS.index("X"), digit == rest), dtype=np.bool_)
