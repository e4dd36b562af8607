"""Where a server is: what is refused, and that nothing secret is repeated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import neo4j
import pytest

from graph.neo4j.connection import SCHEMES, Server
from linkage.errors import SettingsError


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_reaches_the_driver_as_it_is(scheme: str) -> None:
    uri, options = Server(f"{scheme}://host:7687", password="hidden").to_driver_options()
    assert uri == f"{scheme}://host:7687"
    assert "encrypted" not in options


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "host:7687",
        "http://host:7687",
        "bolt://",
        "bolt://:7687",
        "bolt://host:port",
        "bolt://host:99999",
        "bolt://host/db",
        "bolt+x://host",
        "BOLTS://host",
    ],
)
def test_what_is_no_place_is_refused(uri: str) -> None:
    with pytest.raises(SettingsError, match="scheme://host:port"):
        Server(uri)


@pytest.mark.parametrize("uri", ["bolt://me:secret@host:7687", "neo4j+s://secret@host", "me:secret@host"])
def test_a_user_in_the_uri_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Server(uri)
    assert "secret" not in str(caught.value)


def test_the_password_is_not_shown() -> None:
    assert "hidden" not in repr(Server("bolt://host", password="hidden"))


def test_a_ca_file_is_read_and_needs_a_scheme_that_checks(tmp_path: Path) -> None:
    good = Path(__import__("ssl").get_default_verify_paths().cafile or "")
    if not good.is_file():
        pytest.skip("this machine has no CA file to read")
    uri, options = Server("neo4j+s://host", ca_file=good).to_driver_options()
    assert uri == "neo4j://host"
    assert options["encrypted"]
    assert isinstance(options["trusted_certificates"], neo4j.TrustCustomCAs)
    for scheme in ("bolt", "bolt+ssc", "neo4j"):
        with pytest.raises(SettingsError, match="checks certificates"):
            Server(f"{scheme}://host", ca_file=good)
    bad = tmp_path / "ca.pem"
    bad.write_text("nothing")
    for file in (bad, tmp_path / "absent.pem"):
        with pytest.raises(SettingsError, match="cannot be read"):
            replace(Server("bolt+s://host"), ca_file=file)
