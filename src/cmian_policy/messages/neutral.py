"""What a manifest holds is hostile text: characters that act instead of showing become visible escapes (cli.md, "Formats")."""

from __future__ import annotations

import re

# Controls, bidirectional and invisible format characters, line and paragraph separators, lone surrogates, tags.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000110bd\U000e0000-\U000e007f]"
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
