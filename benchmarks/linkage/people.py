"""A table of invented people with duplicates, as large as asked: the kind of file that speed is measured on.

`python -m benchmarks.linkage.people --records 1000000 --seed 1 --out DIR` writes `input/records.parquet`
(record, first_name, surname, dob, city, phone, email) and `truth.parquet`. It shares no code with `fixtures.world`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.linkage import people_noise as noise
from benchmarks.linkage.people_noise import Rates, Texts
from benchmarks.linkage.people_words import HOST_SHARES, HOSTS, Words, given_names, surnames, towns

_DAY = np.timedelta64(1, "D")
_BORN = np.datetime64("1930-01-01")
_DAYS = 80 * 365


@dataclass(frozen=True, slots=True)
class PeopleSettings:
    """One table.

    Args:
        records: rows; three fifths are people, two fifths further records of half of them.
        seed: equal settings write equal bytes.
        common: how many times as often two people share a given name and a surname; 1 is the census.
        relatives: share of people who take surname and town of the person before them.
    """

    records: int
    seed: int
    common: float = 1.0
    relatives: float = 0.06
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True)
class _People:
    """True values, one entry a person; names and towns as positions in the word lists."""

    given: npt.NDArray[np.int64]
    surname: npt.NDArray[np.int64]
    born: Texts
    city: npt.NDArray[np.int64]
    phone: npt.NDArray[np.int64]


def generate(settings: PeopleSettings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records in random order, and their truth (key, entity_id)."""
    rng = np.random.default_rng([settings.seed, settings.records])
    factor = settings.common**0.5
    words = given_names().concentrated(factor), surnames().concentrated(factor), towns()
    size = int(settings.records * 0.6)
    people = _population(rng, settings, size, words)
    entity = np.concatenate([np.arange(size), rng.integers(0, size // 2, settings.records - size) * 2])
    rng.shuffle(entity)
    frame = _records(rng, settings.rates, people, entity, words)
    keys = [f"p{row:07d}" for row in range(settings.records)]
    records = frame.with_columns(pl.Series("record", keys)).select("record", pl.exclude("record"))
    return records, pl.DataFrame({"key": keys, "entity_id": entity}).with_columns(pl.col("entity_id").cast(pl.String))


def _population(
    rng: np.random.Generator, settings: PeopleSettings, size: int, words: tuple[Words, Words, Words]
) -> _People:
    given, surname, city = (part.draw(rng, size) for part in words)
    # The sum of two draws is a pyramid of ages.
    days = ((rng.random(size) + rng.random(size)) / 2 * _DAYS).astype(np.int64)
    related = np.flatnonzero(noise.hit(rng, size, settings.relatives))
    related = related[related > 0]
    surname[related], city[related] = surname[related - 1], city[related - 1]
    born = (_BORN + days * _DAY).astype(str).astype(object)
    return _People(given, surname, born, city, rng.integers(2_000_000_000, 9_999_999_999, size))


def _records(
    rng: np.random.Generator,
    rates: Rates,
    people: _People,
    entity: npt.NDArray[np.int64],
    words: tuple[Words, Words, Words],
) -> pl.DataFrame:
    given, surname = _names(rng, rates, people, entity, words)
    columns = {
        "first_name": _missing(rng, given, rates.missing_given),
        "surname": _missing(rng, surname, rates.missing_surname),
        "dob": _missing(rng, _dates(rng, rates, people.born[entity]), rates.missing_birth),
        "city": _missing(rng, _cities(rng, rates, people.city[entity], words[2]), rates.missing_city),
        "phone": _missing(rng, _phones(rng, rates, people.phone[entity]), rates.missing_phone),
        "email": _missing(rng, _emails(rng, rates, people, entity, words), rates.missing_email),
    }
    return pl.DataFrame({name: pl.Series(values.tolist(), dtype=pl.String) for name, values in columns.items()})


def _names(
    rng: np.random.Generator,
    rates: Rates,
    people: _People,
    entity: npt.NDArray[np.int64],
    words: tuple[Words, Words, Words],
) -> tuple[Texts, Texts]:
    size = len(entity)
    first, last = people.given[entity], people.surname[entity]
    other, new = noise.hit(rng, size, rates.other_given), noise.hit(rng, size, rates.new_surname)
    first[other], last[new] = words[0].draw(rng, int(other.sum())), words[1].draw(rng, int(new.sum()))
    given, surname = words[0].words[first], words[1].words[last]
    given = noise.mistype(rng, given, noise.hit(rng, size, rates.typo_given))
    surname = noise.mistype(rng, surname, noise.hit(rng, size, rates.typo_surname))
    for place in np.flatnonzero(noise.hit(rng, size, rates.initial)):
        given[place] = given[place][0]
    swap = noise.hit(rng, size, rates.swapped_names)
    given[swap], surname[swap] = surname[swap], given[swap]
    return given, surname


def _dates(rng: np.random.Generator, rates: Rates, born: Texts) -> Texts:
    size = len(born)
    dates = noise.swapped_day_month(born, noise.hit(rng, size, rates.swapped_day_month))
    dates = noise.wrong_digit(rng, dates, noise.hit(rng, size, rates.wrong_digit))
    for place in np.flatnonzero(noise.hit(rng, size, rates.first_of_january)):
        dates[place] = f"{dates[place][:4]}-01-01"
    return dates


def _cities(rng: np.random.Generator, rates: Rates, city: npt.NDArray[np.int64], words: Words) -> Texts:
    moved = noise.hit(rng, len(city), rates.moved)
    city[moved] = words.draw(rng, int(moved.sum()))
    return noise.mistype(rng, words.words[city], noise.hit(rng, len(city), rates.typo_city))


def _phones(rng: np.random.Generator, rates: Rates, phone: npt.NDArray[np.int64]) -> Texts:
    new = noise.hit(rng, len(phone), rates.new_phone)
    phone[new] = rng.integers(2_000_000_000, 9_999_999_999, int(new.sum()))
    wrong = noise.hit(rng, len(phone), rates.wrong_phone)
    return noise.wrong_digit(rng, phone.astype(str).astype(object), wrong, range(10))


def _emails(
    rng: np.random.Generator,
    rates: Rates,
    people: _People,
    entity: npt.NDArray[np.int64],
    words: tuple[Words, Words, Words],
) -> Texts:
    """A handle or a form of the name, digits and a host; a new address differs in digits and host."""
    size = len(people.given)
    digits, style = rng.integers(0, 1000, size)[entity], rng.random(size)[entity]
    host = rng.choice(len(HOSTS), size, p=HOST_SHARES)[entity]
    new = noise.hit(rng, len(entity), rates.new_email)
    digits[new], host[new] = rng.integers(0, 1000, int(new.sum())), rng.choice(len(HOSTS), int(new.sum()))
    given, surname = words[0].words[people.given[entity]], words[1].words[people.surname[entity]]
    handle = words[2].words[rng.integers(0, len(words[2].words), size)[entity]]
    initial = np.array([name[0] for name in given], dtype=object)
    local = np.where(style < 0.2, initial + surname, np.where(style < 0.4, given + "." + surname, handle))
    local = local + digits.astype(str).astype(object)
    hosts = np.array(HOSTS, dtype=object)
    return noise.mistype(rng, local + "@" + hosts[host], noise.hit(rng, len(entity), rates.typo_email))


def _missing(rng: np.random.Generator, values: Texts, chance: float) -> Texts:
    out = values.astype(object)
    out[noise.hit(rng, len(values), chance)] = None
    return out


def write(settings: PeopleSettings, folder: Path) -> None:
    """The files of one table."""
    (folder / "input").mkdir(parents=True, exist_ok=True)
    records, truth = generate(settings)
    records.write_parquet(folder / "input" / "records.parquet")
    truth.write_parquet(folder / "truth.parquet")


def main() -> None:
    """One table into a folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage.people", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--common", type=float, default=1.0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    write(PeopleSettings(options.records, options.seed, options.common), options.out)


if __name__ == "__main__":
    main()
