"""What the environment may set."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import EMBEDDED, read_settings, require_store
from linkage.errors import SettingsError


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORKSPACE", "STORE", "ACTOR", "DEBUG"):
        monkeypatch.delenv(f"CROSSLANE_{name}", raising=False)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSLANE_WORKSPACE", "/data/unit 7")
    monkeypatch.setenv("CROSSLANE_ACTOR", "ana")
    settings = read_settings()
    assert (settings.workspace, settings.actor, settings.store) == (Path("/data/unit 7"), "ana", EMBEDDED)


def test_an_empty_variable_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSLANE_ACTOR", "")
    monkeypatch.setenv("CROSSLANE_WORKSPACE", "")
    settings = read_settings()
    assert settings.workspace is None
    assert settings.actor


def test_a_value_that_cannot_be_is_told_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSLANE_DEBUG", "perhaps")
    with pytest.raises(SettingsError, match="CROSSLANE_DEBUG"):
        read_settings()


def test_settings_never_change_once_read() -> None:
    settings = read_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.actor = "ben"  # type: ignore[misc]


def test_only_the_embedded_store_is_there() -> None:
    require_store(EMBEDDED)
    with pytest.raises(SettingsError, match="--store"):
        require_store("bolt://host:7687")
