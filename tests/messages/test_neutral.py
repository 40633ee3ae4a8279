"""Characters that act instead of showing become visible escapes (cli.md, "Formats")."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest

from cmian_policy.messages.neutral import json_safe, visible

ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
EVERY = [chr(code) for code in range(sys.maxunicode + 1)]


def test_every_character_that_acts_is_escaped_by_python_s_own_table() -> None:
    left = [f"U+{ord(char):04X}" for char in EVERY if unicodedata.category(char) in ACTING and visible(char) == char]
    assert left == []


def test_no_letter_sign_or_mark_is_escaped() -> None:
    """Variation selectors and fillers that look like nothing are the only marks and letters that are."""
    shown = {"L", "N", "P", "S"}
    escaped = {f"U+{ord(char):04X}" for char in EVERY if unicodedata.category(char)[0] in shown and visible(char) != char}
    assert escaped == {"U+115F", "U+1160", "U+3164", "U+FFA0"}


def test_noncharacters_are_escaped() -> None:
    beyond = [plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF)]
    assert [code for code in [*range(0xFDD0, 0xFDF0), *beyond] if visible(chr(code)) == chr(code)] == []


@pytest.mark.parametrize("char", ["\x1b", "\u202e", "\ufeff", "\U000e0041", "\U0010ffff", "\ud800"])
def test_an_escape_is_the_character_s_own_in_json(char: str) -> None:
    escaped = visible(char)
    assert escaped.isascii()
    assert json.loads(f'"{escaped}"') == char
    assert json.loads(json_safe(json.dumps({"a": char}, ensure_ascii=False))) == {"a": char}


@pytest.mark.parametrize("text", ["##[error]x", "a ##vso[task.complete]", "###[group]", "##VSO[x]"])
def test_no_runner_finds_a_command_in_a_line(text: str) -> None:
    assert "##[" not in visible(text)
    assert "##vso[" not in visible(text).lower()
    assert json.loads(json_safe(json.dumps(text))) == text


def test_ordinary_signs_stay() -> None:
    assert visible("## titre [1] #[2] é « à » 😀") == "## titre [1] #[2] é « à » 😀"
