"""Every page in a real browser: nothing asked of others, no complaint, WCAG 2.2 AA as far as a machine can tell."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import Site

DRIVER = "D-SIKWOKVK2N"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
PAGES: tuple[tuple[str, str], ...] = (
    ("inv", "/"),
    ("inv", "/search"),
    ("inv", f"/drivers/{DRIVER}"),
    ("inv", f"/drivers/{DRIVER}/risk"),
    ("inv", f"/drivers/{DRIVER}/identity"),
    ("inv", f"/drivers/{DRIVER}/explore"),
    ("inv", "/why?a=CBP/SZ000010-2&b=US/ND0000651"),
    ("inv", "/match-list"),
    ("inv", "/connect?people=D-74YJUZX7GN+D-CKVKHP2IZF+D-VMXSPT2AZ4"),
    ("inv", "/patterns"),
    ("inv", "/patterns/near-offenders"),
    ("inv", "/cases"),
    ("inv", "/views"),
    ("inv", "/watches"),
    ("inv", "/coverage"),
    ("inv", "/coverage/D-74YJUZX7GN"),
    ("inv", "/ports"),
    ("inv", "/ports/2304"),
    ("rev", "/"),
    ("rev", "/reviews"),
    ("rev", "/reviews/17"),
    ("rev", "/reviews/17/replay"),
    ("rev", "/links"),
    ("rev", "/exchange"),
    ("loa", "/"),
    ("loa", "/loads"),
    ("loa", "/loads/1"),
    ("aud", "/audit"),
    ("aud", "/measures"),
    ("sup", "/measures"),
    ("sup", "/policy"),
)


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with the first element it is wrong on."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']} at {one['nodes'][0]['html'][:200]}" for one in found]


def settled(page: Page) -> None:
    page.wait_for_load_state("load")
    if page.locator("[data-explorer]").count():
        page.wait_for_selector("[data-ready]")


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page as it stands, light and dark, in a narrow window and at twice the size."""
    found = []
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)  # type: ignore[arg-type]
        found += [f"{page.url} ({mode}): {fault}" for fault in violations(page)]
    for width, height in ((640, 450), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        try:  # pictures follow the width of the window a moment later
            page.wait_for_function(FITS, timeout=2000)
        except PlaywrightTimeout:
            found.append(f"{page.url} scrolls sideways at {width} px")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("user", ["inv", "rev", "sup", "loa", "aud"])
def test_every_page_is_sound_for_whoever_may_open_it(site: Site, user: str) -> None:
    faults = []
    with site.visit(user) as page:
        for path in [path for who, path in PAGES if who == user]:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            settled(page)
            faults += faults_of(page)
    assert not faults, "\n".join(faults)


def test_the_sign_in_page_is_sound(site: Site) -> None:
    context = site.browser.new_context(base_url=site.url)
    page = context.new_page()
    page.goto("/drivers/anybody")
    assert page.url.endswith("/sign-in?next=/drivers/anybody")
    assert violations(page) == []
    page.fill("#user", "inv")
    page.fill("#password", "not the password at all")
    page.select_option("#purpose", "investigation")
    page.click("button.primary")
    assert "do not open this workspace" in page.inner_text("[role=alert]")
    assert violations(page) == []
    context.close()


def asked(page: Page, name: str) -> None:
    """The page is the answer to a pattern as it stands."""
    page.goto(f"/patterns/{name}")
    page.click("main form button.primary")
    page.wait_for_url("**/patterns/asked/**")


def test_the_answers_of_patterns_are_sound_and_fit_a_narrow_window(site: Site) -> None:
    faults = []
    with site.visit("inv") as page:
        for name in ("near-offenders", "clusters"):
            asked(page, name)
            assert page.locator("main table tbody tr").count() > 3
            page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
            faults += faults_of(page)
        page.click("text=Open as graph")
        settled(page)
        faults += faults_of(page)
    assert not faults, "\n".join(faults)


def test_no_address_of_a_page_holds_a_name_or_an_identifier(site: Site) -> None:
    with site.visit("inv") as page:
        page.fill("#find", "parker jason")
        page.press("#find", "Enter")
        page.wait_for_selector("#hits a")
        assert "parker" not in page.url.lower()
        assert "parker" not in page.title().lower()
        page.click("#hits a")
        page.wait_for_url("**/drivers/**")
        assert "parker" not in (page.url + page.title()).lower()
        page.go_back()
        assert page.locator("#hits a").count() == 1


def test_dark_and_roomy_are_kept(site: Site) -> None:
    with site.visit("inv") as page:
        page.goto("/coverage")
        page.click("button[name=theme]")
        assert page.url.endswith("/coverage")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
        page.click("button[name=density]")
        assert page.locator("html").get_attribute("data-density") == "comfortable"
        assert page.locator("html").get_attribute("data-theme") == "dark"
