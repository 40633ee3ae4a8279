"""Mutations that keep an input readable: lines with their blocks, keys and values, tokens; and, for the rest, libFuzzer's own.

Pure: the same input, size and seed give the same bytes.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import TYPE_CHECKING

from tests.fuzz.mutate_json import cross_json, mutate_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Lines = list[str]
    Change = Callable[[Random, Lines, Sequence[str]], None]

_MOST = 4  # changes at a time
_QUOTED = 0.7
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_AS_JSON = 0.7  # of those of what is JSON
_OTHERWISE = 0.15  # of the mutations are libFuzzer's
_KEY = re.compile(r"(?P<lead>\s*(?:- +)*)(?P<key>[^\s:#][^:]*):(?P<value>.*)", re.DOTALL)
_TOKEN = re.compile(r"\w+|\s+|\"[^\"]*\"|'[^']*'|&&|\|\||[=!<>]=|.", re.DOTALL)
_WRAPS = (
    "'{}'",
    '"{}"',
    "[{}]",
    "{{a: {}}}",
    "|\n    {}\n",
    "&a {}",
    "!!str {}",
    "({})",
    "!({})",
    "{} # c",
    "{}, {}",
    "{}{}",
    "- {}",
)


def mutate(raw: bytes, size: int, seed: int, words: Sequence[str], others: Callable[[bytes, int], bytes]) -> bytes:
    """Some changes of ``raw``, at most ``size`` bytes long; ``others(raw, size)`` gives a mutation of another kind."""
    rng = Random(seed)  # noqa: S311 - nothing secret
    if rng.random() < _OTHERWISE:
        return others(raw, size)[:size]
    text = raw.decode("utf-8", errors="surrogateescape")
    tree = mutate_json(rng, text, words) if rng.random() < _AS_JSON else None
    if tree is not None:
        return tree.encode("utf-8", errors="replace")[:size]
    lines = text.splitlines(keepends=True) or [""]
    for _ in range(rng.randint(1, _MOST)):
        rng.choice(_CHANGES)(rng, lines, words)
        lines = lines or [""]
    return "".join(lines).encode("utf-8", errors="surrogateescape")[:size]


def cross(one: bytes, other: bytes, size: int, seed: int) -> bytes:
    """The beginning of one input with a block of another behind it, and the rest of the first."""
    rng = Random(seed)  # noqa: S311 - nothing secret
    tree = cross_json(rng, *(raw.decode("utf-8", errors="replace") for raw in (one, other)))
    if tree is not None:
        return tree.encode("utf-8", errors="replace")[:size]
    lines, more = one.splitlines(keepends=True) or [b""], other.splitlines(keepends=True) or [b""]
    start = rng.randrange(len(more))
    place = rng.randint(0, len(lines))
    end = min(len(lines), place + rng.choice([0, 1, 4]))
    return b"".join([*lines[:place], *more[start : start + rng.randint(1, 12)], *lines[end:]])[:size]


def _block(rng: Random, lines: Lines) -> slice:
    """A line and all that is indented deeper below it."""
    start = rng.randrange(len(lines))
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    return slice(start, end)


def _drop(rng: Random, lines: Lines, _words: Sequence[str]) -> None:
    del lines[_block(rng, lines)]


def _double(rng: Random, lines: Lines, _words: Sequence[str]) -> None:
    block = lines[_block(rng, lines)]
    place = rng.randint(0, len(lines))
    lines[place:place] = block * rng.choice([1, 1, 1, 3])


def _swap(rng: Random, lines: Lines, _words: Sequence[str]) -> None:
    one, other = sorted((_block(rng, lines), _block(rng, lines)), key=lambda block: block.start)
    if one.stop <= other.start:
        held = lines[other]
        lines[other] = lines[one]
        lines[one] = held


def _indent(rng: Random, lines: Lines, _words: Sequence[str]) -> None:
    block = _block(rng, lines)
    by = rng.choice([-2, -1, 1, 2, 4])
    lines[block] = [line[-by:] if by < 0 and not line[:-by].strip(" ") else " " * by + line for line in lines[block]]


def _value(rng: Random, lines: Lines, words: Sequence[str]) -> None:
    _rewrite(rng, lines, lambda found: f"{found['lead']}{found['key']}: {_written(rng, found, rng.choice(words))}\n")


def _written(rng: Random, found: re.Match[str], word: str) -> str:
    """A word as a value: in quotes and with its comma where the file looks like JSON."""
    comma = "," if found["value"].rstrip().endswith(",") else ""
    quoted = found["key"].endswith('"') and rng.random() < _QUOTED
    return (json.dumps(word) if quoted else word) + comma


def _text(rng: Random, lines: Lines, words: Sequence[str]) -> None:
    """A word put into a text between quotes."""
    place = rng.randrange(len(lines))
    texts = [found for found in _STRING.finditer(lines[place]) if len(found[0]) > 1]
    if texts:
        at = rng.choice(texts)
        middle = rng.randint(at.start() + 1, at.end() - 1)
        lines[place] = lines[place][:middle] + json.dumps(rng.choice(words))[1:-1] + lines[place][middle:]


def _key(rng: Random, lines: Lines, words: Sequence[str]) -> None:
    _rewrite(rng, lines, lambda found: f"{found['lead']}{rng.choice(words)}:{found['value']}")


def _entry(rng: Random, lines: Lines, words: Sequence[str]) -> None:
    place = rng.randrange(len(lines))
    lead = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    lines.insert(place, f"{lead}{rng.choice(words)}: {rng.choice(words)}\n")


def _wrap(rng: Random, lines: Lines, _words: Sequence[str]) -> None:
    _rewrite(rng, lines, lambda found: f"{found['lead']}{found['key']}: {_in(rng, found['value'].strip())}\n")


def _in(rng: Random, text: str) -> str:
    return rng.choice(_WRAPS).replace("{}", text).replace("{{", "{").replace("}}", "}")


def _rewrite(rng: Random, lines: Lines, change: Callable[[re.Match[str]], str]) -> None:
    place = rng.randrange(len(lines))
    found = _KEY.fullmatch(lines[place])
    if found is not None:
        lines[place] = change(found)


def _tokens(rng: Random, lines: Lines, words: Sequence[str]) -> None:
    """One to three tokens of a line replaced, doubled, dropped, wrapped or moved."""
    place = rng.randrange(len(lines))
    tokens = _TOKEN.findall(lines[place]) or [""]
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(tokens))
        match rng.randrange(6):
            case 0:
                tokens[at] = rng.choice(words)
            case 1:
                tokens.insert(at, rng.choice(words))
            case 2:
                tokens[at] = tokens[at] * 2
            case 3:
                tokens[at] = _in(rng, tokens[at])
            case 4:
                tokens[at], tokens[-1 - at] = tokens[-1 - at], tokens[at]
            case _:
                tokens[at] = ""
    lines[place] = "".join(tokens)


def _letter(rng: Random, lines: Lines, _words: Sequence[str]) -> None:
    """A slip: a letter dropped, doubled, or in the other case."""
    place = rng.randrange(len(lines))
    text = lines[place]
    at = rng.randrange(len(text) or 1)
    lines[place] = text[:at] + rng.choice(["", text[at : at + 1] * 2, text[at : at + 1].swapcase()]) + text[at + 1 :]


_ONCE: tuple[Change, ...] = (_drop, _double, _swap, _indent, _wrap, _letter)
_CHANGES = (*_ONCE, *(_key, _entry, _text) * 2, *(_value, _tokens) * 3)
