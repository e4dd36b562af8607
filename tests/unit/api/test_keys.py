"""Service keys: a secret is shown once, kept as a hash, and opens nothing once revoked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import apsw
import pytest

from api.accounts.remembered import RememberedSecrets
from api.keys import MIGRATIONS, PREFIX, Keys
from api.roles import Role
from linkage.errors import SettingsError, UnknownRecord


@pytest.fixture
def keys() -> Iterator[Keys]:
    connection = apsw.Connection(":memory:")
    for script in MIGRATIONS:
        connection.execute(script)
    yield Keys(connection)
    connection.close()


def test_a_secret_opens_with_its_role(keys: Keys) -> None:
    made = keys.add("queue", Role.VIEWER, "ana")
    caller = keys.caller(made["secret"])
    assert caller is not None
    assert (caller.actor, caller.role) == ("key:queue", Role.VIEWER)


def test_no_secret_is_kept(keys: Keys) -> None:
    secret = keys.add("queue", Role.VIEWER, "ana")["secret"]
    (row,) = keys.connection.execute("SELECT * FROM service_key").fetchall()
    kept = " ".join(str(value) for value in row)
    assert secret.rpartition("_")[2] not in kept
    assert "$argon2id$" in kept
    assert "secret" not in keys.rows()[0]


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s + "x", lambda s: s.replace("_", "-"), lambda _: ""])
def test_a_wrong_secret_opens_nothing(keys: Keys, change: object) -> None:
    secret = keys.add("queue", Role.VIEWER, "ana")["secret"]
    assert callable(change)
    assert keys.caller(change(secret)) is None


@pytest.mark.parametrize("token", ["crosslane__", "crosslane_zz_zz", "\ud800", "' OR 1=1 --", "crosslane_x_\ud800"])
def test_nonsense_opens_nothing(keys: Keys, token: str) -> None:
    assert keys.caller(token) is None


def test_equal_secrets_never_repeat(keys: Keys) -> None:
    made = [keys.add(f"n{n}", Role.LOADER, "ana") for n in range(50)]
    assert len({item["secret"] for item in made}) == 50
    assert len({item["key_id"] for item in made}) == 50


@pytest.mark.parametrize("by_name", [True, False])
def test_a_revoked_key_opens_nothing_and_frees_its_name(keys: Keys, by_name: bool) -> None:
    made = keys.add("queue", Role.VIEWER, "ana")
    keys.revoke("queue" if by_name else made["key_id"], "ben")
    assert keys.caller(made["secret"]) is None
    assert keys.rows()[0]["revoked_by"] == "ben"
    keys.add("queue", Role.VIEWER, "ana")
    with pytest.raises(UnknownRecord):
        keys.revoke(made["key_id"], "ben")


def test_two_valid_keys_never_share_a_name(keys: Keys) -> None:
    keys.add("queue", Role.VIEWER, "ana")
    with pytest.raises(SettingsError):
        keys.add("queue", Role.SUPERVISOR, "ana")


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[31m"])
def test_a_key_needs_a_plain_name(keys: Keys, name: str) -> None:
    with pytest.raises(SettingsError):
        keys.add(name, Role.VIEWER, "ana")


def test_a_key_made_before_argon2id_goes_on_working() -> None:
    connection = apsw.Connection(":memory:")
    for script in MIGRATIONS[:2]:
        connection.execute(script)
    salt, secret = bytes(range(16)), "s" * 43
    digest = hashlib.sha256(salt + secret.encode()).digest()
    connection.execute(
        "INSERT INTO service_key VALUES ('abc', 'old', 'loader', ?, ?, '2026-01-01', 'ana', NULL, NULL)", (salt, digest)
    )
    for script in MIGRATIONS[2:]:
        connection.execute(script)
    keys = Keys(connection)
    caller = keys.caller(f"{PREFIX}_abc_{secret}")
    assert caller is not None
    assert (caller.actor, caller.role, caller.purpose) == ("key:old", Role.LOADER, "")
    assert keys.caller(f"{PREFIX}_abc_{secret}x") is None
    keys.add("new", Role.LOADER, "ana")
    assert {row["name"]: row["hash"] for row in keys.rows()} == {"old": "sha256", "new": "argon2id"}


def test_a_secret_that_was_checked_is_remembered_until_the_key_is_revoked(keys: Keys) -> None:
    secret = keys.add("queue", Role.VIEWER, "ana", "review")["secret"]
    remembered, tries = RememberedSecrets(), []
    for _ in range(3):
        caller = keys.caller(secret, remembered, lambda: tries.append(1))
        assert caller is not None
        assert caller.purpose == "review"
    assert len(tries) == 1, "a remembered secret was checked with argon2id again"
    keys.revoke("queue", "ana")
    assert keys.caller(secret, remembered) is None


def test_a_wrong_secret_of_a_remembered_key_opens_nothing(keys: Keys) -> None:
    secret = keys.add("queue", Role.VIEWER, "ana")["secret"]
    remembered = RememberedSecrets()
    assert keys.caller(secret, remembered)
    assert keys.caller(secret[:-1] + ("A" if secret[-1] != "A" else "B"), remembered) is None
    assert keys.caller(secret, remembered)
