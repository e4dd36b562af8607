"""What the environment may set."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.graph_store import EMBEDDED, LEDGER
from api.settings import chosen_store, read_settings
from linkage.errors import SettingsError


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORKSPACE", "STORE", "ACTOR", "DEBUG", "NEO4J_USER", "NEO4J_PASSWORD"):
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


def test_a_store_is_the_option_s_else_the_variable_s_and_its_password_is_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert chosen_store(read_settings(), None) == LEDGER
    monkeypatch.setenv("CROSSLANE_STORE", "bolt://one:7687")
    monkeypatch.setenv("CROSSLANE_NEO4J_USER", "ana")
    monkeypatch.setenv("CROSSLANE_NEO4J_PASSWORD", "s3cr3t")
    settings = read_settings()
    assert chosen_store(settings, None).name == "bolt://one:7687/neo4j"
    found = chosen_store(settings, "neo4j+s://two").server
    assert found is not None
    assert (found.uri, found.user, found.password) == ("neo4j+s://two", "ana", "s3cr3t")
    assert "s3cr3t" not in f"{settings!r} {found!r} {chosen_store(settings, None)!r}"
    assert chosen_store(settings, EMBEDDED) == LEDGER


@pytest.mark.parametrize("store", ["sqlite", "http://host:7474", "bolt://ana:s3cr3t@host"])
def test_a_store_that_is_none_is_refused_and_not_repeated(store: str) -> None:
    with pytest.raises(SettingsError) as refused:
        chosen_store(read_settings(), store)
    assert "s3cr3t" not in str(refused.value)
