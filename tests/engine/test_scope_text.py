"""``scope_digest`` of texts that no schema admits yet: RFC 8785 writes every character as it is, whatever the alphabet."""

from __future__ import annotations

import hashlib

import pytest

from cmian_policy.engine.scope_digest import scope_digest


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("santé", "santé"),
        ("\u20ac", "\u20ac"),
        ("\U0001f600", "\U0001f600"),
        ('a"\\b', 'a\\"\\\\b'),
        ("\x0f", "\\u000f"),
        ("\n", "\\n"),
    ],
)
def test_only_what_json_has_to_escape_is_escaped(word: str, written: str) -> None:
    assert (
        scope_digest({"purpose": {"domain": word}})
        == hashlib.sha256(f'{{"purpose":{{"domain":"{written}"}}}}'.encode()).hexdigest()
    )
