"""Secrets that this process has found to be right: so that argon2id is paid once a key, not once a request."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict

from api.accounts.secret_hash import is_right

SIZE = 1024
"""Keys remembered at most; the one not used for longest is forgotten first."""


class RememberedSecrets:
    """Checks secrets, each with argon2id when it is first seen and with one HMAC afterwards.

    What is remembered is an HMAC of the secret and of the hash it was checked against, under a key that this object
    made for itself: a copy of the memory opens nothing, and a hash that changed is checked anew. Whether a key still
    holds is none of its business: the caller has just read that from the ledger.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def knows(self, name: str, secret: str, kept: str) -> bool:
        """Whether the secret was found to be right before, by this process."""
        digest = self._digest(secret, kept)
        with self._lock:
            known = self._known.get(name)
            if known is None or not hmac.compare_digest(known, digest):
                return False
            self._known.move_to_end(name)
            return True

    def is_right(self, name: str, secret: str, kept: str) -> bool:
        """Whether the secret is the one behind the hash; one that is will be known next time.

        Args:
            name: whose secret it is.
            kept: the hash, as the ledger holds it now.
        """
        if self.knows(name, secret, kept):
            return True
        if not is_right(secret, kept):
            return False
        with self._lock:
            self._known[name] = self._digest(secret, kept)
            self._known.move_to_end(name)
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return True

    def __len__(self) -> int:
        return len(self._known)

    def _digest(self, secret: str, kept: str) -> bytes:
        text = f"{kept}\0{secret}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, text, hashlib.sha256)
