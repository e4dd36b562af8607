"""Which carriers look like a revoked one under another number: `likely`, `possible`, or not worth a word.

The engine that links people weighs the pair, by the model `carrier_succession`: one file, bits a level, against two
random carriers and against two firms of one owner. A pair is *likely* where its weight says so, one side is known to
be the younger, and legal numbers tell the two apart, since records without them may be one carrier's, which is the
business of resolution. Drivers who moved along count towards `possible` only. A likely succession ties the drivers of
both carriers to each other's incidents; were it made of those same drivers, the tie would be its own evidence.

The pattern: GAO-12-364 (2012), GAO-09-924 (2009). A pure function of the facts: the order they came in has no say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from graph.successors.profiles import SHARED, Profiles, Traces, read_profiles
from graph.successors.sentences import tell
from linkage import compare, score
from linkage.compare.members import MembersComparator
from linkage.compare.spans import UNKNOWN, Spans
from linkage.model import Model, load_model
from linkage.schema import FrameSchema

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


class Likelihood(StrEnum):
    """Answer to "is this the other one reopened?" where it is worth telling."""

    LIKELY = "likely"
    POSSIBLE = "possible"


SUCCESSION = FrameSchema(
    "succession",
    {
        "older": pl.String,  # carrier node; the smaller key where the order is not known
        "younger": pl.String,
        "likelihood": pl.String,
        "is_ordered": pl.Boolean,  # whether dates say which is the younger
        "since": pl.Date,  # start of the younger
        "bits": pl.Float64,  # log2 odds; of a likely one without what is for review only
        "probability": pl.Float64,
        "reasons": pl.String,  # JSON list of attribute, level, bits; the bits add up to `bits`
        "says": pl.String,  # one sentence
        "known_on": pl.Date,  # first day on which all facts that speak for it were known
    },
)

REASONS = pl.List(pl.Struct({"attribute": pl.String, "level": pl.String, "bits": pl.Float64}))
"""Type of `reasons` once it is read."""


@dataclass(frozen=True)
class _Weighed:
    """Candidate pairs and what they say, one entry a pair."""

    left: Ints
    right: Ints
    agreements: compare.Agreements
    full: score.PairBits
    firm: score.PairBits

    def at(self, places: npt.NDArray[np.intp]) -> _Weighed:
        """Some of the pairs."""
        agreements = {name: agreement.at(places) for name, agreement in self.agreements.items()}
        full, firm = (
            score.PairBits(bits.weight[places], {name: row[places] for name, row in bits.random.items()})
            for bits in (self.full, self.firm)
        )
        return _Weighed(self.left[places], self.right[places], agreements, full, firm)


def find_reopened(traces: Traces, model: Model | None = None) -> pl.DataFrame:
    """Carriers that look like another one reopened.

    Args:
        traces: all facts of carriers.
        model: what to weigh by; the shipped model `carrier_succession` where none is given.

    Returns:
        Frame SUCCESSION, ordered by older and younger, each two carriers once at most.

    Complexity: linear but for carriers that share a thing; what more than `limits.sharing` share makes no pair.
    """
    if traces.carriers.is_empty():
        return SUCCESSION.empty()
    model = model or load_model("carrier_succession")
    profiles = read_profiles(traces, model)
    left, right = _candidates(profiles, model)
    if not len(left):
        return SUCCESSION.empty()
    weighed = _weigh(profiles.records, (left, right), model)
    left, right = weighed.left, weighed.right
    days, is_left = Spans.of(profiles.records, ("started_on", "ended_on")).gap(left, right)
    is_dated, told_apart = days != UNKNOWN, _told_apart(profiles.records, left, right)
    likely = (weighed.firm.weight >= model.thresholds.same) & is_dated & told_apart
    # With neither dates nor numbers there is nothing to say but that both may be one carrier.
    possible = (weighed.full.weight >= model.thresholds.possible) & (is_dated | told_apart)
    kept = np.flatnonzero(likely | possible)
    if not len(kept):
        return SUCCESSION.empty()
    return _frame(profiles, weighed.at(kept), (days[kept], is_left[kept], likely[kept]), model)


def _candidates(profiles: Profiles, model: Model) -> tuple[Ints, Ints]:
    """Positions of carriers that share a door, phone, officer or truck, or all words of a name in one town."""
    records = profiles.records.with_row_index("at").with_columns(pl.col("at").cast(pl.Int32))
    shared = profiles.holds.filter(pl.col("kind").is_in(SHARED)).select(
        key="carrier", block=pl.concat_str("kind", "value", separator="\n")
    )
    named = (
        records.drop_nulls(["words", "towns"])
        .explode("towns", empty_as_null=True, keep_nulls=True)
        .select(
            "key",
            block=pl.concat_str(pl.col("words").str.split(" ").list.sort().list.join(" "), "towns", separator="\n"),
        )
        .unique()
        .filter(pl.len().over("block") <= model.limits.block)
    )
    held = pl.concat([shared, named]).filter(pl.len().over("block") > 1).join(records.select("key", "at"), on="key")
    pairs = held.join(held, on="block", suffix="_r").filter(pl.col("at") < pl.col("at_r"))
    pairs = pairs.select("at", "at_r").unique().sort("at", "at_r")
    return pairs["at"].to_numpy(), pairs["at_r"].to_numpy()


def _weigh(records: pl.DataFrame, pairs: tuple[Ints, Ints], model: Model) -> _Weighed:
    """The pairs that are possible at least; those whose dates rule it out are not compared in full."""
    coded, levels = compare.encode(records, model, {}), compare.attribute_levels(model)
    full = score.Scorer(model, levels)
    agreements = coded.compare_cheap(*pairs)
    open_ = np.flatnonzero(full.bound(agreements) >= model.thresholds.possible)
    left, right = (side[open_] for side in pairs)
    agreements = {name: agreement.at(open_) for name, agreement in agreements.items()}
    agreements |= coded.compare_costly(left, right)
    firm = {name: a for name, a in model.attributes.items() if not a.options.get("review_only")}
    firm_bits = score.Scorer(
        replace(model, attributes=MappingProxyType(firm)), {name: levels[name] for name in firm}
    ).score({name: agreements[name] for name in firm})
    weighed = _Weighed(left, right, agreements, full.score(agreements), firm_bits)
    return weighed.at(np.flatnonzero(np.maximum(weighed.full.weight, firm_bits.weight) >= model.thresholds.possible))


def _told_apart(records: pl.DataFrame, left: Ints, right: Ints) -> Mask:
    """Whether both have a number of a kind of which a carrier has one, and none in common."""
    told = np.zeros(len(left), dtype=np.bool_)
    for column in ("usdots", "rfcs"):
        held = [set(numbers or ()) for numbers in records[column].to_list()]
        told |= np.fromiter(
            (bool(held[a] and held[b]) and held[a].isdisjoint(held[b]) for a, b in zip(left, right, strict=True)),
            np.bool_,
            len(left),
        )
    return told


def _frame(profiles: Profiles, kept: _Weighed, answers: tuple[Ints, Mask, Mask], model: Model) -> pl.DataFrame:
    days, is_left, likely = answers
    ordered = days != UNKNOWN
    forth = is_left | ~ordered
    older, younger = np.where(forth, kept.left, kept.right), np.where(forth, kept.right, kept.left)
    records = profiles.records
    titles = pl.coalesce("title", "key")
    weight = np.where(likely, kept.firm.weight, kept.full.weight)
    trucks = MembersComparator.build(records, [model.attributes["vehicles"]], model).common(kept.left, kept.right)
    frame = pl.DataFrame(
        {
            "older": records["key"].gather(older),
            "younger": records["key"].gather(younger),
            "likelihood": np.where(likely, Likelihood.LIKELY.value, Likelihood.POSSIBLE.value),
            "is_ordered": ordered,
            "since": records["started_on"].gather(younger),
            "bits": weight,
            "probability": score.probability(weight, model),
            "gap_days": pl.Series(days).set(pl.Series(~ordered), None),
            "is_seen": records["is_seen"].gather(younger),
            "older_title": records.select(titles).to_series().gather(older),
            "younger_title": records.select(titles).to_series().gather(younger),
            "vehicles": trucks.count,
            "vehicles_of": trucks.of,
        }
    )
    told = frame.with_columns(_told(frame, kept, likely, model))
    told = told.join(_known(profiles, told), on=["older", "younger"], how="left")
    return SUCCESSION.conform(told).sort("older", "younger")


def _told(frame: pl.DataFrame, kept: _Weighed, likely: Mask, model: Model) -> list[pl.Series]:
    """Reasons and sentence of each pair."""
    names = compare.attribute_levels(model)
    reasons, says = [], []
    for place, row in enumerate(frame.iter_rows(named=True)):
        bits = kept.firm if likely[place] else kept.full
        codes = {name: int(kept.agreements[name].levels[place]) for name in names}
        levels = {name: names[name][code] for name, code in codes.items() if code}
        own = {name: float(bits.random[name][place]) for name in levels if name in bits.random}
        reasons.append(_reasons(own, levels, row["bits"], model))
        says.append(tell(row | {"levels": levels}))
    return [pl.Series("reasons", reasons, dtype=pl.String), pl.Series("says", says, dtype=pl.String)]


def _reasons(bits: Mapping[str, float], levels: Mapping[str, str], total: float, model: Model) -> str:
    """Attributes with level and bits, then what the prior adds and what it costs that two firms of one owner fit."""
    rows = [{"attribute": name, "level": levels[name], "bits": value} for name, value in bits.items()]
    rows.append({"attribute": "prior", "level": "two carriers", "bits": model.prior_random})
    rest = total - model.prior_random - sum(bits.values())
    rows.append({"attribute": "one_owner", "level": "also fits two firms of one owner", "bits": rest})
    return orjson.dumps(rows).decode()


def _known(profiles: Profiles, pairs: pl.DataFrame) -> pl.DataFrame:
    """Frame older, younger, known_on: the latest of the first days on which each thing they share was known of both."""
    ends = pairs.select("older", "younger")
    records = profiles.records
    days = [
        ends.join(records.select("key", *columns), left_on=side, right_on="key").select(
            "older", "younger", pl.max_horizontal(columns).alias("known_on")
        )
        for side, columns in (
            ("older", ("carrier_known_on", "end_known_on")),
            ("younger", ("carrier_known_on", "start_known_on")),
        )
    ]
    holds = profiles.holds.filter(pl.col("kind").is_in([*SHARED, "towns"]))
    both = ends.join(holds, left_on="older", right_on="carrier").join(
        holds, left_on=["younger", "kind", "value"], right_on=["carrier", "kind", "value"], suffix="_r"
    )
    each = pl.max_horizontal("known_on", "known_on_r")
    # One door tells as much as two, so the first counts; trucks count by their number, so the last does.
    by_kind = both.group_by("older", "younger", "kind").agg(first=each.min(), last=each.max())
    day = pl.when(pl.col("kind") == "vehicles").then("last").otherwise("first")
    days.append(by_kind.select("older", "younger", known_on=day))
    return pl.concat(days).group_by("older", "younger").agg(pl.col("known_on").max())
