"""What recordlinkage is told for each task.

Blocking is that of the Splink run as far as it can say it; features are made as its documentation does: exact, or
Jaro-Winkler of at least 0.85, or edit similarity for dates and codes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CLOSE = 0.85

Comparison = tuple[str, str, float | None]


@dataclass(frozen=True)
class Spec:
    """One task.

    Args:
        blocking: rules, each the columns that agree.
        comparisons: column, method, threshold of the similarity.
        slices: columns cut from others: name -> (column, start, stop).
    """

    blocking: tuple[tuple[str, ...], ...]
    comparisons: tuple[Comparison, ...]
    slices: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    is_link: bool = False


def _name(column: str) -> Comparison:
    return column, "jarowinkler", CLOSE


def _edits(column: str) -> Comparison:
    return column, "damerau_levenshtein", CLOSE


def _exact(column: str) -> Comparison:
    return column, "exact", None


HISTORICAL = Spec(
    slices={
        "given3": ("first_name", 0, 3),
        "surname4": ("surname", 0, 4),
        "postcode3": ("postcode_fake", 0, 3),
        "given2": ("first_name", 0, 2),
        "surname2": ("surname", 0, 2),
        "year": ("dob", 0, 4),
    },
    blocking=(
        ("given3", "surname4"),
        ("surname", "dob"),
        ("first_name", "dob"),
        ("postcode_fake", "first_name"),
        ("postcode_fake", "surname"),
        ("dob", "birth_place"),
        ("postcode3", "dob"),
        ("postcode3", "first_name"),
        ("postcode3", "surname"),
        ("given2", "surname2", "year"),
    ),
    comparisons=(
        _name("first_name"),
        _name("surname"),
        _edits("dob"),
        _edits("postcode_fake"),
        _exact("birth_place"),
        _exact("occupation"),
    ),
)

FEBRL4 = Spec(
    is_link=True,
    blocking=(
        ("given_name", "surname"),
        ("date_of_birth",),
        ("soc_sec_id",),
        ("state", "address_1"),
        ("street_number", "address_1"),
        ("postcode",),
    ),
    comparisons=(
        _name("given_name"),
        _name("surname"),
        _edits("date_of_birth"),
        _edits("soc_sec_id"),
        _name("address_1"),
        _exact("street_number"),
        _exact("postcode"),
        _exact("state"),
    ),
)

PEOPLE = Spec(
    slices={"initial": ("first_name", 0, 1), "year": ("dob", 0, 4)},
    blocking=(
        ("first_name", "surname"),
        ("surname", "dob"),
        ("first_name", "dob"),
        ("dob", "city"),
        ("email",),
        ("phone",),
        ("surname", "city", "initial"),
        ("surname", "year"),
    ),
    comparisons=(
        _name("first_name"),
        _name("surname"),
        _edits("dob"),
        _exact("city"),
        _edits("phone"),
        _name("email"),
    ),
)

TASKS: dict[str, Spec] = {"historical_50k": HISTORICAL, "febrl4": FEBRL4, "people": PEOPLE}
