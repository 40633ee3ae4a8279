"""What a manifest holds is hostile text: characters that act instead of showing become visible escapes (cli.md, "Formats")."""

from __future__ import annotations

import re

# Controls, invisible format characters (Unicode categories Cc, Cf, Cs, Zl, Zp; a test compares them with Python's own table),
# fillers that look like nothing, tags and the variation selectors that can hide data, noncharacters, which XML cannot hold. Last,
# the sign that makes a command of ``##[…]`` and ``##vso[…]``: the runners of GitHub and Azure look for those anywhere in a line.
_ACTING = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u2064\u2066-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
    "\ufdd0-\ufdef\ufffe-\uffff"
    "\U0001fffe-\U0001ffff\U0002fffe-\U0002ffff\U0003fffe-\U0003ffff\U0004fffe-\U0004ffff"
    "\U0005fffe-\U0005ffff\U0006fffe-\U0006ffff\U0007fffe-\U0007ffff\U0008fffe-\U0008ffff"
    "\U0009fffe-\U0009ffff\U000afffe-\U000affff\U000bfffe-\U000bffff\U000cfffe-\U000cffff"
    "\U000dfffe-\U000dffff\U000efffe-\U000effff\U000ffffe-\U000fffff\U0010fffe-\U0010ffff"
    "]"
    r"|(?<=#)#(?=\[|(?i:vso)\[)"
)


def visible(text: str) -> str:
    """``text`` on one line, in which nothing moves a cursor, changes a colour, hides or commands: U+202E shows as its escape."""
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
