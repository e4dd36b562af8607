"""A load while clients ask: a file that was held back, sent to `POST loads` and followed to its end."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.api_load.served import Server

_BOUNDARY = "crosslane-benchmark"


class LoadJob:
    """One job, started at once and followed by a thread.

    Args:
        key: of a role that may load.
        fields: of the form beside the file.
    """

    def __init__(self, server: Server, key: str, file: Path, fields: dict[str, str]) -> None:
        self._server, self._key = server, key
        self.document: dict[str, Any] = {}
        self.seconds = 0.0
        self._started = time.perf_counter()
        body, content_type = form(file.read_bytes(), fields)
        status, answer = server.send("POST", "/api/v1/loads", key, body, Content_Type=content_type)
        if status != 202:
            raise RuntimeError(f"POST loads: {status} {answer.decode()}")
        self._job = json.loads(answer)["job_id"]
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def is_over(self, _: float = 0.0) -> bool:
        """The job has ended, one way or another."""
        return not self._thread.is_alive()

    def _follow(self) -> None:
        while self.document.get("state") not in ("done", "failed"):
            time.sleep(0.5)
            status, answer = self._server.get(f"/api/v1/loads/{self._job}", self._key)
            self.document = json.loads(answer) if status == 200 else {"state": "failed", "problem": status}
        self.seconds = time.perf_counter() - self._started


def form(content: bytes, fields: dict[str, str]) -> tuple[bytes, str]:
    """A file and the fields beside it as a browser sends them, and the type of that."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="held.csv"\r\n'
    parts.append(f"{head}Content-Type: text/csv\r\n\r\n".encode() + content)
    body = b"".join(parts) + f"\r\n--{_BOUNDARY}--\r\n".encode()
    return body, f"multipart/form-data; boundary={_BOUNDARY}"
