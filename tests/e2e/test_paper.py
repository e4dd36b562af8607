"""Documents on paper, read back from their PDF: what they say, whom the audit names, and that no name is markup."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

from api.audit import AuditLog
from api.http.access_table import ACCESS
from api.roles import Role
from tests.e2e.http_world import bring
from tests.e2e.web_world import IDENTIFIERS, Office, an_office

HOSTILE = (
    '#set page(fill: red); #panic("x")',
    "<script>document.title='owned'</script>",
    '"]); #eval("1+1")',
    "$sum_(k=0)^n$ @E1 *bold* _it_ \\u{41} // gone",
    '=HYPERLINK("http://example.invalid","Ed")',
    "</main></svg><h1>Out</h1>",
    "&lt;b&gt; [E1](x) `raw` ~",
)
ARABIC = "محمد"
US = "STORY-US/U-1001"


@pytest.fixture(scope="module")
def office(web_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("paper")
    with an_office(web_world, folder) as office:
        rows = [
            f'ODD,{n},US,"{name.replace(chr(34), chr(34) * 2)}",Aguilera,197{n}-01-01,1 Same St,Dayton,OH'
            for n, name in enumerate((*HOSTILE, ARABIC, "x" * 200))
        ]
        head = "source,record_id,country,given_name,surname,birth_date,address,city,region"
        bring(office.workspace, folder, "drivers", "\n".join([head, *rows]) + "\n")
        yield office


@pytest.fixture(scope="module")
def case(office: Office) -> str:
    """A case with evidence of every kind, whose notes cite it."""
    investigator, driver = office.as_(Role.INVESTIGATOR), office.api.id_of(US)
    case = investigator.post("/cases", title="Trucks", kind="driver", ref=driver, note="see E2 and E99").headers
    path = str(case["location"])
    with office.workspace.reading() as connection:
        number = dict(connection.execute("SELECT kind || ' ' || key, id FROM node WHERE kind <> 'Identity'"))
    other = office.api.id_of("STORY-MX/M-41")
    for kind, ref in (
        ("thing", str(number["Vehicle 9ZZTRUCK0TB004711"])),
        ("thing", str(number["Phone +19565550161"])),
        ("connection", f"{driver} {other}"),
        ("view", a_view(office, driver)),
    ):
        investigator.post(f"{path}/pins", kind=kind, ref=ref, note="")
    investigator.post(f"{path}/notes", text="as E1 shows\nand [E5]")
    return path


def a_view(office: Office, driver: str) -> str:
    """The id of a saved view of what is around a driver."""
    investigator = office.as_(Role.INVESTIGATOR)
    page = investigator.get(f"/drivers/{driver}/explore").text
    focus = re.findall(r'"focus": ?"([^"]+)"', page)[0]
    things = sorted(set(re.findall(r'"id": ?"([A-Z][a-z]+:[^"]+)"', page)))
    kinds = '["Identity", "Vehicle", "Phone", "Address", "Carrier", "Event"]'
    spots = ", ".join(f'"{name}": {{"x": {70 * at}, "y": {90 * (at % 4)}}}' for at, name in enumerate(things))
    listed = ", ".join(f'"{name}"' for name in things)
    filters = f'{{"kinds": {kinds}, "least": 0, "possible": true, "from": "", "to": ""}}'
    state = f'{{"focus": "{focus}", "things": [{listed}], "positions": {{{spots}}}, "hidden": [], "pinned": [], '
    there = investigator.post("/views", name="around one driver", state=f'{state}"filters": {filters}}}').headers
    return str(there["location"]).removeprefix("/views/")


def read(content: bytes) -> list[str]:
    """What each page of a PDF says, without places where a line may end."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return [re.sub(r"\s+", " ", page.extract_text().replace("\u200b", "")) for page in pages]


def test_a_report_says_what_the_page_says_with_a_head_and_its_number_on_each_sheet(office: Office, case: str) -> None:
    answer = office.as_(Role.INVESTIGATOR).get(f"{case}/report.pdf")
    number = case.removeprefix("/cases/")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="crosslane-case-{number}.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    pages = read(answer.content)
    assert len(pages) > 1
    for place, page in enumerate(pages, 1):
        head = rf"^Case {number} · investigator · Investigation C-17 · \d+ \w+ \d{{4}} \d\d:\d\d UTC "
        assert re.match(head + f"Page {place} of {len(pages)}", page), page[:120]
        assert "identifiers are masked to their last four" in page
    whole = " ".join(pages)
    for text in (
        "5 pieces of evidence · 1 note · 0 drawn ties",
        "[E1] Driver Ramiro Ocampo",
        "Born 19 Mar 1984",
        "[E2] Truck …4711",
        "3 drivers used it",
        "[E3] Phone …0161",
        "1 driver used it",
        "[E4] What connects 2 drivers",
        "[E5] View around one driver",
        "The same as a table Kind Name Tied to",
        "Look first",
        "investigator: as E1 shows and [E5]",
    ):
        assert text in whole, text


