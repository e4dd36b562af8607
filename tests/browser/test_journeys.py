"""What people come for, from the first click to what must be seen at the end; the design's six journeys."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from api.bootstrap import open_workspace
from api.drivers import drivers_of
from eligibility.trail import Trail
from linkage.ledger import Workspace
from tests.browser.conftest import Site

DRIVER = "D-SIKWOKVK2N"


def audited(workspace: Workspace, action: str) -> list[tuple[str, str | None, str | None]]:
    from api.audit import AuditLog

    found = AuditLog(workspace.path).entries(None, 10_000)
    return [(entry.actor, entry.identity_id, entry.detail) for entry in found if entry.action == action]


def known_names(workspace: Workspace, count: int) -> list[tuple[str, str]]:
    with workspace.reading() as connection:
        ids = [row[0] for row in connection.execute("SELECT identity_id FROM score ORDER BY identity_id LIMIT 900")]
        found = [driver for driver in drivers_of(connection, ids) if driver.birth_date and len(driver.birth_date) == 10]
    return [(driver.name, str(driver.birth_date)) for driver in found[:count]]


def uploaded(page: Page, names: Path) -> None:
    """Sends the list, again where the index of the workspace is still being made."""
    for _ in range(60):
        page.goto("/match-list")
        page.set_input_files("#list", str(names))
        with page.expect_navigation():
            page.click("main form button.primary")
        if "token=" in page.url:
            return
        page.wait_for_timeout(1000)
    raise AssertionError(page.inner_text("main"))


def test_three_hundred_names_are_matched_connected_kept_and_exported(own_site: Site, tmp_path: Path) -> None:
    workspace = open_workspace(own_site.folder)
    rows = known_names(workspace, 289)
    strangers = [(f"Nemo Ulyssos{number}", "1901-01-01") for number in range(300 - len(rows))]
    names = tmp_path / "names.csv"
    names.write_text("Name,DOB\n" + "".join(f'"{name}",{born}\n' for name, born in [*rows, *strangers]), "utf-8")
    with own_site.visit("inv") as page:
        uploaded(page, names)
        counts = re.search(r"300 rows: (\d+) matched, (\d+) several, (\d+) none", page.inner_text("main"))
        assert counts is not None
        matched, several, nobody = map(int, counts.groups())
        assert matched + several + nobody == 300
        assert nobody >= len(strangers)
        assert matched > 200
        assert "Name → full name" in page.inner_text("main")
        page.click("main >> text=Find what connects them")
        first = page.locator("main table").first.locator("tbody tr").first.inner_text()
        assert re.match(r"\d+ of \d+", first)
        assert "Carrier" in first
        assert page.locator("caption", has_text="too many").count() == 1
        page.click("summary:has-text('Pin to a case')")
        page.fill("#pin-title-connection", "Three hundred names")
        page.click("text=Open the case and pin")
        page.wait_for_url("**/cases/1")
        told = page.inner_text("main")
        assert "Three hundred names" in told
        assert "Scores as of 30 Jun 2026" in told
        with page.expect_download() as download:
            page.click("a:has-text('Export')")
        exported = Path(download.value.path()).read_text("utf-8")
        cells = [cell for row in csv.reader(io.StringIO(exported)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        page.goto("/cases")
        page.set_input_files("#case-file", str(download.value.path()))
        page.click("button:has-text('Open') >> nth=-1")
        page.wait_for_load_state("load")
        assert "Nothing changed since it was exported" in page.inner_text("main")
        page.click("main >> text=What connects")
        again = page.locator("main table").first.locator("tbody tr").first.inner_text()
        assert again == first


def test_a_driver_is_found_by_the_keyboard_and_the_reasons_add_up(site: Site) -> None:
    workspace = open_workspace(site.folder)
    with site.visit("inv") as page:
        page.wait_for_load_state("networkidle")
        page.keyboard.press("/")
        page.keyboard.type("parker jason")
        page.keyboard.press("Enter")
        page.wait_for_selector("#hits a")
        assert "name" in page.locator("#hits tbody tr").first.inner_text()
        page.locator("#hits a").first.press("Enter")
        page.wait_for_url("**/drivers/**")
        told = page.inner_text("main")
        assert "Not known" in told
        assert "differs" in told
        assert "894007022" not in page.content(), "identifiers are masked"
        page.click("text=All reasons, with routes and records")
        page.wait_for_url("**/risk")
        assert_reasons_add_up(page)
        page.goto(f"/drivers/{DRIVER}")
        page.click("text=Show identifiers")
        assert "Give a reason first" in page.inner_text("main")
        assert "894007022" not in page.content()
        page.fill("#reason", "Checking the licence with the state")
        page.click("text=Show identifiers")
        page.wait_for_selector("text=Identifiers are shown until")
        assert "894007022" in page.inner_text("main")
    assert_unmasked_for_a_reason(workspace)


def assert_reasons_add_up(page: Page) -> None:
    """The points of the lines are those of the sums below them."""
    points = [float(cell.get_attribute("data-points") or "nan") for cell in page.locator("[data-points]").all()]
    totals = [float(cell.get_attribute("data-total") or "nan") for cell in page.locator("[data-total]").all()]
    assert points
    assert abs(sum(points) - sum(totals)) < 1e-9


def assert_unmasked_for_a_reason(workspace: Workspace) -> None:
    """The audit has who was shown the identifiers, whose, and why."""
    actor, identity, detail = audited(workspace, "unmask")[0]
    assert (actor, identity) == ("inv", DRIVER)
    assert "Checking the licence with the state" in str(detail)


def test_from_a_driver_to_the_seizure_and_a_view_that_somebody_else_opens(own_site: Site) -> None:
    with own_site.visit("inv") as page:
        page.goto(f"/drivers/{DRIVER}")
        page.click("text=Explore links")
        page.wait_for_selector("[data-ready]")
        assert_twin(page)
        before = positions(page)
        page.locator("[data-explorer] tbody tr", has_text="…3825").locator("button").first.click()
        page.locator(".canvas").focus()
        page.keyboard.press("e")
        expect(page.locator("[data-told]")).to_contain_text("new things")
        assert_twin(page)
        new = int(re.match(r"\d+", page.inner_text("[data-told]"))[0])  # type: ignore[index]
        assert 0 < new <= 50
        after = positions(page)
        assert {name: after[name] for name in before} == before, "what was there has not moved"
        assert page.locator("[data-explorer] tbody tr", has_text="Smuggling").count() > 0
        page.fill("[data-filter=from]", "2026-01")
        page.locator("[data-filter=from]").dispatch_event("change")
        assert "outside the period" in page.inner_text("[data-summary]")
        assert_twin(page)
        page.fill("[data-filter=from]", "")
        page.locator("[data-filter=from]").dispatch_event("change")
        page.click("summary:has-text('Save view')")
        page.fill("#view-name", "The truck of March")
        page.click("form[data-save] button")
        page.wait_for_url("**/views/*")
        page.wait_for_selector("[data-ready]")
        address, shown = page.url, page.inner_text("[data-summary]")
        kept = positions(page)
    assert "parker" not in address.lower()
    with own_site.visit("inv2") as page:
        page.goto(address)
        page.wait_for_selector("[data-ready]")
        assert page.inner_text("[data-summary]") == shown
        assert positions(page) == kept
        assert "The truck of March" in page.inner_text("main")


def positions(page: Page) -> dict[str, tuple[int, int]]:
    """Where each thing of the canvas stands, to the pixel."""
    found = page.evaluate(
        "Object.fromEntries(window.crosslane.cy.nodes().map(n => [n.id(), [Math.round(n.position('x')), "
        "Math.round(n.position('y'))]]))"
    )
    return {name: tuple(spot) for name, spot in found.items()}


def assert_twin(page: Page) -> None:
    """The table has what the canvas has, thing by thing."""
    drawn = set(page.evaluate("window.crosslane.cy.nodes().map(n => n.id())"))
    listed = [row.get_attribute("data-id") for row in page.locator("[data-explorer] tbody tr").all()]
    assert len(listed) == len(set(listed))
    assert set(listed) == drawn
    things = re.match(r"([\d,]+) things, ([\d,]+) ties", page.inner_text("[data-summary]"))
    assert things is not None
    assert int(things[1].replace(",", "")) == len(drawn)
    assert int(things[2].replace(",", "")) == page.evaluate("window.crosslane.cy.edges().length")


def resolve_all(page: Page) -> None:
    """Every factor of the review that waits is confirmed, with a reason."""
    while page.locator("form[action$='/resolve']:not(:has(+ p))").count() and (
        page.locator(".tag.unknown:has-text('to be resolved')").count()
    ):
        block = page.locator("section.block:has(.tag.unknown:has-text('to be resolved'))").first
        block.locator("input[value=confirmed]").check()
        block.locator("input[name=reason]").fill("The record is theirs: licence and birth date agree")
        block.locator("button").click()
        page.wait_for_load_state("load")


def test_a_review_is_decided_by_two_people(own_site: Site) -> None:
    workspace = open_workspace(own_site.folder)
    with own_site.visit("rev", purpose="review") as page:
        page.goto("/reviews?trigger=licence_withdrawn")
        page.click("main tbody tr >> nth=0 >> a")
        page.wait_for_url(re.compile(r"/reviews/\d+$"))
        address = page.url
        order = [head.inner_text() for head in page.locator(".steps h2").all()]
        assert order[0].endswith("What is new")
        assert page.locator("details:has-text('How the system ordered this case')").get_attribute("open") is None
        page.click("text=Take this review")
        page.wait_for_load_state("load")
        assert page.locator("button:has-text('Record recommendation')").is_disabled()
        assert "Off until" in page.inner_text("#decision")
        resolve_all(page)
        page.check("#decision input[value=suspend]")
        page.locator("#decision input[name=code]").first.check()
        page.fill("#words", "The licence was withdrawn and the driver still crosses")
        code = page.locator("#decision input[name=code]").first.get_attribute("value")
        page.click("text=Record recommendation")
        page.wait_for_load_state("load")
        assert page.locator(".tag", has_text="Waiting for a second signature").count() == 1
        assert "A second person has to sign" in page.inner_text("#decision")
        assert page.locator("form[action$='/sign']").count() == 0, "nobody signs their own proposal"
    with own_site.visit("sup", purpose="review") as page:
        page.goto("/")
        assert "Review" in page.inner_text("main")
        page.goto(address)
        page.fill("#sign", "Read the file; the record is theirs")
        page.click("#decision >> button:has-text('Sign')")
        page.wait_for_load_state("load")
        assert "Decided: Suspend" in page.inner_text("#decision")
        page.click("#decision >> text=Letter")
        assert page.locator(".letter").inner_text().strip()
    with workspace.reading() as connection:
        assert Trail(connection).verify() == []
    assert code


def test_a_wrong_identity_is_split_and_taken_back(own_site: Site) -> None:
    with own_site.visit("rev", purpose="review") as page:
        page.goto(f"/drivers/{DRIVER}")
        before = page.inner_text(".figures")
        page.goto(f"/drivers/{DRIVER}/identity")
        assert "Weakest link" in page.inner_text("main")
        page.select_option("#split_a", "CBP/SZ000012-1")
        page.select_option("#split_b", "USINS/TX00000513")
        page.fill("#split_reason", "Another man of that name")
        page.click("text=See what would follow")
        page.wait_for_load_state("load")
        told = page.inner_text("main")
        assert "What would follow" in told
        assert "would change" in told
        page.click("text=Split now")
        page.wait_for_url("**/identity")
        page.goto(f"/drivers/{DRIVER}")
        assert page.inner_text(".figures") != before
        page.goto(f"/drivers/{DRIVER}/identity")
        assert "Another man of that name" in page.inner_text("main")
        page.fill("input[name=reason][id^=undo]", "It was him after all")
        page.click("text=Take back")
        page.wait_for_load_state("load")
        page.goto(f"/drivers/{DRIVER}")
        assert page.inner_text(".figures") == before


def test_a_file_with_bad_rows_is_loaded_mended_and_sent_again(own_site: Site, tmp_path: Path) -> None:
    head = "source,record_id,country,given_name,surname,birth_date\n"
    good = "".join(f"US,zz{number},US,Ann,Testperson{number},1980-01-{number:02}\n" for number in range(1, 9))
    bad = tmp_path / "drivers.csv"
    bad.write_text(head + good + "US,,US,Ben,Nokey,1980-01-01\nUS,zz20,US,,,\n", "utf-8")
    mended = tmp_path / "mended.csv"
    mended.write_text(head + "US,zz19,US,Ben,Nokey,1980-01-01\nUS,zz20,US,Cid,Nobody,1980-01-02\n", "utf-8")
    with own_site.visit("loa", purpose="loading") as page:
        send(page, bad, "Check")
        assert "Would load 8, reject 2 of 10 rows" in page.inner_text("main")
        send(page, bad, "Load")
        page.reload()
        page.wait_for_selector("text=rows read =", timeout=120_000)
        told = page.inner_text("main")
        assert "10 rows read = 8 accepted + 2 rejected" in told
        assert "no-key" in told
        with page.expect_download() as download:
            page.click("section:has-text('Rejected rows') >> text=Download as CSV")
        rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))
        assert [row["line"] for row in rows] == ["10", "11"]
        send(page, mended, "Load")
        page.wait_for_selector("text=rows read =", timeout=120_000)
        assert "2 rows read = 2 accepted + 0 rejected" in page.inner_text("main")
        send(page, mended, "Load")
        page.wait_for_selector("text=Same bytes as a load before", timeout=120_000)


def send(page: Page, file: Path, what: str) -> None:
    page.goto("/loads")
    page.set_input_files("#file", str(file))
    page.select_option("#source", "drivers")
    page.click(f"main form button:has-text('{what}')")
    page.wait_for_load_state("load")
