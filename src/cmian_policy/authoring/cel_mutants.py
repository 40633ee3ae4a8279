"""Mutants of one CEL expression: each operator and literal flipped, one at a time (rules.md, "Cases").

| in the expression | becomes |
|---|---|
| ``==`` ``!=`` | the other one |
| ``<`` ``<=`` ``>`` ``>=`` | the bound moved in or out (``<`` → ``<=``), the sense turned (``<`` → ``>=``) |
| ``&&`` ``||``, ``+`` ``-``, ``*`` ``/`` ``%`` | the other one |
| ``!``, a minus sign | removed |
| ``x in y``, ``x ? a : b`` | ``!(x in y)``, ``!(x) ? a : b`` |
| ``exists`` ``all`` ``exists_one`` | another one of them |
| a number; a date | one more, one less; a day (of a month: a month) more and less |
| ``true`` ``false`` | the other one |
| a text | the empty text; the empty text becomes ``x`` |
| a list | without each of its elements in turn (a text in a list is removed, not emptied) |

``.?`` and ``[?`` stay: that they are needed is shown by deleting each optional node.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cmian_policy.lang.cel_tokens import CLOSING, OPENING, Token, partners, tokenize
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_RELATIONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_LOOSER = frozenset({"&&", "||", "?", ":", ","})  # what ends the operand of a relation
_FLIPS = {
    "==": ("!=",),
    "!=": ("==",),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "&&": ("||",),
    "||": ("&&",),
    "+": ("-",),
    "*": ("/",),
    "/": ("*",),
    "%": ("*",),
}
_MACROS = {"exists": "all", "all": "exists", "exists_one": "exists"}
_BOOLEANS = {"true": "false", "false": "true"}
_STRING = re.compile(r"(?P<prefix>[rRbB]*)(?P<quote>\"\"\"|'''|\"|')(?P<content>[\s\S]*)(?P=quote)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")


class Change(NamedTuple):
    """A changed expression, and the offset in the original where the change begins."""

    offset: int
    text: str


def changes(expression: str) -> Iterator[Change]:
    """Every mutant of an expression; some may not compile. Raises ``ValueError`` for what is no CEL."""
    parts = _Parts(expression)
    for place, token in enumerate(parts.tokens):
        match token.kind:
            case "operator":
                yield from _of_operator(parts, place)
            case "name":
                yield from _of_name(parts, place)
            case "number":
                yield from (parts.replaced(token, number) for number in _numbers(token.text))
            case "string":
                others = () if parts.is_element(place) else _strings(token.text)
                yield from (parts.replaced(token, text) for text in others)


class _Parts:
    """An expression, its tokens and its brackets."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = tokenize(expression)
        self.partners = partners(self.tokens)

    def changed(self, start: int, end: int, new: str, offset: int | None = None) -> Change:
        """The expression with ``new`` in place of a stretch; the change is told at ``offset`` where that is not its start."""
        return Change(start if offset is None else offset, self.expression[:start] + new + self.expression[end:])

    def replaced(self, token: Token, new: str) -> Change:
        """The expression with another text for one token."""
        return self.changed(token.start, token.end, new)

    def negated(self, first: int, last: int, at: Token) -> Change:
        """The expression with ``!( )`` around the tokens from ``first`` to ``last``."""
        start, end = self.tokens[first].start, self.tokens[last].end
        return self.changed(start, end, f"!({self.expression[start:end]})", at.start)

    def text(self, place: int) -> str:
        """The operator or name at a place; nothing outside the expression or for a literal."""
        inside = 0 <= place < len(self.tokens) and self.tokens[place].kind in {"operator", "name"}
        return self.tokens[place].text if inside else ""

    def follows_operand(self, place: int) -> bool:
        """Whether what stands before a token is a value, so that ``-`` subtracts and ``[`` indexes."""
        if place == 0:
            return False
        before = self.tokens[place - 1]
        return before.kind != "operator" or before.text in CLOSING

    def first_of(self, place: int, stops: frozenset[str]) -> int:
        """The first token of the operand that ends before a token."""
        first = place
        while first > 0 and self.text(first - 1) not in stops and self.text(first - 1) not in OPENING:
            first = self.partners.get(first - 1, first - 1)
        return first

    def last_of(self, place: int, stops: frozenset[str]) -> int:
        """The last token of the operand that begins after a token."""
        last = place
        while last + 1 < len(self.tokens) and self.text(last + 1) not in stops and self.text(last + 1) not in CLOSING:
            last = self.partners.get(last + 1, last + 1)
        return last

    def elements(self, opening: int) -> list[tuple[int, int]]:
        """The first and last token of each element of the list literal that opens at a token."""
        found = []
        place = opening
        end = self.partners.get(opening, opening)
        while place < end:
            last = self.last_of(place, frozenset({","}))
            if last > place:
                found.append((place + 1, last))
            place = last + 1
        return found

    def is_list(self, place: int) -> bool:
        """Whether a token opens a list literal."""
        return self.text(place) == "[" and not self.follows_operand(place)

    def is_element(self, place: int) -> bool:
        """Whether a token is, alone, an element of a list literal."""
        opening = self.first_of(place, frozenset()) - 1
        return opening >= 0 and self.is_list(opening) and (place, place) in self.elements(opening)


