"""docs/access.md names what there is: settings with their defaults, roles, purposes, routes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.access_settings import RateLimits
from api.accounts.purpose import Purpose
from api.accounts.remembered import SIZE
from api.accounts.sessions import SessionLimits
from api.accounts.users import MIN_PASSWORD
from api.http.access_table import ACCESS
from api.masking import Masker
from api.roles import Role
from api.settings import Settings

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "access.md").read_text("utf-8")
FLAT = " ".join(PAGE.split())


def test_every_setting_of_access_is_there_with_its_default() -> None:
    names = {name for name in Settings.model_fields if name.startswith(("rate_", "session_", "oidc_", "public_"))}
    told = {name.lower() for name in re.findall(r"CROSSLANE_([A-Z_]+)`", PAGE)}
    assert told == names
    for name in names:
        default = Settings.model_fields[name].default
        if name.startswith(("rate_", "session_")):
            assert f"| `CROSSLANE_{name.upper()}` | {default:g} |" in FLAT


def test_defaults_in_words_are_the_defaults() -> None:
    limits = SessionLimits()
    assert f"ends after {limits.idle_s / 60:g} minutes without a request, {limits.life_s / 3600:g} hours" in FLAT
    assert f"have {MIN_PASSWORD} characters" in FLAT
    assert f"at most {SIZE:,} keys" in FLAT
    assert RateLimits().key == 60_000


@pytest.mark.parametrize("word", [*Role, *Purpose])
def test_every_role_and_purpose_is_there(word: str) -> None:
    assert word.value in FLAT


def test_the_table_of_roles_is_the_access_table() -> None:
    examples = {
        "look people up": ("POST", "/api/v1/drivers/search"),
        "identifiers in full": ("POST", "/api/v1/drivers/{identity_id:path}/unmask"),
        "reviews, exchange": ("GET", "/api/v1/reviews"),
        "sign, send back": ("POST", "/api/v1/reviews/{review_id}/sign"),
        "bring files": ("POST", "/api/v1/loads"),
        "read the audit": ("GET", "/api/v1/audit"),
    }
    for begins, route in examples.items():
        (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {begins}")]
        cells = [cell.strip() for cell in line.split("|")[2:-1]]
        assert {role for role, cell in zip(Role, cells, strict=True) if cell == "yes"} == ACCESS[route], begins


def test_the_mask_of_the_page_has_the_form_of_masks() -> None:
    (shown,) = set(re.findall(r"`(TX:…[^`]+)`", PAGE))
    made = Masker(b"k" * 32).value("licence", "TX:66547846")
    assert shown.split("#")[0] == made.split("#")[0]
    assert len(shown) == len(made)
