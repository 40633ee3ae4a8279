"""The strings of SARIF that have a syntax of their own: messages, URIs and GUIDs.

Sections are those of the OASIS standard, SARIF 2.1.0 plus errata 01.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]

# The project has no domain of its own: `.example` is reserved (RFC 2606) and can never become somebody's site.
SITE = "https://cmian-policy.example/"
ROOT = "%SRCROOT%"  # the folder that paths are relative to; the name that GitHub and most viewers know

_HOST = re.compile(r"//[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*/")
_DRIVE = re.compile(r"[A-Za-z]:/")
_MARKDOWN = re.compile(r"[\\`*_~\[\]]")
_URL_NAMESPACE = bytes.fromhex("6ba7b8119dad11d180b400c04fd430c8")  # RFC 4122, appendix C


def message(text: str) -> str:
    """A text as a plain text message that reads as it is: no placeholder (§3.11.5) and no embedded link (§3.11.6) in it.

    Braces are doubled, as they always must be. Of words that look like a link the standard cannot say that they are none, and
    viewers read a backslash as any character: a space parts them.
    """
    return text.replace("](", "] (").replace("{", "{{").replace("}", "}}")


def markdown(text: str) -> str:
    """A text as a formatted message (§3.11.4) that reads as it is: no markup, and no HTML in any form."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\g<0>", text).replace("{", "{{").replace("}", "}}")


def artifact_location(path: str, index: int) -> Json:
    """Where the manifest of that path is, ``index`` being its place in ``run.artifacts``."""
    address = uri(path)
    base = {} if address.startswith("file:") else {"uriBaseId": ROOT}
    return {"uri": address, **base, "index": index}


def uri(path: str) -> str:
    """The URI reference (RFC 3986) of a path as reports show it: with ``/``, relative unless it leads elsewhere."""
    if _HOST.match(path):
        return f"file:{_quoted(path)}"
    if path.startswith("/"):
        return f"file:///{_quoted(path.lstrip('/'))}"
    if _DRIVE.match(path):
        return f"file:///{path[0]}:{_quoted(path[2:])}"
    return _quoted(path)


def _quoted(path: str) -> str:
    """Everything but unreserved characters and ``/`` as its bytes; a colon too, for what stands before it is no scheme."""
    try:
        raw = path.encode("utf-8", "surrogateescape")  # a byte of a file name that is no UTF-8 is that byte
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogatepass")
    return quote(raw, safe="/")


def guid(address: str) -> str:
    """The name-based UUID (RFC 4122, §4.3, version 5) of a URL: it is the same in every run."""
    digest = bytearray(hashlib.sha1(_URL_NAMESPACE + address.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def known(properties: Json) -> Json:
    """The properties that have a value."""
    return {name: value for name, value in properties.items() if value is not None}
