"""What a manifest holds is hostile text: characters that act instead of showing become visible escapes (cli.md, "Formats")."""

from __future__ import annotations

import re

# Controls, invisible format characters (Unicode categories Cc, Cf, Cs, Zl, Zp; a test compares them with Python's own table),
# fillers that look like nothing, tags and the variation selectors that can hide data.
_ACTING = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u2064\u2066-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
    "]"
)


def visible(text: str) -> str:
    """``text`` on one line, in which nothing moves a cursor, changes a colour or hides: U+202E shows as its escape."""
    return _ACTING.sub(_escape, text)


def json_safe(document: str) -> str:
    """JSON text whose strings hold such characters as JSON escapes; its own line feeds stay."""
    return _ACTING.sub(lambda match: match[0] if match[0] == "\n" else _escape(match), document)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0xFFFF:  # noqa: PLR2004 - above it, JSON writes a pair of surrogates
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"
