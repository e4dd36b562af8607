"""Text that is safe inside XML 1.0, and names of nodes that any XML reader keeps apart."""

from __future__ import annotations

import re

# XML 1.0, section 2.2: what is no character of a document, escaped or not.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = re.compile("[&<>\"'\t\n\r]")
_NOT_IN_NAME = re.compile("[^A-Za-z0-9.-]")


def escaped(value: object) -> str:
    """The value for an element or an attribute in quotes.

    Line ends and tabs are written as numbers, so that no reader folds them to spaces; a character that XML cannot hold
    becomes U+FFFD.
    """
    text = _IMPOSSIBLE.sub("\ufffd", str(value))
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def node_name(kind: str, key: str) -> str:
    """An id of letters, digits and marks that XML takes for a name token; different keys have different ids.

    Every other character of the key stands as its number: `US/x1` is `US_2F_x1`.
    """
    return f"{kind}:" + _NOT_IN_NAME.sub(lambda found: f"_{ord(found[0]):X}_", key)
