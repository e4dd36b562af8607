"""Measures and policy: who may see them, what they say where nothing was measured, and what a measure adds."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.audit import AuditLog
from api.policies.kept import keep_policies
from api.roles import Role
from graph.policy_file import load_policy
from tests.e2e.web_world import Office, an_office


@pytest.fixture
def office(web_world: Any, tmp_path: Any) -> Iterator[Office]:
    with an_office(web_world, tmp_path) as office:
        yield office


def told(page: Any) -> str:
    """The middle of a page as it reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])).split())


def actions(office: Office) -> list[tuple[str, str, str | None]]:
    return [(one.actor, one.action, one.identity_id) for one in AuditLog(office.workspace.path).entries(limit=1000)]


def a_measure(office: Office) -> None:
    """A measure as `measure_bands` keeps one: the story's people were all loaded on one day."""
    bands = [
        {
            "kind": kind,
            "band": band,
            "count": count,
            "of": of,
            "share": share,
            "lower": low,
            "upper": up,
            "times": times,
        }
        for kind, band, count, of, share, low, up, times in (
            ("own", "routine", 0, 90, 0.0, 0.0, 0.041, 0.0),
            ("own", "look", 10, 40, 0.25, 0.142, 0.402, 3.1),
            ("own", "look first", 2, 7, None, None, None, None),
            ("linked", "routine", 8, 120, 0.067, 0.034, 0.126, 0.8),
            ("linked", "look", 9, 36, 0.25, 0.138, 0.411, 3.1),
        )
    ]
    everybody = {"count": 12, "of": 150, "share": 0.08, "lower": 0.046, "upper": 0.135}
    document = json.dumps({"people": 150, "incidents": 12, "everybody": everybody, "bands": bands})
    with office.workspace.transaction() as connection:
        connection.execute(
            "INSERT INTO band_measure (policy, cut, until, at, by_, document) VALUES (?, ?, ?, ?, ?, ?)",
            (load_policy().name, "2025-06-30", "2026-06-30", "2026-06-30T12:00:00+00:00", "sup", document),
        )


def test_what_nobody_measured_says_so_and_has_no_figure(office: Office) -> None:
    text = told(office.as_(Role.SUPERVISOR).get("/measures"))
    assert "Whether we agree is not measured" in text
    assert "Whether linked risk helps is not measured in this workspace" in text
    assert "No sample of pairs was drawn yet" in text
    assert "30 Jun 2025" in text, "the day that a measure would look back to"
    driver = told(office.as_(Role.VIEWER).get(f"/drivers/{office.api.id_of('US/1')}"))
    assert driver.count("base rate not measured") == 2


def test_a_measure_that_the_history_does_not_bear_is_refused_and_says_why(office: Office) -> None:
    answer = office.as_(Role.SUPERVISOR).post("/measures/bands", 400)
    assert "not measured, since too few people were known" in told(answer)
    assert "not measured" in told(office.as_(Role.SUPERVISOR).get("/measures"))
    assert not [one for one in actions(office) if one[1] == "bands measured"]


def test_a_band_stands_beside_its_base_rate_for_whoever_sees_the_band(office: Office) -> None:
    a_measure(office)
    found = set()
    for key in ("US/1", "US/2", "US/3", "MX/9", "US/4"):
        text = told(office.as_(Role.VIEWER).get(f"/drivers/{office.api.id_of(key)}"))
        bands = re.findall(r"(Own|Linked) (Routine|Look first|Look) ", text)
        assert len(bands) == 2
        rates = {
            (
                "Own",
                "Routine",
            ): "none of 90 drivers in this band had an own event within a year; it could still be up to 5 in 100",
            ("Own", "Look"): "about 1 in 4 drivers in this band later had an own event (10 of 40, within a year)",
            ("Own", "Look first"): "base rate: too few drivers in this band to say",
            (
                "Linked",
                "Routine",
            ): "about 1 in 15 drivers in this band later had an own event (8 of 120, within a year)",
            ("Linked", "Look"): "about 1 in 4 drivers in this band later had an own event (9 of 36, within a year)",
        }
        for band in bands:
            assert rates[band] in text, (key, band)
        found |= set(bands)
    assert len(found) >= 3


def test_the_page_says_of_a_measure_what_chance_allows(office: Office) -> None:
    a_measure(office)
    text = told(office.as_(Role.AUDITOR).get("/measures"))
    assert "Of drivers in the linked band Look, 9 of 36 had an own event in the year after: 3.1 times the share" in text
    assert re.search(r"Own Look first 2 of 7 too few too few", text)
    assert "8.0 % (4.6–13.5)" in text


def test_a_supervisor_measures_and_draws_and_an_auditor_only_looks(office: Office) -> None:
    auditor, supervisor = office.as_(Role.AUDITOR), office.as_(Role.SUPERVISOR)
    assert 'action="/measures/' not in auditor.get("/measures").text
    assert 'action="/measures/sample"' in supervisor.get("/measures").text
    for path in ("/measures/sample", "/measures/bands"):
        auditor.post(path, 403, size="40")
        office.as_(Role.INVESTIGATOR).post(path, 403, size="40")
    for size in ("29", "401", "", "-1", "1e2", "40.5"):
        assert "draw from 30 to 400 pairs" in told(supervisor.post("/measures/sample", 400, size=size))
    assert supervisor.post("/measures/sample", size="40").headers["location"] == "/measures#links"
    assert ("supervisor", "sample drawn", None) in actions(office)
    text = told(auditor.get("/measures"))
    assert re.search(r"Sample 1 .*? 0 of \d+ 0 too few too few", text)
    assert 'href="/links' not in auditor.get("/measures").text.partition("<main")[2]
    assert ("auditor", "measures page", None) in actions(office)


