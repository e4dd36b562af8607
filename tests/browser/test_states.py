"""What pages show when there is nothing, too much, a wait or a fault, and in another language: said, and sound."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, sign_in
from tests.browser.test_pages import DRIVER, faults_of, settled

EMPTY = {
    "/": "No review is with you.",
    "/cases": "Pin anything from any page",
    "/views": "No view is saved yet.",
    "/reviews": "The queue is empty",
    "/exchange": "Nothing was asked of a partner yet.",
}


def test_an_empty_workspace_says_what_to_do_next(made_site: Callable[[str, dict[str, str]], Site]) -> None:
    site, faults = made_site("empty", {}), []
    with site.visit("sup") as page:
        for path, words in EMPTY.items():
            page.goto(path)
            assert words in page.inner_text("main"), path
            faults += faults_of(page)
    with site.visit("loa", purpose="loading") as page:
        page.goto("/loads")
        assert "Nothing was loaded yet." in page.inner_text("main")
        faults += faults_of(page)
    assert not faults, "\n".join(faults)


def test_a_fault_says_what_happened_and_what_to_do(site: Site) -> None:
    context = site.browser.new_context(base_url=site.url)
    page = context.new_page()
    sign_in(page, "vie", "enrolment")
    for path, status, words in (
        ("/no-such-page", 404, "There is no such page"),
        ("/drivers/nobody-at-all", 404, "no such page"),
        (f"/drivers/{DRIVER}/explore", 403, "Your role may not open this"),
        ("/reviews/17", 403, "Your role may not open this"),
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, path
        assert words in page.inner_text("main")
        assert answer.headers["x-request-id"] in page.inner_text("[role=alert]")
        assert page.locator("header.top").count() == 1, "who is signed in keeps the way on"
        assert not faults_of(page)
    context.close()


def test_what_is_cut_short_waits_or_finds_nothing_says_so(site: Site) -> None:
    faults = []
    with site.visit("inv") as page:
        page.fill("#find", "zzyzx qwghlm")
        page.press("#find", "Enter")
        expect(page.locator("main")).to_contain_text("No match.")
        faults += faults_of(page)
        page.goto(f"/drivers/{DRIVER}/explore")
        settled(page)
        page.locator("[data-filter=from]").fill("1950-01")
        page.locator("[data-filter=to]").fill("1950-02")
        page.locator("[data-filter=to]").dispatch_event("change")
        expect(page.locator("[data-summary]")).to_contain_text("outside the period")
        page.get_by_role("button", name="Keys", exact=True).click()
        expect(page.locator("dialog#keys")).to_be_visible()
        faults += faults_of(page)
        page.keyboard.press("Escape")
        faults += waited(page)
    assert not faults, "\n".join(faults)


def waited(page: Page) -> list[str]:
    """Asks for ties that do not come, and stops it."""
    page.route("**/explore/expand", lambda _: None)
    page.locator("[data-do=expand]").first.click()
    line = page.locator(".waiting")
    expect(line).to_contain_text("Reading")
    faults = faults_of(page)
    line.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-told]")).to_have_text("You stopped it. Nothing was changed.")
    assert line.count() == 0
    return faults


def test_pages_speak_the_language_that_is_chosen(site: Site) -> None:
    with site.visit("inv", locale="fr-CA") as page:
        assert page.locator("html").get_attribute("lang") == "fr-CA"
        page.click("button[lang=es]")
        faults = []
        for path, words in (("/", "Lo que le espera"), (f"/drivers/{DRIVER}", "Por qué cuentan"), ("/ports", "Puerto")):
            page.goto(path)
            assert page.locator("html").get_attribute("lang") == "es-MX"
            assert words in page.inner_text("main")
            faults += faults_of(page)
        page.goto(f"/drivers/{DRIVER}/explore")
        settled(page)
        assert "cosas" in page.inner_text("[data-summary]")
        faults += faults_of(page)
    assert not faults, "\n".join(faults)
