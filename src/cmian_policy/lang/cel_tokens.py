"""The tokens of a CEL expression and where they stand (cel-spec, doc/langdef.md, "Syntax"); no engine is needed for them."""

from __future__ import annotations

import re
from typing import Literal

from cmian_policy.model.tuples import NamedTuple

Kind = Literal["string", "number", "name", "operator"]
OPENING = {"(": ")", "[": "]", "{": "}", "[?": "]", "{?": "}"}
CLOSING = frozenset(OPENING.values())

_QUOTED = r'"""(?:\\[\s\S]|[^\\])*?"""|' + r"'''(?:\\[\s\S]|[^\\])*?'''|" + r'"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'"
_RAW = r'"""[\s\S]*?"""|' + r"'''[\s\S]*?'''|" + r'"[^"\n]*"|' + r"'[^'\n]*'"
_TOKEN = re.compile(
    r"(?P<blank>\s+|//[^\n]*)"
    rf"|(?P<string>(?:[rR][bB]?|[bB][rR])(?:{_RAW})|[bB]?(?:{_QUOTED}))"
    r"|(?P<number>0[xX][0-9a-fA-F]+[uU]?|[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|[0-9]+[uU]?)"
    r"|(?P<word>in(?![A-Za-z0-9_]))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*|`[^`\n]+`)"
    r"|(?P<operator>==|!=|<=|>=|&&|\|\||\.\?|\[\?|\{\?|[-+*/%<>!?:.,()\[\]{}])"
)
_KINDS: dict[str, Kind] = {"string": "string", "number": "number", "name": "name", "operator": "operator", "word": "operator"}


class Token(NamedTuple):
    """One token: ``expression[start:end]`` is its ``text``. The word ``in`` is an operator."""

    kind: Kind
    text: str
    start: int
    end: int


def tokenize(expression: str) -> tuple[Token, ...]:
    """The tokens of an expression, blanks and comments left out. Raises ``ValueError`` for what no token begins with."""
    found = []
    position = 0
    while position < len(expression):
        match = _TOKEN.match(expression, position)
        if match is None:
            msg = f"no token at offset {position} of {expression!r}"
            raise ValueError(msg)
        if match.lastgroup in _KINDS:
            found.append(Token(_KINDS[match.lastgroup], match[0], match.start(), match.end()))
        position = match.end()
    return tuple(found)


def partners(tokens: tuple[Token, ...]) -> dict[int, int]:
    """For each bracket, by its place among the tokens, the place of the one that matches it; unmatched ones are left out."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind != "operator":
            continue
        if token.text in OPENING:
            opened.append(place)
        elif token.text in CLOSING and opened:
            pairs[place] = opened.pop()
            pairs[pairs[place]] = place
    return pairs