def test_too_many_records_for_a_page_are_sent_to_the_command_line(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.web.measure_pages.MOST_RECORDS", 3)
    supervisor = office.as_(Role.SUPERVISOR)
    assert "crosslane evaluate --sample 60" in told(supervisor.post("/measures/sample", 400, size="40"))
    assert "crosslane measures --bands" in told(supervisor.post("/measures/bands", 400))


def test_a_sample_is_judged_blind_from_link_review(office: Office) -> None:
    office.as_(Role.SUPERVISOR).post("/measures/sample", size="30")
    reviewer = office.as_(Role.REVIEWER)
    assert "Sample 1 was drawn to measure the links" in told(reviewer.get("/links"))
    page = reviewer.get("/links?sample=1")
    total = int(re.findall(r"Pair 1 of (\d+)", told(page))[0])
    assert total >= 5
    for place in range(total):
        text = told(page)
        assert f"Pair {place + 1} of {total} · answered {place} · sample 1" in text
        assert not re.search(r"The model said|bits", text, re.IGNORECASE)
        pair = dict(re.findall(r'name="([ab])" value="([^"]+)"', page.text))
        answer = reviewer.post("/links/answer", **pair, answer="different", sample="1")
        assert answer.headers["location"] == "/links?sample=1", "the model's opinion is not next"
        page = reviewer.get(answer.headers["location"])
    assert "You judged every pair of this sample" in told(page)
    assert reviewer.post("/links/undo", sample="1").headers["location"] == "/links?sample=1"
    assert "Pair" in told(reviewer.get("/links?sample=1"))
    reviewer.post("/links/apply", 400)
    reviewer.get("/links?sample=99", 404)
    reviewer.post("/links/answer", 400, a="US/1", b="US/2", answer="same", sample="x")


def test_measures_over_http_are_for_supervisors_and_auditors_and_name_nobody(office: Office) -> None:
    a_measure(office)
    for role in Role:
        answer = office.api.as_(role).get("/api/v1/measures")
        assert answer.status_code == (200 if role in {Role.SUPERVISOR, Role.AUDITOR} else 403), role
    document = office.api.as_(Role.AUDITOR).get("/api/v1/measures").json()
    assert document["bands"]["measured"]["everybody"] == {
        "count": 12, "of": 150, "share": 0.08, "lower": 0.046, "upper": 0.135,
    }  # fmt: skip
    assert document["links"]["samples"] == []
    text = json.dumps(document)
    assert not re.search(r"D-[A-Z2-7]{10}", text)
    assert "adverse_by_reviewer" not in text
    assert "US-FAST-TERR" not in text
    assert "measures" in {action for _, action, _ in actions(office)}


def test_the_policy_page_lists_what_counts_and_what_is_covered_for_every_role(office: Office) -> None:
    for role in Role:
        text = told(office.as_(role).get("/policy?all=1"))
        assert "What counts, what is covered?" in text
        assert "US-FED-952" in text
        assert "US-FAST-TERR" not in text
    text = told(office.as_(Role.VIEWER).get("/policy"))
    assert "Showing 25 of" in text
    mexican = told(office.as_(Role.VIEWER).get("/policy?country=MX"))
    assert "US-FED-952" not in mexican.partition("Grounds")[2]
    assert "Risk: only one version is known here" in text
    assert "uncalibrated" in text
    assert re.search(r"Never loaded: .*associations", text)
    office.as_(Role.VIEWER).get("/policy?policy=none", 400)
    office.as_(Role.VIEWER).get("/policy?older=1&newer=2", 400)


def test_two_versions_of_a_policy_stand_side_by_side(office: Office) -> None:
    with office.workspace.transaction() as connection:
        keep_policies(connection, "2026-06-30T00:00:00+00:00")
        kept = connection.execute("SELECT document FROM policy_kept WHERE kind = 'risk'").get
        before = json.loads(str(kept))
        name = sorted(one for one in before if "half_life" in one)[0]
        was = before[name]
        before[name] = ["123.5", "a made-up source"]
        before["limits.gone"] = ["7", "a made-up source"]
        connection.execute(
            "INSERT INTO policy_kept VALUES ('risk', '0+before', '2020-01-01T00:00:00+00:00', ?)", (json.dumps(before),)
        )
    text = told(office.as_(Role.VIEWER).get("/policy"))
    part = text.partition("Two versions side by side")[2].partition("Grounds")[0]
    assert "2 of" in part
    assert re.search(rf"{re.escape(name)} 123.5 {re.escape(was[0])} changed", part)
    assert re.search(r"limits.gone 7 not in it removed", part)
    assert "kept since 1 Jan 2020" in text