def _of_operator(parts: _Parts, place: int) -> Iterator[Change]:
    token = parts.tokens[place]
    match token.text:
        case "!":
            yield parts.replaced(token, "")
        case "-":
            yield parts.replaced(token, "+" if parts.follows_operand(place) else "")
        case "in":
            yield parts.negated(parts.first_of(place, _LOOSER), parts.last_of(place, _LOOSER | _RELATIONS), token)
        case "?" if parts.follows_operand(place):
            yield parts.negated(parts.first_of(place, frozenset({"?", ":", ","})), place - 1, token)
        case "[" if parts.is_list(place):
            yield from _shorter_lists(parts, place)
        case _:
            yield from (parts.replaced(token, other) for other in _FLIPS.get(token.text, ()))


def _of_name(parts: _Parts, place: int) -> Iterator[Change]:
    token = parts.tokens[place]
    selected, called = parts.text(place - 1) in {".", ".?"}, parts.text(place + 1) == "("
    if selected and called and token.text in _MACROS:
        yield parts.replaced(token, _MACROS[token.text])
    if not selected and token.text in _BOOLEANS:
        yield parts.replaced(token, _BOOLEANS[token.text])


def _shorter_lists(parts: _Parts, place: int) -> Iterator[Change]:
    elements = parts.elements(place)
    texts = [parts.expression[parts.tokens[first].start : parts.tokens[last].end] for first, last in elements]
    start, end = parts.tokens[place].start, parts.tokens[parts.partners.get(place, place)].end
    for index, (first, _) in enumerate(elements):
        kept = ", ".join([*texts[:index], *texts[index + 1 :]])
        yield parts.changed(start, end, f"[{kept}]", parts.tokens[first].start)


def _numbers(text: str) -> tuple[str, ...]:
    if text.isdigit():
        return str(int(text) + 1), str(int(text) - 1)
    hexadecimal = text[:2] in {"0x", "0X"}
    one = "1u" if text[-1] in "uU" else "1" if hexadecimal else "1.0"
    return f"({text} + {one})", f"({text} - {one})"


def _strings(text: str) -> tuple[str, ...]:
    match = _STRING.fullmatch(text)
    if match is None:
        return ()
    content = match["content"]
    others = _dates(content) or ("x" if not content else "",)
    return tuple(f"{match['prefix']}{match['quote']}{other}{match['quote']}" for other in others)


def _dates(content: str) -> tuple[str, ...]:
    """The days before and after a day, the months before and after a month; nothing for what is neither."""
    if _DATE.fullmatch(content) is None:
        return ()
    month = len(content) == len("2026-11")
    try:
        day = date.fromisoformat(f"{content}-01" if month else content)
        # From the first of a month, 31 days lead into the next one.
        neighbours = (day + timedelta(days=31 if month else 1), day - timedelta(days=1))
    except (ValueError, OverflowError):
        return ()
    return tuple(other.isoformat()[: len(content)] for other in neighbours)