def test_citations_of_a_report_lead_to_their_evidence(office: Office, case: str) -> None:
    content = office.as_(Role.INVESTIGATOR).get(f"{case}/report.pdf").content
    reader = pypdf.PdfReader(io.BytesIO(content))
    places = reader.named_destinations.keys()
    assert {f"E{number}" for number in range(1, 6)} <= {place.removeprefix("/") for place in places}
    links = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert len(links) == 5 + 2 + 2, (
        "the summary's five, E2 in a note that is told twice, and two in the note of the case"
    )
    assert all("/URI" not in str(link) for link in links)
    page = office.as_(Role.INVESTIGATOR).get(f"{case}/report").text
    assert '<a href="#E2">E2</a> and E99' in page, "what is not there is not led to"


def test_a_report_holds_the_picture_of_a_view_as_lines_and_its_description(office: Office, case: str) -> None:
    page = office.as_(Role.INVESTIGATOR).get(f"{case}/report").text
    drawing = re.findall(r'<svg role="img" class="sketch" aria-label="([^"]+)".*?</svg>', page, re.DOTALL)
    assert len(drawing) == 1
    assert re.fullmatch(r"\d+ things, \d+ ties, \d+ incidents", drawing[0])
    content = office.as_(Role.INVESTIGATOR).get(f"{case}/report.pdf").content
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert drawing[0] in _alternatives(reader), "somebody who does not see the picture hears what it is"
    assert not [image for sheet in reader.pages for image in sheet.images], "it is drawn, not photographed"


def _alternatives(reader: pypdf.PdfReader) -> list[str]:
    found = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1)]
    return [str(one["/Alt"]) for one in found if isinstance(one, dict) and "/Alt" in one]


def test_a_report_shows_no_identifier_and_its_audit_names_everybody_before_it_leaves(office: Office, case: str) -> None:
    log, investigator = AuditLog(office.workspace.path), office.as_(Role.INVESTIGATOR)
    before = len(log.entries(limit=100_000))
    content = investigator.get(f"{case}/report.pdf").content
    entries = log.entries(limit=100_000)
    new = [entry for entry in entries[: len(entries) - before] if entry.action == "case report pdf"]
    assert {entry.actor for entry in new} == {"investigator"}
    assert {entry.detail for entry in new} == {f"for investigation C-17: case {case.removeprefix('/cases/')}"}
    named = {entry.identity_id for entry in new}
    assert office.api.id_of(US) in named
    shown = office.api.people_in(investigator.get(f"{case}/report").text)
    assert shown <= named
    assert len(named) > 2, "those in the picture stand there too"
    spaceless = "".join(read(content)).replace(" ", "")
    assert [one for one in IDENTIFIERS if one.replace(" ", "") in spaceless] == []


def test_only_whom_the_table_lets_in_gets_a_file(office: Office, case: str) -> None:
    for role in Role:
        is_let_in = role in {Role.INVESTIGATOR, Role.REVIEWER, Role.SUPERVISOR}
        answer = office.as_(role).get(f"{case}/report.pdf", 200 if is_let_in else 403)
        assert answer.content.startswith(b"%PDF") is is_let_in
    office.as_(Role.INVESTIGATOR).get("/cases/999/report.pdf", 404)


