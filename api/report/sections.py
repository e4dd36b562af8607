"""The sections of the report: what each chart shows in a sentence, the chart, and its figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.report import charts
from api.report.charts import Axis, Bar, Line, Mark
from api.report.markup import Html, el, table

Document = dict[str, Any]

_FIGURES = ("true", "predicted", "correct", "precision", "recall", "f1")
_NAMED = ("true", "predicted", "correct", "precision", "recall", "F1")
_NONE = "different below {possible:g} bits; possible from there on; the same from {same:g} bits"


def summary(document: Document) -> Html:
    """What was looked at."""
    counts, model = document["counts"], document["model"]
    calibrated = "" if model["is_calibrated"] else " Its probabilities are uncalibrated."
    return _section(
        "What this report covers",
        f"{counts['records']:,} person records in {counts['identities']:,} identities, held together by "
        f"{counts['kept_pairs']:,} kept pairs and {counts['decisions']:,} standing decisions of people.",
        f"Model {model['version']} ({model['digest'][:12]}): {_NONE.format(**model)}.{calibrated}",
        "The report holds counts, weights and record keys; no name, number, date or address of anybody.",
    )


def accuracy(document: Document) -> Html | None:
    """Pairs and B-cubed against the truth, by threshold and by group; None without a truth."""
    found = document["accuracy"]
    if found is None:
        return None
    measured, model = found["evaluation"], document["model"]
    pairs, cubed = measured["pairs"], measured["b_cubed"]
    rows = [
        ["pairs", *(pairs[name] for name in _FIGURES)],
        ["B-cubed", None, None, None, cubed["precision"], cubed["recall"], cubed["f1"]],
    ]
    curve = found["curve"]
    drawn = [
        Line(name, style, [(point["threshold"], point[name]) for point in curve])
        for name, style in (("precision", "a"), ("recall", "b"), ("f1", "c"))
    ]
    axes = (
        Axis("match weight from which a pair counts, bits", curve[0]["threshold"], curve[-1]["threshold"], 8),
        Axis("share", 0.0, 1.0, 5),
    )
    title = "Precision, recall and F1 of pairs by threshold, before clustering"
    groups = [
        table(title_, ("", *_NAMED), _group_rows(measured["by_group"][name]))
        for name, title_ in (
            ("country", "Pairs by the countries of the two records"),
            ("naming", "Pairs by naming group"),
        )
        if set(measured["by_group"].get(name, {})) - {"?"}
    ]
    return _section(
        "Accuracy against the truth",
        f"{measured['records']:,} records of the truth, {measured['missing']:,} of them not in the workspace. "
        "Recall of the curve covers all true pairs, those that no blocking rule made included.",
        table("Final identities", ("", *_NAMED), rows),
        charts.lines(title, axes, drawn, [Mark(model["same"], "same"), Mark(model["possible"], "possible")]),
        table(title, ("threshold", *_NAMED), [[p["threshold"], *(p[n] for n in _FIGURES)] for p in curve[::3]]),
        *groups,
    )


def reliability(document: Document) -> Html | None:
    """Probability as stated against the share of matches found; None without a truth."""
    found = document["accuracy"] and document["accuracy"]["reliability"]
    if not found:
        return None
    bins = found["bins"]
    axes = (Axis("probability as stated", 0.0, 1.0, 5), Axis("share of true matches", 0.0, 1.0, 5))
    drawn = [
        Line("kept pairs", "a", [(one["predicted"], one["observed"]) for one in bins]),
        Line("95 % interval", "c", [(one["predicted"], one["lower"]) for one in bins]),
        Line("", "c", [(one["predicted"], one["upper"]) for one in bins]),
        Line("perfect", "b", [(0.0, 0.0), (1.0, 1.0)]),
    ]
    title = "Reliability of the probabilities of kept pairs"
    names = ("low", "high", "pairs", "matches", "predicted", "observed", "lower", "upper")
    columns = ("from", "to", "pairs", "matches", "stated", "observed", "lower", "upper")
    return _section(
        "How far probabilities can be believed",
        f"Brier score {found['brier']:.4f}, expected calibration error {found['expected_error']:.4f}, over "
        f"{found['pairs']:,} kept pairs whose two records are in the truth.",
        charts.lines(title, axes, drawn),
        table(title, columns, [[one[name] for name in names] for one in bins]),
    )


def weights(document: Document) -> Html | None:
    """Histogram of the match weights of kept pairs."""
    rows, model = document["weights"], document["model"]
    if not rows:
        return None
    title = "Kept pairs by match weight"
    bars = [Bar(row["from"], row["to"], (row["joined"], row["apart"])) for row in rows]
    tallest = charts.top([row["joined"] + row["apart"] for row in rows])
    axes = (
        Axis("match weight, bits", rows[0]["from"], max(rows[-1]["to"], rows[0]["from"] + 1), 8),
        Axis("pairs", 0.0, tallest, 5),
    )
    marks = [Mark(model["same"], "same"), Mark(model["possible"], "possible")]
    names = (("in one identity", "a"), ("across two", "b"))
    return _section(
        "Match weights",
        f"Pairs below {model['possible']:g} bits are different and not kept. Pairs across two identities over "
        f"{model['same']:g} bits were parted by what else is known of the two groups.",
        charts.histogram(title, axes, bars, names, marks),
        table(
            title,
            ("from", "to", "in one identity", "across two"),
            [[int(r["from"]), int(r["to"]), r["joined"], r["apart"]] for r in rows],
        ),
    )


def levels(document: Document) -> Html:
    """What each level of agreement of the model says, against both alternatives."""
    rows = document["levels"]
    has_household = any(row["household"] is not None for row in rows)
    names = [("against two random records", "a"), *([("against two of one household", "b")] if has_household else [])]
    shown = [
        (
            f"{row['attribute']} {row['level']}{' + rarity' if row['information'] else ''}",
            (row["bits"], row["household"])[: len(names)],
        )
        for row in rows
    ]
    columns = ("attribute", "level", "bits", "household", "information", "bars")
    return _section(
        "What agreement is worth",
        "Bits of each level; where information is over 0, that share of the agreed value's own rarity is added. "
        "A level that bars a link holds whatever the bits.",
        charts.ladder("Bits of each level of agreement", shown, names),
        table("Bits of each level", columns, [[row[name] for name in columns] for row in rows]),
    )


def identities(document: Document) -> Html:
    """Identities by size, and those with the weakest links."""
    sizes, model = document["sizes"], document["model"]
    bars = [Bar(place, place + 1, (row["identities"],)) for place, row in enumerate(sizes)]
    title = "Identities by number of records"
    tallest = charts.top([row["identities"] for row in sizes])
    axes = (
        Axis("records in an identity", 0, max(len(sizes), 1), classes=tuple(_class(row) for row in sizes)),
        Axis("identities", 0, tallest, 5),
    )
    named = [[_class(row), row["identities"], row["records"]] for row in sizes]
    columns = ("identity_id", "left", "right", "bits", "probability")
    weakest = [[row[name] for name in columns] for row in document["weakest"]]
    return _section(
        "Identities and their weakest links",
        f"A link under {model['same']:g} bits holds only because of other records beside it; look at those first.",
        charts.histogram(title, axes, bars, [("identities", "a")]),
        table(title, ("records", "identities", "records in all"), named),
        table("Weakest links", ("identity", "record", "record", "bits", "probability"), weakest),
    )


def blocking(document: Document) -> Html:
    """What each blocking rule costs and finds."""
    found = document["blocking"]
    rows = [
        [" + ".join(row["rule"]), row["pairs"], row["links"], row["only"], row["left_out"]] for row in found["rules"]
    ]
    return _section(
        "Blocking rules",
        f"{found['links']:,} links inside identities; {found['never_met']:,} records share no key with any other "
        "and were compared with nobody.",
        table("Rules", ("rule", "pairs made", "links found", "by it alone", "records with too common a key"), rows),
    )


def reach(document: Document) -> Html:
    """Records that cannot be linked whatever comes."""
    found = document["unlinkables"]
    bars = [Bar(row["from"], row["to"], (row["records"],)) for row in found["histogram"]]
    title = "Records by what a copy of them would weigh"
    columns = ("source", "records", "below_same", "below_possible", "median_bits")
    parts: list[Html] = []
    if bars:
        tallest = charts.top([bar.segments[0] for bar in bars])
        axes = (
            Axis("match weight against a copy, bits", bars[0].low, bars[-1].high, 8),
            Axis("records", 0, tallest, 5),
        )
        marks = [Mark(found["same"], "same"), Mark(found["possible"], "possible")]
        parts.append(charts.histogram(title, axes, bars, [("records", "a")], marks))
    lacking = [[row["lacks"] or "nothing, but too common", row["records"]] for row in found["lacking"]]
    return _section(
        "Records that can never be linked by themselves",
        f"{found['below_same']:,} of {found['records']:,} records hold so little that even a copy would weigh "
        f"less than {found['same']:g} bits; {found['below_possible']:,} would not be put forward.",
        *parts,
        table(
            "By source",
            ("source", "records", "under same", "under possible", "median bits"),
            [[r[n] for n in columns] for r in found["by_source"]],
        ),
        table("What they lack", ("lacks", "records"), lacking) if lacking else None,
    )


def runs(document: Document) -> Html:
    """Every run and what it did."""
    columns = ("run", "cause", "ref", "source", "at", "created", "grown", "merged", "split", "retired")
    rows = [[row.get(name) for name in columns] for row in document["runs"]]
    return _section("Runs", "What each load and decision did to identities.", table("Runs", columns, rows))


SECTIONS = (summary, accuracy, reliability, weights, levels, identities, blocking, reach, runs)
"""In the order of the page."""


def _section(title: str, *parts: object) -> Html:
    """A heading, sentences as paragraphs, and drawings and tables as they are."""
    name = title.lower().replace(" ", "-")
    body = [part if isinstance(part, Html) else el("p", part) for part in parts if part is not None]
    return el("section", el("h2", title, id=name), *body, aria_labelledby=name)


def _group_rows(groups: dict[str, dict[str, Any]]) -> list[Sequence[object]]:
    return [[label, *(found[name] for name in _FIGURES)] for label, found in groups.items()]


def _class(row: dict[str, Any]) -> str:
    if row["to"] is None:
        return f"{row['from']} and more"
    return str(row["from"]) if row["to"] == row["from"] else f"{row['from']} to {row['to']}"
