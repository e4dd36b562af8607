"""What is remembered of secrets is bounded, and opens nothing by itself."""

from __future__ import annotations

from api.accounts.remembered import RememberedSecrets
from api.accounts.secret_hash import hash_key, hash_password, is_right


def test_the_one_not_used_for_longest_is_forgotten() -> None:
    memory, kept = RememberedSecrets(size=2), hash_key("right")
    for name in "ab":
        assert memory.is_right(name, "right", kept)
    assert memory.knows("a", "right", kept)
    assert memory.is_right("c", "right", kept)
    assert len(memory) == 2
    assert memory.knows("a", "right", kept)
    assert not memory.knows("b", "right", kept)


def test_a_hash_that_changed_is_checked_anew() -> None:
    memory = RememberedSecrets()
    assert memory.is_right("a", "right", hash_key("right"))
    assert not memory.is_right("a", "right", hash_key("other"))


def test_what_was_wrong_is_not_remembered() -> None:
    memory, kept = RememberedSecrets(), hash_key("right")
    assert not memory.is_right("a", "wrong", kept)
    assert len(memory) == 0


def test_a_hash_says_what_it_costs_and_what_is_none_opens_nothing() -> None:
    assert hash_password("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hash_key("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hash_key("x") != hash_key("x")
    for kept in ("", "x", "$argon2id$", "sha512$a$b"):
        assert not is_right("x", kept)
