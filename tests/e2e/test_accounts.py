"""`user` and `key`: who is let in, as a person at the command line sees it."""

from __future__ import annotations

import io
from typing import Any

import pytest

from api.audit import AuditLog


def test_a_user_is_added_listed_changed_and_disabled(cli: Any) -> None:
    made = cli.json("user", "add", "ana", "--role", "reviewer")
    assert (made["name"], made["role"], made["must_change"]) == ("ana", "reviewer", True)
    assert len(made["password"]) >= 20
    (listed,) = cli.json("user", "list")["users"]
    assert "password" not in listed
    assert cli.json("user", "role", "ana", "supervisor")["role"] == "supervisor"
    assert cli.json("user", "reset", "ana")["password"] != made["password"]
    assert cli.json("user", "disable", "ana")["disabled_by"] == "tester"
    assert cli("user", "disable", "ana").code == 2
    actions = [entry.action for entry in AuditLog(cli.folder).entries()]
    assert actions == ["user disable", "user reset", "user role", "user add"]


def test_the_one_time_password_is_shown_to_a_person_once(cli: Any) -> None:
    first = cli("user", "add", "ana").out
    password = first.split()[-1]
    assert len(password) >= 20
    assert password not in cli("user", "list").out
    assert "viewer" in cli("user", "list").out


def test_a_password_may_be_piped_in_and_is_never_printed(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("seven grey mules walk north\nnot this\n"))
    result = cli("user", "add", "ana", "--ask-password")
    assert result.code == 0
    assert "mules" not in result.out + result.err
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    refused = cli("user", "add", "ben", "--ask-password")
    assert refused.code == 2
    assert "short" not in refused.err


def test_a_subject_needs_a_provider(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "CROSSLANE_OIDC_ISSUER" in cli("user", "add", "ana", "--subject", "1").err
    monkeypatch.setenv("CROSSLANE_OIDC_ISSUER", "https://login.example")
    assert cli.json("user", "add", "ana", "--subject", "1")["login"] == "provider"
    assert cli("user", "add", "ben", "--subject", "2", "--ask-password").code == 2


def test_a_key_states_its_purpose(cli: Any) -> None:
    made = cli.json("key", "add", "queue", "--purpose", "recurrent vetting")
    assert made["purpose"] == "recurrent vetting"
    assert cli.json("key", "list")["keys"][0]["purpose"] == "recurrent vetting"
    assert cli("key", "add", "other", "--purpose", "curiosity").code == 2
