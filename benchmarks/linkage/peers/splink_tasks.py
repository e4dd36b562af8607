"""What Splink is told for each task: as its own examples and performance guides say, and never less.

`historical_50k` and `febrl4` are the examples of Splink's documentation (deduplicate_50k_synthetic, febrl4) with all
their comparisons and blocking rules. From its guides come: no intermediate columns at prediction, prediction only
above the threshold used, expectation maximisation without term frequencies and with capped pairs. febrl4 takes the
threshold at which the example predicts, and best links, since neither table holds duplicates: joining at the 0.99 of
the example's last step loses one link in a hundred.
"""

from __future__ import annotations

from dataclasses import replace

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on
from splink_border import AS_DOCUMENTED, CONFLICTS_FIXED, MORE_FIXED
from splink_spec import Spec

HISTORICAL = Spec(
    select="*, first_name || ' ' || surname AS first_name_surname_concat",
    blocking=(
        block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
        block_on("surname", "dob"),
        block_on("first_name", "dob"),
        block_on("postcode_fake", "first_name"),
        block_on("postcode_fake", "surname"),
        block_on("dob", "birth_place"),
        block_on("substr(postcode_fake,1,3)", "dob"),
        block_on("substr(postcode_fake,1,3)", "first_name"),
        block_on("substr(postcode_fake,1,3)", "surname"),
        block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
    ),
    comparisons=(
        cl.ForenameSurnameComparison(
            "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
        ),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode_fake"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    ),
    deterministic=(
        block_on("first_name", "surname", "dob"),
        block_on("substr(first_name,1,2)", "surname", "substr(postcode_fake,1,2)"),
        block_on("dob", "postcode_fake"),
    ),
    recall=0.6,
    training=(block_on("first_name", "surname"), block_on("dob")),
)

FEBRL4 = Spec(
    is_link=True,
    blocking=(
        block_on("given_name", "surname"),
        "l.given_name = r.surname and l.surname = r.given_name",
        block_on("date_of_birth"),
        block_on("soc_sec_id"),
        block_on("state", "address_1"),
        block_on("street_number", "address_1"),
        block_on("postcode"),
    ),
    comparisons=(
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison(
            "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        ),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ),
    deterministic=(block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")),
    recall=0.8,
    training=(block_on("date_of_birth"), block_on("postcode")),
    u_pairs=1e6,
    threshold=0.2,
    best_links_only=True,
)


def _name(column: str) -> cl.CustomComparison:
    """`cl.NameComparison`, written so that DuckDB works out each similarity once (guide "Optimising DuckDB jobs")."""
    missing = f"jaro_winkler_similarity({column}_l, {column}_r) = -100 OR {column}_l IS NULL OR {column}_r IS NULL"
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.CustomLevel(missing).configure(is_null_level=True),
            cll.ExactMatchLevel(column).configure(tf_adjustment_column=column),
            *(cll.JaroWinklerLevel(column, least) for least in (0.92, 0.88, 0.7)),
            cll.ElseLevel(),
        ],
    )


# The comparisons of Splink's tutorial "Scaling up to large datasets", and a phone number.
PEOPLE = Spec(
    blocking=(
        block_on("first_name", "surname"),
        block_on("surname", "dob"),
        block_on("first_name", "dob"),
        block_on("dob", "city"),
        block_on("email"),
        block_on("phone"),
        block_on("surname", "city", "substr(first_name,1,1)"),
        block_on("surname", "substr(dob,1,4)"),
    ),
    comparisons=(
        _name("first_name"),
        _name("surname"),
        cl.LevenshteinAtThresholds("dob", 1),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.LevenshteinAtThresholds("phone", 1),
        cl.EmailComparison("email"),
    ),
    deterministic=(block_on("first_name", "surname", "dob"), block_on("email")),
    recall=0.6,
    training=(block_on("first_name", "surname"), block_on("dob")),
    em_pairs=1e6,
)

# 159 records: every pair is compared. More rounds of training than one end in a level that no match shows, on which
# Splink 5.0.0 stops with an error, or in worse figures; this one did best.
SENZING = Spec(
    blocking=("1=1",),
    comparisons=(
        cl.JaroWinklerAtThresholds("name_given", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("name_surname", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("born", input_is_string=True),
        cl.ExactMatch("phone"),
        cl.EmailComparison("email"),
        cl.JaroWinklerAtThresholds("address_near", [0.95, 0.85]),
        cl.ExactMatch("licence"),
        cl.ExactMatch("passport"),
        cl.ExactMatch("national_id"),
    ),
    deterministic=(block_on("name_given", "name_surname", "born"), block_on("email"), block_on("phone", "given1")),
    recall=0.6,
    training=(block_on("born"),),
    select="* EXCLUDE (name_alt, suspect)",
)

TASKS: dict[tuple[str, str], Spec] = {
    ("historical_50k", ""): HISTORICAL,
    ("febrl4", ""): FEBRL4,
    ("border", ""): AS_DOCUMENTED,
    ("border", "fixed"): CONFLICTS_FIXED,
    ("border", "fixed_more"): MORE_FIXED,
    ("senzing", ""): SENZING,
    ("people", ""): PEOPLE,
    # Splink's default number of pairs for u, which it warns about: faster and, here, as accurate.
    ("people", "fast"): replace(PEOPLE, u_pairs=1e6),
}