def test_no_name_title_or_note_is_ever_markup(office: Office) -> None:
    investigator = office.as_(Role.INVESTIGATOR)
    path = investigator.post("/cases", title=f"Odd {HOSTILE[0]}").headers["location"]
    for number, text in enumerate(HOSTILE):
        ref = office.api.id_of(f"ODD/{number}")
        investigator.post(f"{path}/pins", kind="driver", ref=ref, note=f"why {text}")
    for number in (len(HOSTILE), len(HOSTILE) + 1):
        investigator.post(f"{path}/pins", kind="driver", ref=office.api.id_of(f"ODD/{number}"))
    investigator.post(f"{path}/pins", kind="view", ref=a_view(office, office.api.id_of("ODD/1")))
    for text in HOSTILE:
        investigator.post(f"{path}/notes", text=text)
    content = investigator.get(f"{path}/report.pdf").content
    told = "".join(read(content)).replace(" ", "")
    for text in HOSTILE:
        bare = text.replace(" ", "")
        assert f"Driver{bare}Aguilera" in told, text
        assert f"Whyitmatters:why{bare}" in told, text
        assert f"investigator:{bare}" in told, text
    assert f"Odd{HOSTILE[0]}".replace(" ", "") in told
    assert "x" * 200 in told, "no letter of a long name is lost"
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert not re.search(rb"/JavaScript|/JS\b|/URI\b|/Launch|/EmbeddedFile", content)
    assert reader.metadata is not None
    assert reader.metadata.title == f"Crosslane, report of case {path.removeprefix('/cases/')}"


def test_a_report_speaks_the_language_of_whoever_asks_for_it(office: Office, case: str) -> None:
    investigator = office.as_(Role.INVESTIGATOR)
    investigator.client.cookies.set("crosslane_look", "---es", domain="crosslane.example")
    content = investigator.get(f"{case}/report.pdf").content
    investigator.client.cookies.delete("crosslane_look", domain="crosslane.example")
    told = pypdf.PdfReader(io.BytesIO(content))
    assert str(told.trailer["/Root"]["/Lang"]).startswith("es")  # type: ignore[index]
    assert told.metadata is not None
    assert told.metadata.title == f"Crosslane, informe del caso {case.removeprefix('/cases/')}"
    (first, *_) = read(content)
    assert re.match(
        r"Caso \d+ · investigator · Investigación C-17 · \d+ \w+ \d{4} \d\d:\d\d UTC Página 1 de \d+", first
    )
    assert "solo muestran sus últimos cuatro" in first


def test_a_kept_moment_and_a_letter_can_be_had_as_files_once_the_audit_names_whose_they_are(office: Office) -> None:
    reviewer, log = office.as_(Role.REVIEWER), AuditLog(office.workspace.path)
    with office.workspace.reading() as connection:
        query = "SELECT review_id, identity_id FROM review WHERE key = 'incident:US/I1'"
        number, identity = connection.execute(query).fetchone()
    path = f"/reviews/{number}"
    reviewer.get(f"{path}/letter.pdf", 409)
    replay = reviewer.get(f"{path}/replay.pdf")
    assert replay.headers["content-disposition"] == f'attachment; filename="crosslane-review-{number}-kept.pdf"'
    (sheet, *_) = read(replay.content)
    assert re.match(rf"Review {number} · reviewer · Investigation C-17 · .* UTC Page 1 of \d+ What was known", sheet)
    decided(office, path)
    letter = reviewer.get(f"{path}/letter.pdf?language=es")
    assert letter.headers["content-disposition"] == f'attachment; filename="crosslane-letter-{number}-es.pdf"'
    whole = " ".join(read(letter.content))
    shown = re.findall(
        r'<div class="letter" lang="es">(.*?)</div>', reviewer.get(f"{path}/letter?language=es").text, re.S
    )
    plain = re.sub(r"\s+", "", html.unescape(shown[0])).replace("-", "")
    assert re.sub(r"[\s•]", "", whole.removesuffix("1 / 1")).replace("-", "") == plain, "nothing but the letter"
    entries = log.entries(limit=100_000)
    for action in ("letter pdf", "review replay pdf"):
        found = {(entry.actor, entry.identity_id) for entry in entries if entry.action == action}
        assert ("reviewer", identity) in found, action
    for role in (Role.VIEWER, Role.INVESTIGATOR, Role.AUDITOR, Role.LOADER):
        is_let_in = role in ACCESS["GET", "/reviews/{number}/letter.pdf"]
        office.as_(role).get(f"{path}/letter.pdf", 200 if is_let_in else 403)


def decided(office: Office, path: str) -> None:
    """A reviewer and a supervisor took the review to its end."""
    reviewer, supervisor = office.as_(Role.REVIEWER), office.as_(Role.SUPERVISOR)
    reviewer.post(f"{path}/assign", reason="mine")
    for factor in set(re.findall(r'name="factor" value="([^"]+)"', reviewer.get(path).text)):
        reviewer.post(f"{path}/resolve", factor=html.unescape(factor), finding="confirmed", reason="in the file")
    reviewer.post(f"{path}/decide", outcome="revoke", code="CUSTOMS", reason="smuggling, charged")
    supervisor.post(f"{path}/sign", reason="agreed")
