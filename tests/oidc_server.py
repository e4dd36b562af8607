"""A real OpenID Connect provider of a test run: npm's `oidc-provider`, on loopback, with its own login pages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

FOLDER = Path(__file__).parent / "oidc_provider"
REQUIRED = "CROSSLANE_REQUIRE_BROWSER"
"""Environment variable: 1 turns "no Node.js can be had" from a skip into a failure."""
SECRET = "for tests/only + 1"
"""The client's secret; its characters must be encoded on their way (RFC 6749, section 2.3.1)."""
_FORM = re.compile(r'<form[^>]*action="([^"]+)"')
_STEPS = 10


@dataclass(frozen=True)
class OidcServer:
    """A provider that only this test run uses."""

    issuer: str

    def log_in(self, url: str, login: str, browser: httpx.Client, *, consents: bool = True) -> str:
        """Where the provider sends the browser of somebody who logs in as `login` on its pages.

        Args:
            url: where the service sent the browser.
            consents: they agree that the service learns who they are.
        """
        answer = browser.get(url)
        for _ in range(_STEPS):
            while answer.has_redirect_location:
                target = str(httpx.URL(answer.url).join(answer.headers["location"]))
                if not target.startswith(self.issuer):
                    return target
                answer = browser.get(target)
            assert answer.status_code == 200, answer.text
            if not consents:
                answer = browser.get(f"{answer.url}/abort")
                continue
            form = _FORM.search(answer.text)
            assert form, answer.text
            prompt = "login" if 'name="login"' in answer.text else "consent"
            data = {"prompt": prompt} | ({"login": login, "password": "any"} if prompt == "login" else {})
            answer = browser.post(str(httpx.URL(answer.url).join(form[1])), data=data)
        pytest.fail("the provider's pages did not come to an end")


def serve(redirect_uri: str) -> Iterator[OidcServer]:
    """A running provider; skips, or fails when one is required, if there is no Node.js."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        _missing("no OpenID Connect provider: Node.js 20 and npm are not installed")
    assert node is not None
    assert npm is not None
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        installed = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
        if installed.returncode:
            _missing(f"no OpenID Connect provider: {installed.stderr.strip()[-400:]}")
    environment = os.environ | {"CLIENT_SECRET": SECRET}
    command = [node, "provider.js", redirect_uri]
    with subprocess.Popen(
        command, cwd=FOLDER, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        # It may say other things first.
        issuer = next((line.strip() for line in process.stdout if line.startswith("http://127.0.0.1:")), "")
        try:
            if not issuer:
                pytest.fail("the OpenID Connect provider did not start")
            yield OidcServer(issuer)
        finally:
            process.kill()


def _missing(reason: str) -> None:
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(reason)
    pytest.skip(reason)
