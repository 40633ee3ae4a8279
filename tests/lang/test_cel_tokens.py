"""The tokens of CEL, and where they stand."""

from __future__ import annotations

import pytest

from cmian_policy.lang.cel_tokens import partners, tokenize
from cmian_policy.pipeline.policy import load_policy
from tests.packs import BUNDLED


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a.?b[?0]=='x'", ["a", ".?", "b", "[?", "0", "]", "==", "'x'"]),
        (r"""'it\'s' + "say \"&&\"" """, [r"'it\'s'", "+", r'"say \"&&\""']),
        (r"r'\' + R'''a'b''' + b'\'' + '''it's'''", [r"r'\'", "+", "R'''a'b'''", "+", r"b'\''", "+", "'''it's'''"]),
        ("x // && not code\n || y", ["x", "||", "y"]),
        ("1u<=0x1F&&.5!=1e-3", ["1u", "<=", "0x1F", "&&", ".5", "!=", "1e-3"]),
        ("inner in [index]", ["inner", "in", "[", "index", "]"]),
        ("a.`in b` ? -1 : !c", ["a", ".", "`in b`", "?", "-", "1", ":", "!", "c"]),
        ("", []),
    ],
)
def test_tokens_keep_their_text_and_place(expression: str, expected: list[str]) -> None:
    found = tokenize(expression)
    assert [token.text for token in found] == expected
    assert [expression[token.start : token.end] for token in found] == expected


@pytest.mark.parametrize("expression", ["a # b", "'open", "a & b", "é"])
def test_what_is_no_token_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="no token"):
        tokenize(expression)


def test_brackets_find_their_partner_and_those_in_strings_are_none() -> None:
    assert partners(tokenize("f([')'], {?'a': x[?0]})")) == {
        1: 14, 14: 1, 2: 4, 4: 2, 6: 13, 13: 6, 10: 12, 12: 10,
    }  # fmt: skip
    assert partners(tokenize(") (")) == {}


def test_every_expression_of_the_bundled_packs_is_told_apart() -> None:
    for data in load_policy(BUNDLED).documents.data.values():
        for expression in _expressions(data):
            spaced = " ".join(token.text for token in tokenize(expression))
            assert [token.text for token in tokenize(spaced)] == [token.text for token in tokenize(expression)]


def _expressions(data: object) -> list[str]:
    if isinstance(data, list):
        return [found for item in data for found in _expressions(item)]
    if not isinstance(data, dict):
        return []
    own = [value for key, value in data.items() if key == "cel" and isinstance(value, str)]
    return own + [found for value in data.values() for found in _expressions(value)]
